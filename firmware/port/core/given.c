// core/given.c: the module `warsha`, for functions that a lab gives to programs: the bench learns that one ran.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"

// warsha.given(text, us): takes that long, as a busy function does, and tells the bench at its end. Interrupts and
// scheduled calls run meanwhile. Ctrl-C ends it, and the bench is not told.
static mp_obj_t given(mp_obj_t text, mp_obj_t us_in) {
    size_t len;
    const char *str = mp_obj_str_get_data(text, &len);
    mp_int_t us = mp_obj_get_int(us_in);
    uint64_t begin = vb_now(), end = begin + MAX(us, 0) * 1000ull;
    vb_charge(VB_NS_SLEEP_US);
    do {
        mp_handle_pending(true);
        vb_wfe(end);
    } while (vb_now() < end);
    mp_handle_pending(true);
    vb_emit_text(VB_REC_GIVEN, str, len);
    vb_emit(VB_REC_GIVEN, 0, 0, MIN((vb_now() - begin) / 1000, UINT32_MAX));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(given_obj, given);

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_warsha) },
    { MP_ROM_QSTR(MP_QSTR_given), MP_ROM_PTR(&given_obj) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t vb_warsha_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_warsha, vb_warsha_module);
