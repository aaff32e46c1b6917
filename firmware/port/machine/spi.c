// machine/spi.c: machine.SPI, and the driver below extmod's SoftSPI. A transfer is a call to the bench, a long one
// several calls. Arguments, errors and messages: ports/{esp32,rp2}/machine_*spi.c of 1.25.0.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "core/internal.h"
#include "machine/spi.h"

#define CHUNK_BYTES 4092 // bytes of one call, as the ESP32 moves at once

void vb_spi_transfer(const struct wire *wire, size_t len, const uint8_t *src, uint8_t *dest) {
    static struct {
        struct vb_spi pins;
        uint8_t data[CHUNK_BYTES];
    } sent;
    uint8_t flags = wire->flags | (dest ? VB_SPI_WANTED : 0);
    for (size_t done = 0; done < len; done += CHUNK_BYTES) {
        size_t n = MIN(len - done, CHUNK_BYTES);
        sent.pins = (struct vb_spi) {wire->sck, wire->mosi, wire->miso};
        if (src) {
            memcpy(sent.data, src + done, n);
        } else {
            memset(sent.data, 0, n);
        }
        vb_charge(VB_NS_SPI_CALL);
        vb_call(VB_CALL_SPI, flags, MAX(wire->hz, 1), &sent, sizeof(sent.pins) + n, dest ? dest + done : NULL, n);
    }
}

void vb_spi_set_up(const struct wire *wire) {
    vb_pin_write(wire->sck, wire->flags & VB_SPI_POLARITY);
    vb_pin_mode(wire->sck, VB_MODE_OUT, vb_pin_pull(wire->sck));
    if (wire->mosi != NO_PIN) {
        vb_pin_mode(wire->mosi, VB_MODE_OUT, vb_pin_pull(wire->mosi));
    }
    if (wire->miso != NO_PIN) {
        vb_pin_mode(wire->miso, VB_MODE_IN, vb_pin_pull(wire->miso));
    }
}

static uint8_t mode_flags(int polarity, int phase, int firstbit) {
    return (polarity ? VB_SPI_POLARITY : 0) | (phase ? VB_SPI_PHASE : 0)
        | (firstbit == MICROPY_PY_MACHINE_SPI_LSB ? VB_SPI_LSB : 0);
}

// ---- below SoftSPI: replaces drivers/bus/softspi.c ----

static struct wire soft_wire(const mp_soft_spi_obj_t *self) {
    uint32_t hz = self->delay_half ? 500000 / self->delay_half : VB_SOFT_SPI_MAX_HZ;
    return (struct wire) {self->sck, self->mosi, self->miso,
        mode_flags(self->polarity, self->phase, self->firstbit) | VB_SPI_SOFT, hz};
}

int mp_soft_spi_ioctl(void *self, uint32_t cmd) {
    if (cmd == MP_SPI_IOCTL_INIT) {
        struct wire wire = soft_wire(self);
        vb_spi_set_up(&wire);
    }
    return 0;
}

void mp_soft_spi_transfer(void *self, size_t len, const uint8_t *src, uint8_t *dest) {
    struct wire wire = soft_wire(self);
    vb_spi_transfer(&wire, len, src, dest);
}

// ---- machine.SPI ----

typedef struct {
    mp_obj_base_t base;
    uint8_t id, polarity, phase, bits, firstbit;
    bool ready, ended;
    struct wire wire;
} spi_obj_t;

#if VB_ESP32
#define FIRST_ID 1
#define DEFAULT_HZ 500000
#define ID_FLAGS (MP_ARG_REQUIRED | MP_ARG_INT)
#define SPI(n, sck, mosi, miso) {.base = {&machine_spi_type}, .id = n, .wire = {sck, mosi, miso}}
static spi_obj_t buses[] = {VB_SPIS};
#else
#define FIRST_ID 0
#define DEFAULT_HZ 1000000
#define ID_FLAGS MP_ARG_INT
static spi_obj_t buses[] = {
    {.base = {&machine_spi_type}, .id = 0, .wire = {18, 19, 16}},
    {.base = {&machine_spi_type}, .id = 1, .wire = {10, 11, 8}},
};
#endif

// The highest clock that the divider can make, not above the requested one.
static uint32_t real_hz(mp_int_t asked) {
    uint32_t hz = MAX(asked, 1);
    #if VB_ESP32 // the 80 MHz of the bus, divided by a whole number
    const uint32_t in = 80000000;
    return hz > in / 5 * 4 ? in : in / ((in + hz - 1) / hz);
    #else // an even number to 254, times one to 256 (RP2040 data sheet 4.4.3.4)
    const uint32_t in = vb_peripheral_hz;
    uint32_t pre = 2, post = 256;
    while (pre < 254 && (uint64_t)in >= (uint64_t)(pre + 2) * 256 * hz) {
        pre += 2;
    }
    while (post > 1 && in / (pre * (post - 1)) <= hz) {
        post--;
    }
    return in / (pre * post);
    #endif
}

// RP2040: each controller reaches every fourth pin of its own eights (data sheet 2.19.2).
static uint8_t hard_pin(mp_obj_t pin, uint8_t id, int place, mp_rom_error_text_t bad) {
    uint8_t gpio = vb_pin_get(pin);
    #if VB_RP2
    if ((gpio & 3) != place || (gpio & 8) >> 3 != id) {
        mp_raise_ValueError(bad);
    }
    #endif
    return gpio;
}

enum { ARG_id, ARG_baudrate, ARG_polarity, ARG_phase, ARG_bits, ARG_firstbit, ARG_sck, ARG_mosi, ARG_miso };
#define KEEP (-1)
static const mp_arg_t allowed[] = {
    { MP_QSTR_id, ID_FLAGS, {.u_int = FIRST_ID} },
    { MP_QSTR_baudrate, MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_polarity, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_phase, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_firstbit, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_sck, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
    { MP_QSTR_mosi, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
    { MP_QSTR_miso, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
};

static uint8_t pin_arg(const mp_arg_val_t *arg, uint8_t was, uint8_t id, int place, mp_rom_error_text_t bad) {
    if (arg->u_obj == MP_OBJ_NULL) {
        return was;
    }
    return arg->u_obj == mp_const_none ? NO_PIN : hard_pin(arg->u_obj, id, place, bad);
}

static void take(uint8_t *to, mp_int_t value) {
    if (value != KEEP) {
        *to = value;
    }
}

static void configure(spi_obj_t *self, const mp_arg_val_t *args) {
    if (VB_FAMILY_ID == 1 && args[ARG_bits].u_int != KEEP && args[ARG_bits].u_int <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid bits"));
    }
    if (args[ARG_baudrate].u_int != KEEP) {
        self->wire.hz = real_hz(args[ARG_baudrate].u_int);
    }
    take(&self->polarity, args[ARG_polarity].u_int);
    take(&self->phase, args[ARG_phase].u_int);
    take(&self->bits, args[ARG_bits].u_int);
    take(&self->firstbit, args[ARG_firstbit].u_int);
    #if VB_RP2
    if (self->firstbit == MICROPY_PY_MACHINE_SPI_LSB) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("LSB"));
    }
    #endif
    self->wire.flags = mode_flags(self->polarity, self->phase, self->firstbit);
    self->ready = true;
    self->ended = false;
    vb_spi_set_up(&self->wire);
}

static void take_pins(spi_obj_t *self, const mp_arg_val_t *args) {
    struct wire *wire = &self->wire;
    wire->sck = pin_arg(&args[ARG_sck], wire->sck, self->id, 2, MP_ERROR_TEXT("bad SCK pin"));
    wire->mosi = pin_arg(&args[ARG_mosi], wire->mosi, self->id, 3, MP_ERROR_TEXT("bad MOSI pin"));
    wire->miso = pin_arg(&args[ARG_miso], wire->miso, self->id, 0, MP_ERROR_TEXT("bad MISO pin"));
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    #if VB_ESP32
    MP_MACHINE_SPI_CHECK_FOR_LEGACY_SOFTSPI_CONSTRUCTION(n_args, n_kw, all_args);
    #endif
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t id = args[ARG_id].u_int;
    if (id < FIRST_ID || id >= FIRST_ID + (mp_int_t)MP_ARRAY_SIZE(buses)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("SPI(%d) doesn't exist"), id);
    }
    spi_obj_t *self = &buses[id - FIRST_ID];
    take_pins(self, args);
    if (VB_FAMILY_ID == 1 || n_args > 1 || n_kw > 0 || !self->ready) {
        static const mp_int_t defaults[] = {DEFAULT_HZ, 0, 0, 8, MICROPY_PY_MACHINE_SPI_MSB};
        for (int i = ARG_baudrate; i <= ARG_firstbit; i++) {
            args[i].u_int = args[i].u_int == KEEP ? defaults[i - ARG_baudrate] : args[i].u_int;
        }
        configure(self, args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void init(mp_obj_base_t *obj, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    const size_t last = VB_FAMILY_ID == 1 ? ARG_miso : ARG_firstbit; // the Pico's init() knows no pins
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)] = {0};
    mp_arg_parse_all(n_args, pos_args, kw_args, last, allowed + 1, args + 1);
    take_pins((spi_obj_t *)obj, args);
    configure((spi_obj_t *)obj, args);
}

static void deinit(mp_obj_base_t *obj) {
    spi_obj_t *self = (spi_obj_t *)obj;
    self->ended = true;
    const uint8_t pins[] = {self->wire.sck, self->wire.mosi, self->wire.miso};
    for (size_t i = 0; i < MP_ARRAY_SIZE(pins); i++) {
        if (pins[i] != NO_PIN) {
            vb_pin_mode(pins[i], VB_MODE_IN, vb_pin_pull(pins[i]));
        }
    }
}

static void transfer(mp_obj_base_t *obj, size_t len, const uint8_t *src, uint8_t *dest) {
    spi_obj_t *self = (spi_obj_t *)obj;
    #if VB_ESP32
    if (self->ended) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("transfer on deinitialized SPI"));
    }
    if (len * 8 < self->bits) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too short"));
    }
    #endif
    vb_spi_transfer(&self->wire, len, src, dest);
}

static void print_miso(const mp_print_t *print, const spi_obj_t *self) {
    if (self->wire.miso == NO_PIN) {
        mp_printf(print, VB_FAMILY_ID == 1 ? "-1)" : "None)");
    } else {
        mp_printf(print, "%u)", self->wire.miso);
    }
}

static void print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    spi_obj_t *self = MP_OBJ_TO_PTR(self_in);
    #if VB_ESP32
    mp_printf(print, "SPI(id=%u, baudrate=%u, polarity=%u, phase=%u, bits=%u, firstbit=%u, sck=%d, mosi=%d, miso=",
        self->id, self->wire.hz, self->polarity, self->phase, self->bits, self->firstbit,
        (int)(int8_t)self->wire.sck, (int)(int8_t)self->wire.mosi);
    #else
    mp_printf(print, "SPI(%u, baudrate=%u, polarity=%u, phase=%u, bits=%u, sck=%u, mosi=%u, miso=",
        self->id, self->wire.hz, self->polarity, self->phase, self->bits, self->wire.sck, self->wire.mosi);
    #endif
    print_miso(print, self);
}

static const mp_machine_spi_p_t protocol = {
    .init = init,
    #if VB_ESP32
    .deinit = deinit,
    #endif
    .transfer = transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(machine_spi_type, MP_QSTR_SPI, MP_TYPE_FLAG_NONE, make_new, make_new,
    print, print, protocol, &protocol, locals_dict, &mp_machine_spi_locals_dict);
