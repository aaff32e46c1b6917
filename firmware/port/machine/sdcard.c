// machine/sdcard.c: machine.SDCard of the ESP32, on SPI (slots 2 and 3). Arguments and messages: ports/esp32/machine_sdcard.c of
// 1.25.0. Commands and tokens: SD Specifications, Part 1, Physical Layer Simplified Specification, chapter 7. Not simulated: the
// SDMMC host (slots 0 and 1).

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "core/internal.h"
#include "machine/spi.h"

#if VB_ESP32

#include "esp32/modesp32.h"

#define BLOCK 512
#define SLOW_HZ 400000   // until the card is set up
#define READY_MS 1000    // a card may take that long to start
#define DATA_MS 250      // to the first byte of a block; to write one (4.6.2)
#define DATA_TOKEN 0xfe
#define ACCEPTED 0x05    // the lower bits of the answer to a block
#define IDLE 0x01        // R1: the card starts
#define NO_ANSWER 0xff
#define HIGH_CAPACITY 0x40 // of the OCR's first byte: addresses are numbers of blocks

enum { GO_IDLE = 0, SEND_IF_COND = 8, SEND_CSD = 9, READ_BLOCK = 17, WRITE_BLOCK = 24, SEND_OP_COND = 41, APP_CMD = 55, READ_OCR = 58, CRC_ON_OFF = 59 };

typedef struct {
    mp_obj_base_t base;
    struct wire wire;
    uint8_t cs;
    bool ready, by_blocks;
    uint32_t hz, blocks;
} sdcard_obj_t;

extern const mp_obj_type_t vb_machine_sdcard_type;
VB_MACHINE_CLASS_IF(VB_ESP32, SDCard, vb_machine_sdcard_type)

// ---- checksums (4.5): as in ESP-IDF, the card checks what it gets, and what it sends is checked ----

static uint8_t crc7(const uint8_t *p, size_t len) {
    uint8_t crc = 0;
    for (size_t i = 0; i < len; i++) {
        for (int bit = 7; bit >= 0; bit--) {
            crc = crc << 1 ^ (((crc >> 6 ^ p[i] >> bit) & 1) ? 0x09 : 0);
        }
    }
    return crc << 1 | 1;
}

static uint16_t crc16(const uint8_t *p, size_t len) {
    uint16_t crc = 0;
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i] << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0);
        }
    }
    return crc;
}

// ---- the protocol ----

static uint8_t next_byte(sdcard_obj_t *self) {
    static const uint8_t high = 0xff;
    uint8_t byte;
    vb_spi_transfer(&self->wire, 1, &high, &byte);
    return byte;
}

// The next byte that is not the given one; that one again if none comes in time.
static uint8_t after(sdcard_obj_t *self, uint8_t skipped, unsigned ms) {
    uint64_t until = vb_now() + ms * 1000000ull;
    uint8_t byte;
    do {
        byte = next_byte(self);
    } while (byte == skipped && vb_now() < until);
    return byte;
}

static void receive(sdcard_obj_t *self, size_t len, uint8_t *to) {
    uint8_t high[BLOCK];
    memset(high, 0xff, len);
    vb_spi_transfer(&self->wire, len, high, to);
}

static void select_card(sdcard_obj_t *self, bool on) {
    vb_pin_write(self->cs, !on);
    next_byte(self); // the card lets go of its output with the next clocks
}

// A command and its first byte of answer (R1). The card stays selected.
static uint8_t command(sdcard_obj_t *self, uint8_t number, uint32_t arg) {
    uint8_t frame[] = {0x40 | number, arg >> 24, arg >> 16, arg >> 8, arg, 0};
    frame[5] = crc7(frame, 5);
    select_card(self, true);
    vb_spi_transfer(&self->wire, sizeof(frame), frame, NULL);
    uint8_t answer = NO_ANSWER;
    for (int i = 0; i < 8 && answer & 0x80; i++) {
        answer = next_byte(self);
    }
    return answer;
}

static uint8_t short_command(sdcard_obj_t *self, uint8_t number, uint32_t arg) {
    uint8_t answer = command(self, number, arg);
    select_card(self, false);
    return answer;
}

static bool read_data(sdcard_obj_t *self, uint8_t number, uint32_t arg, size_t len, uint8_t *to) {
    bool good = command(self, number, arg) == 0 && after(self, 0xff, DATA_MS) == DATA_TOKEN;
    if (good) {
        uint8_t crc[2];
        receive(self, len, to);
        receive(self, sizeof(crc), crc);
        good = crc16(to, len) == (crc[0] << 8 | crc[1]);
    }
    select_card(self, false);
    return good;
}

static bool write_block(sdcard_obj_t *self, uint32_t arg, const uint8_t *from) {
    bool good = command(self, WRITE_BLOCK, arg) == 0;
    if (good) {
        uint16_t sum = crc16(from, BLOCK);
        const uint8_t begin[] = {0xff, DATA_TOKEN}, crc[] = {sum >> 8, sum};
        vb_spi_transfer(&self->wire, sizeof(begin), begin, NULL);
        vb_spi_transfer(&self->wire, BLOCK, from, NULL);
        vb_spi_transfer(&self->wire, sizeof(crc), crc, NULL);
        good = (next_byte(self) & 0x1f) == ACCEPTED && after(self, 0, DATA_MS) != 0; // 0: it is busy
    }
    select_card(self, false);
    return good;
}

// ---- the card ----

// Its size in blocks, from the CSD register (5.3).
static uint32_t blocks_of(const uint8_t csd[16]) {
    if (csd[0] >> 6) {
        return (((csd[7] & 0x3f) << 16 | csd[8] << 8 | csd[9]) + 1) * 1024;
    }
    uint32_t size = (csd[6] & 3) << 10 | csd[7] << 2 | csd[8] >> 6;
    unsigned more = (csd[9] & 3) << 1 | csd[10] >> 7;
    return (size + 1) << (more + 2 + (csd[5] & 0xf)) >> 9;
}

static bool start_card(sdcard_obj_t *self) {
    self->wire.hz = SLOW_HZ;
    vb_spi_set_up(&self->wire);
    vb_pin_write(self->cs, true);
    vb_pin_mode(self->cs, VB_MODE_OUT, VB_PULL_NONE);
    uint8_t data[16];
    receive(self, 10, data);
    if (short_command(self, GO_IDLE, 0) != IDLE) {
        return false;
    }
    bool second_version = command(self, SEND_IF_COND, 0x1aa) == IDLE;
    receive(self, 4, data);
    select_card(self, false);
    uint64_t until = vb_now() + READY_MS * 1000000ull;
    uint8_t answer;
    do {
        short_command(self, APP_CMD, 0);
        answer = short_command(self, SEND_OP_COND, second_version ? 1u << 30 : 0);
    } while (answer == IDLE && vb_now() < until);
    if (answer != 0 || command(self, READ_OCR, 0) != 0) {
        select_card(self, false);
        return false;
    }
    receive(self, 4, data);
    select_card(self, false);
    self->by_blocks = data[0] & HIGH_CAPACITY;
    if (!read_data(self, SEND_CSD, 0, sizeof(data), data)) {
        return false;
    }
    self->blocks = blocks_of(data);
    short_command(self, CRC_ON_OFF, 1);
    self->wire.hz = self->hz;
    self->ready = true;
    return true;
}

static bool is_ready(sdcard_obj_t *self) {
    return self->ready || start_card(self);
}

static uint32_t place(const sdcard_obj_t *self, mp_int_t block) {
    return self->by_blocks ? block : block * BLOCK;
}

// ---- the class ----

static const struct wire defaults[] = {VB_SDCARD_WIRES};
static const uint8_t default_cs[] = {VB_SDCARD_CS};
#define SLOTS (int)MP_ARRAY_SIZE(defaults)

static uint8_t pin_or(mp_obj_t pin, uint8_t usual) {
    return pin == mp_const_none ? usual : vb_pin_get(pin);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    enum { ARG_slot, ARG_width, ARG_cd, ARG_wp, ARG_miso, ARG_mosi, ARG_sck, ARG_cs, ARG_freq };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_slot, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = VB_SDCARD_HOST ? 1 : SLOTS + 1} },
        { MP_QSTR_width, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_cd, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_wp, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_miso, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_mosi, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_sck, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_cs, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 20000000} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t slot = args[ARG_slot].u_int;
    if (slot < (VB_SDCARD_HOST ? 0 : 2) || slot >= SLOTS + 2) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid slot number"));
    }
    if (slot < 2) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: slots 0 and 1 of SDCard; slot=2 uses SPI"));
    }
    const struct wire *usual = &defaults[slot - 2];
    sdcard_obj_t *self = mp_obj_malloc(sdcard_obj_t, type);
    self->cs = pin_or(args[ARG_cs].u_obj, default_cs[slot - 2]);
    self->wire = (struct wire) {
        .sck = pin_or(args[ARG_sck].u_obj, usual->sck),
        .mosi = pin_or(args[ARG_mosi].u_obj, usual->mosi),
        .miso = pin_or(args[ARG_miso].u_obj, usual->miso),
    };
    if (self->cs == NO_PIN || self->wire.sck == NO_PIN || self->wire.mosi == NO_PIN || self->wire.miso == NO_PIN) {
        mp_raise_ValueError(MP_ERROR_TEXT("SPI pin values required"));
    }
    self->hz = MAX(args[ARG_freq].u_int, 1000);
    self->ready = self->by_blocks = false;
    self->blocks = 0;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t deinit(mp_obj_t self_in) {
    ((sdcard_obj_t *)MP_OBJ_TO_PTR(self_in))->ready = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(deinit_obj, deinit);

static mp_obj_t info(mp_obj_t self_in) {
    sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!is_ready(self)) {
        vb_esp_error(MP_ETIMEDOUT, "ESP_ERR_TIMEOUT");
    }
    mp_obj_t items[] = {mp_obj_new_int_from_ull((uint64_t)self->blocks * BLOCK), MP_OBJ_NEW_SMALL_INT(BLOCK)};
    return mp_obj_new_tuple(2, items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(info_obj, info);

static mp_obj_t readblocks(mp_obj_t self_in, mp_obj_t block, mp_obj_t buf_in) {
    sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!is_ready(self)) {
        return mp_const_false;
    }
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_WRITE);
    mp_int_t first = mp_obj_get_int(block);
    bool good = true;
    for (size_t n = 0; n < buf.len / BLOCK && good; n++) {
        good = read_data(self, READ_BLOCK, place(self, first + n), BLOCK, (uint8_t *)buf.buf + n * BLOCK);
    }
    return mp_obj_new_bool(good);
}
static MP_DEFINE_CONST_FUN_OBJ_3(readblocks_obj, readblocks);

static mp_obj_t writeblocks(mp_obj_t self_in, mp_obj_t block, mp_obj_t buf_in) {
    sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!is_ready(self)) {
        return mp_const_false;
    }
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_READ);
    mp_int_t first = mp_obj_get_int(block);
    bool good = true;
    for (size_t n = 0; n < buf.len / BLOCK && good; n++) {
        good = write_block(self, place(self, first + n), (const uint8_t *)buf.buf + n * BLOCK);
    }
    return mp_obj_new_bool(good);
}
static MP_DEFINE_CONST_FUN_OBJ_3(writeblocks_obj, writeblocks);

static mp_int_t control(sdcard_obj_t *self, mp_int_t request) {
    switch (request) {
        case MP_BLOCKDEV_IOCTL_INIT: return is_ready(self) ? 0 : -1;
        case MP_BLOCKDEV_IOCTL_DEINIT: self->ready = false; return 0;
        case MP_BLOCKDEV_IOCTL_SYNC: return 0;
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return is_ready(self) ? (mp_int_t)self->blocks : -1;
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return is_ready(self) ? BLOCK : -1;
        default: return -1;
    }
}

static mp_obj_t sdcard_ioctl(mp_obj_t self_in, mp_obj_t request, mp_obj_t arg) {
    return MP_OBJ_NEW_SMALL_INT(control(MP_OBJ_TO_PTR(self_in), mp_obj_get_int(request)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(ioctl_obj, sdcard_ioctl);

static const mp_rom_map_elem_t table[] = {
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&info_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(dict, table);

MP_DEFINE_CONST_OBJ_TYPE(vb_machine_sdcard_type, MP_QSTR_SDCard, MP_TYPE_FLAG_NONE,
    make_new, make_new, locals_dict, &dict);

#endif
