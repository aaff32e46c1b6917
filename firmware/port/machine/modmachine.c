// machine/modmachine.c: the functions of `machine`; included by extmod/modmachine.c.
// Behaviour and messages: ports/esp32/modmachine.c and ports/rp2/modmachine.c of 1.25.0.

#include <string.h>
#include "core/internal.h"
#include "collected.h"

#if VB_ESP32
#define FAMILY_ENTRIES \
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&machine_lightsleep_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_SLEEP), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP), MP_ROM_INT(4) }, \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(3) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(CAUSE_DEEPSLEEP) }, \
    { MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(5) }, \
    { MP_ROM_QSTR(MP_QSTR_wake_reason), MP_ROM_PTR(&wake_reason_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_PIN_WAKE), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_EXT0_WAKE), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_EXT1_WAKE), MP_ROM_INT(3) }, \
    { MP_ROM_QSTR(MP_QSTR_TIMER_WAKE), MP_ROM_INT(4) }, \
    { MP_ROM_QSTR(MP_QSTR_TOUCHPAD_WAKE), MP_ROM_INT(5) }, \
    { MP_ROM_QSTR(MP_QSTR_ULP_WAKE), MP_ROM_INT(6) },

enum { CAUSE_DEEPSLEEP = 4 };

static mp_obj_t wake_reason(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    return MP_OBJ_NEW_SMALL_INT(vb_options.wake);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wake_reason_obj, 0, wake_reason);
#else
#define FAMILY_ENTRIES \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(3) },
#endif

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    VB_MACHINE_GLOBALS \
    VB_ENTRIES_machine \
    FAMILY_ENTRIES

static mp_int_t cpu_hz = VB_CPU_HZ;

static mp_obj_t mp_machine_get_freq(void) {
    return mp_obj_new_int(cpu_hz);
}

#if VB_RP2
uint32_t vb_peripheral_hz = VB_PERIPHERAL_HZ;

// Like check_sys_clock_khz() of the SDK: a VCO of 750 to 1600 MHz, a multiple of the crystal's 12 MHz, and two dividers.
static bool pll_reaches(mp_int_t khz) {
    for (mp_int_t vco = 756000; vco <= 1600000; vco += 12000) {
        for (mp_int_t div1 = 1; div1 <= 7; div1++) {
            for (mp_int_t div2 = 1; div2 <= div1; div2++) {
                if (khz * div1 * div2 == vco && khz <= VB_MOST_KHZ) {
                    return true;
                }
            }
        }
    }
    return false;
}
#endif

// The cost of code changes with it. The speed of peripherals does not, except SPI's on a Pico.
static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args) {
    mp_int_t hz = mp_obj_get_int(args[0]);
    #if VB_ESP32
    mp_int_t mhz = hz / 1000000;
    if (mhz != 20 && mhz != 40 && mhz != 80 && mhz != 160 && mhz != VB_MOST_MHZ) {
        #if VB_MOST_MHZ == 160
        mp_raise_ValueError(MP_ERROR_TEXT("frequency must be 20MHz, 40MHz, 80Mhz or 160MHz"));
        #else
        mp_raise_ValueError(MP_ERROR_TEXT("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz"));
        #endif
    }
    cpu_hz = mhz * 1000000;
    #else
    if (hz <= 0 || !pll_reaches(hz / 1000)) {
        mp_raise_ValueError(MP_ERROR_TEXT("cannot change frequency"));
    }
    mp_int_t peripherals = n_args > 1 ? mp_obj_get_int(args[1]) : VB_PERIPHERAL_HZ;
    if (peripherals != hz && peripherals != VB_PERIPHERAL_HZ) {
        mp_raise_ValueError(MP_ERROR_TEXT("peripheral freq must be 48_000_000 or the same as the MCU freq"));
    }
    cpu_hz = hz / 1000 * 1000;
    vb_peripheral_hz = peripherals;
    #endif
    vb_clock_hz(cpu_hz);
}

static mp_obj_t mp_machine_unique_id(void) {
    #if VB_ESP32
    return mp_obj_new_bytes(vb_options.uid, 6);
    #else
    uint8_t id[8] = {0xe6, 0x61}; // the first bytes of a Pico's flash id; the number of an RP2350 is random
    memcpy(id + 2, vb_options.uid, 6);
    return mp_obj_new_bytes(id, 8);
    #endif
}

NORETURN static void mp_machine_reset(void) {
    vb_options.wake = 0;
    vb_reset(VB_RESET_CAUSE);
}

static mp_int_t mp_machine_reset_cause(void) {
    return vb_reset_cause();
}

static void mp_machine_idle(void) {
    #if VB_RP2
    MICROPY_INTERNAL_WFE(1);
    #endif
    mp_handle_pending(true);
}

#if VB_ESP32

// A negative time means 500,000 years. (uint64_t)expiry * 1000: modmachine.c
static uint64_t sleep_end(size_t n_args, const mp_obj_t *args) {
    mp_int_t ms = n_args ? mp_obj_get_int(args[0]) : -1;
    return ms < 0 ? VB_NEVER : vb_now() + ms * 1000000ull;
}

static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    vb_options.wake = vb_sleep(VB_SLEEP_LIGHT, sleep_end(n_args, args));
}

NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    uint64_t end = sleep_end(n_args, args);
    vb_pin_float_all(true);
    vb_options.wake = vb_sleep(VB_SLEEP_DEEP, end);
    vb_reset(CAUSE_DEEPSLEEP);
}

#else

// Without a time it waits for a pin that is not set up: for ever.
static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    mp_int_t ms = n_args ? mp_obj_get_int(args[0]) : 0;
    if (n_args && ms <= 1) {
        mp_hal_delay_ms(MAX(ms, 0));
        return;
    }
    if (ms >= 4294967) { // 2^32 us
        mp_raise_ValueError(MP_ERROR_TEXT("sleep too long"));
    }
    vb_sleep(VB_SLEEP_LIGHT, n_args ? vb_now() + ms * 1000000ull : VB_NEVER);
}

// A light sleep, then a reset.
NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    mp_machine_lightsleep(n_args, args);
    mp_machine_reset();
}

#endif

#if VB_HAS_BOOTLOADER
// A Pico appears as a USB drive and waits for a UF2 file; an ESP32-S2, S3 or C3 waits for a flashing program. The bench does
// that; for it this board has ended.
NORETURN void mp_machine_bootloader(size_t n_args, const mp_obj_t *args) {
    vb_enter_loader();
}
#endif
