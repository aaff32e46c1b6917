// esp32/ota.c: which of two programs the board boots, and the way back to the old one.
//
// The bench runs its own MicroPython whatever the slot holds; but the slot is read, checked and chosen as on the chip. A
// program that was chosen with set_boot() runs once on trial. Without mark_app_valid_cancel_rollback() the next start, of
// whatever cause, returns to the one before.
// Sources: ESP-IDF 5.2, "Over The Air Updates", "App Image Format"; esp_ota_ops.c and bootloader_common.c (otadata).

#include <string.h>

#include "py/runtime.h"
#include "mbedtls/sha256.h"
#include "core/host.h"
#include "core/internal.h"
#include "esp32/modesp32.h"
#include "esp32/ota.h"

#if VB_ESP32

#define SECTOR 4096
#define SLOTS 2

enum { NEW, ON_TRIAL, VALID, INVALID, ABORTED }; // esp_ota_img_states_t

struct choice { // esp_ota_select_entry_t: one in each sector of otadata
    uint32_t number; // the one with the higher number counts; it names the slot (number - 1) % SLOTS
    uint8_t label[20];
    uint32_t state, crc;
};

bool vb_has_ota;
static int running;

// ---- otadata ----

// As esp_rom_crc32_le(UINT32_MAX, ...) calculates it.
static uint32_t crc_of(uint32_t number) {
    uint32_t crc = 0;
    for (int i = 0; i < 32; i++) {
        crc = crc >> 1 ^ ((crc ^ number >> i) & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void read_choices(struct choice *choices) {
    for (int i = 0; i < SLOTS; i++) {
        memset(&choices[i], 0xff, sizeof(*choices));
        vb_host_flash_read(VB_OTA_DATA + i * SECTOR, &choices[i], sizeof(*choices));
    }
}

static void write_choice(int i, const struct choice *choice) {
    static uint8_t sector[SECTOR];
    memset(sector, 0xff, sizeof(sector));
    memcpy(sector, choice, sizeof(*choice));
    vb_host_flash_write(VB_OTA_DATA + i * SECTOR, sector, sizeof(sector));
}

static int active(const struct choice *choices) {
    int found = -1;
    for (int i = 0; i < SLOTS; i++) {
        const struct choice *one = &choices[i];
        bool usable = one->number != UINT32_MAX && one->crc == crc_of(one->number) && one->state != INVALID
            && one->state != ABORTED;
        if (usable && (found < 0 || one->number > choices[found].number)) {
            found = i;
        }
    }
    return found;
}

static int slot_of(const struct choice *choices) {
    int found = active(choices);
    return found < 0 ? 0 : (choices[found].number - 1) % SLOTS;
}

// ---- a program ----

struct header { // esp_image_header_t
    uint8_t magic, segments, mode, size;
    uint32_t entry;
    uint8_t pins[4];
    uint16_t chip;
    uint8_t revisions[5], reserved[4], has_hash;
} __attribute__((packed));

struct reader {
    uint32_t at, end;
    mbedtls_sha256_context hash;
};

static bool take(struct reader *r, void *to, uint32_t len) {
    if (len > r->end - r->at || vb_host_flash_read(r->at, to, len) != (int)len) {
        return false;
    }
    r->at += len;
    mbedtls_sha256_update(&r->hash, to, len);
    return true;
}

// Whether a slot holds a whole program for this chip: its segments, their checksum and the hash behind them.
static bool is_program(int slot) {
    struct reader r = {VB_OTA_SLOT(slot), VB_OTA_SLOT(slot + 1)};
    static uint8_t piece[SECTOR];
    struct header head;
    uint8_t sum = 0xef, hash[32];
    mbedtls_sha256_init(&r.hash);
    mbedtls_sha256_starts(&r.hash, 0);
    if (!take(&r, &head, sizeof(head)) || head.magic != 0xe9 || head.segments == 0 || head.segments > 16
        || head.chip != VB_IMAGE_CHIP) {
        return false;
    }
    for (int i = 0; i < head.segments; i++) {
        struct {
            uint32_t address, len;
        } segment;
        if (!take(&r, &segment, sizeof(segment)) || segment.len % 4) {
            return false;
        }
        for (uint32_t done = 0, n; done < segment.len; done += n) {
            n = MIN(sizeof(piece), segment.len - done);
            if (!take(&r, piece, n)) {
                return false;
            }
            for (uint32_t j = 0; j < n; j++) {
                sum ^= piece[j];
            }
        }
    }
    uint32_t rest = 16 - (r.at - VB_OTA_SLOT(slot)) % 16; // the last of these bytes is the checksum
    if (!take(&r, piece, rest) || piece[rest - 1] != sum) {
        return false;
    }
    mbedtls_sha256_finish(&r.hash, hash);
    return !head.has_hash || (vb_host_flash_read(r.at, piece, 32) == 32 && !memcmp(piece, hash, 32));
}

// On a new board the first slot holds MicroPython, without its machine code.
static void write_first_program(void) {
    struct {
        struct header head;
        uint32_t address, len;
        char text[48];
        uint8_t rest[16], hash[32];
    } __attribute__((packed)) made = {
        {.magic = 0xe9, .segments = 1, .chip = VB_IMAGE_CHIP, .has_hash = 1}, 0, sizeof(made.text),
        "MicroPython v1.25.0 on 2025-04-15",
    };
    _Static_assert((offsetof(__typeof__(made), hash)) % 16 == 0, "the hash begins at a multiple of 16");
    uint8_t sum = 0xef;
    for (size_t i = 0; i < sizeof(made.text); i++) {
        sum ^= made.text[i];
    }
    made.rest[sizeof(made.rest) - 1] = sum;
    mbedtls_sha256((const uint8_t *)&made, offsetof(__typeof__(made), hash), made.hash, 0);
    vb_host_flash_write(VB_OTA_SLOT(0), &made, sizeof(made));
}

static bool is_new_board(const struct choice *choices) {
    uint32_t first[SLOTS] = {UINT32_MAX, UINT32_MAX};
    for (int i = 0; i < SLOTS; i++) {
        vb_host_flash_read(VB_OTA_SLOT(i), &first[i], sizeof(first[i]));
    }
    return (choices[0].number & choices[1].number & first[0] & first[1]) == UINT32_MAX; // all is erased
}

// ---- the start ----

void vb_ota_start(void) {
    struct choice choices[SLOTS];
    if (!vb_has_ota) {
        return;
    }
    read_choices(choices);
    if (is_new_board(choices)) {
        write_first_program();
    }
    for (int i = 0; i < SLOTS; i++) {
        if (choices[i].number != UINT32_MAX && choices[i].state == ON_TRIAL) { // it did not say that it works
            choices[i].state = ABORTED;
            write_choice(i, &choices[i]);
        }
    }
    int chosen = active(choices);
    running = slot_of(choices);
    if (!is_program(running)) {
        running = !running;
    } else if (chosen >= 0 && choices[chosen].state == NEW) {
        choices[chosen].state = ON_TRIAL;
        write_choice(chosen, &choices[chosen]);
    }
}

// ---- for the program ----

int vb_ota_running(void) {
    return running;
}

int vb_ota_boot(void) {
    struct choice choices[SLOTS];
    read_choices(choices);
    return slot_of(choices);
}

static void write_for_program(int i, const struct choice *choice) {
    vb_elapse(VB_NS_FLASH_ERASE + VB_NS_FLASH_PAGE);
    write_choice(i, choice);
}

void vb_ota_set_boot(int slot) {
    if (!is_program(slot)) {
        vb_esp_error(-0x1503, "ESP_ERR_OTA_VALIDATE_FAILED");
    }
    struct choice choices[SLOTS], made = {.label = {0}, .state = NEW};
    read_choices(choices);
    int before = active(choices);
    uint32_t least = before < 0 ? 1 : choices[before].number;
    made.number = (slot + 1) % SLOTS;
    while (made.number < least) {
        made.number += SLOTS;
    }
    made.crc = crc_of(made.number);
    write_for_program(before < 0 ? 0 : !before, &made);
}

void vb_ota_mark_valid(void) {
    struct choice choices[SLOTS];
    read_choices(choices);
    int i = active(choices);
    if (i >= 0 && choices[i].state != VALID) {
        choices[i].state = VALID;
        write_for_program(i, &choices[i]);
    }
}

#endif
