// vb_modmachine.c: the functions of `machine`; included by extmod/modmachine.c.
// Behaviour and messages: ports/esp32/modmachine.c and ports/rp2/modmachine.c of 1.25.0.

#include <string.h>
#include <unistd.h>
#include "vb_internal.h"
#include "collected.h"

#if VB_ESP32
#define FAMILY_ENTRIES \
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&machine_lightsleep_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(3) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(4) }, \
    { MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(5) },
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

// The frequency is remembered; what code costs does not follow it yet.
static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args) {
    mp_int_t hz = mp_obj_get_int(args[0]);
    #if VB_ESP32
    mp_int_t mhz = hz / 1000000;
    if (mhz != 20 && mhz != 40 && mhz != 80 && mhz != 160 && mhz != 240) {
        mp_raise_ValueError(MP_ERROR_TEXT("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz"));
    }
    cpu_hz = mhz * 1000000;
    #else
    if (hz < 10000000 || hz > 270000000 || hz % 1000000) { // what the PLL reaches, roughly
        mp_raise_ValueError(MP_ERROR_TEXT("cannot change frequency"));
    }
    cpu_hz = hz;
    #endif
}

static mp_obj_t mp_machine_unique_id(void) {
    #if VB_ESP32
    return mp_obj_new_bytes(vb_options.uid, 6);
    #else
    uint8_t id[8] = {0xe6, 0x61}; // how the flash ids of Picos begin
    memcpy(id + 2, vb_options.uid, 6);
    return mp_obj_new_bytes(id, 8);
    #endif
}

static int next_cause = VB_RESET_CAUSE;

NORETURN static void mp_machine_reset(void) {
    vb_state(VB_STATE_HARD_RESET, next_cause);
    vb_flush();
    _exit(0);
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

// Pins keep their state, Python does not run. Without a time nothing modelled wakes the chip.
static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    mp_int_t ms = n_args ? MAX(mp_obj_get_int(args[0]), 0) : 0;
    vb_wait_until(n_args ? vb_now() + ms * 1000000ull : VB_NEVER);
}

NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    mp_machine_lightsleep(n_args, args);
    #if VB_ESP32
    next_cause = 4; // DEEPSLEEP_RESET; on rp2 it is a reset like any other
    #endif
    mp_machine_reset();
}
