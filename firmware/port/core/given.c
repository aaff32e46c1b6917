// core/given.c: the module `warsha`: for functions that a lab gives to programs, the bench learns that one ran; for uctypes.py,
// addresses (core/memory.c).

#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "core/internal.h"

#define OTHERS_NS 2000000 // other threads run that long before each call
#define MAIN_NS 20000     // the main thread runs that long at a time, until the scheduled calls are done

// Runs the scheduled calls, or lets the main thread run them.
static void handle_pending(void) {
    mp_handle_pending(true);
    while (vb_thread_main_called() && !vb_clock_busy() && !vb_irq_off) {
        vb_thread_busy(vb_now() + MAIN_NS);
    }
}

// warsha.given(text, us): works that long, as a function that computes does, and tells the bench at its end how long it
// worked. Interrupts and scheduled calls run meanwhile, and their time is not its own. No other thread runs: it has the
// interpreter. Ctrl-C ends it, and the bench is not told.
static mp_obj_t given(mp_obj_t text, mp_obj_t us_in) {
    size_t len;
    const char *str = mp_obj_str_get_data(text, &len);
    uint64_t us = MIN(MAX(mp_obj_get_int(us_in), 0), UINT32_MAX);
    vb_charge(VB_NS_SLEEP_US);
    uint64_t left = us * 1000 - MIN(us * 1000, VB_NS_SLEEP_US);
    if (vb_thread_others() && !vb_clock_busy() && !vb_irq_off) {
        vb_thread_busy(vb_now() + OTHERS_NS); // calls without a pause would leave them no time
    }
    do {
        handle_pending();
        left -= vb_clock_work(left, mp_thread_is_main_thread());
    } while (left > 0);
    handle_pending();
    vb_emit_text(VB_REC_GIVEN, str, len);
    vb_emit(VB_REC_GIVEN, 0, 0, us);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(given_obj, given);

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_warsha) },
    { MP_ROM_QSTR(MP_QSTR_given), MP_ROM_PTR(&given_obj) },
    { MP_ROM_QSTR(MP_QSTR_address), MP_ROM_PTR(&vb_memory_address_obj) },
    { MP_ROM_QSTR(MP_QSTR_place), MP_ROM_PTR(&vb_memory_place_obj) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t vb_warsha_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_warsha, vb_warsha_module);
