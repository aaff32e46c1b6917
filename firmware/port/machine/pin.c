// machine/pin.c: the methods of machine.Pin that are the same on both chips.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "machine/pin.h"

VB_MACHINE_CLASS(Pin, machine_pin_type)

mp_obj_t mp_pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    #if VB_RP2
    uint8_t gpio = vb_pin_find(args[0]);
    #else
    uint8_t gpio = vb_pin_get(args[0]);
    #endif
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        vb_pin_init(gpio, n_args - 1, args + 1, &kw_args);
    }
    return vb_pin_object(gpio);
}

mp_obj_t vb_pin_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(vb_pin_read(vb_pin_number(self)));
    }
    vb_pin_write(vb_pin_number(self), mp_obj_is_true(args[0]));
    return mp_const_none;
}

static mp_obj_t init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    vb_pin_init(vb_pin_number(args[0]), n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_pin_init_obj, 1, init);

static mp_obj_t value(size_t n_args, const mp_obj_t *args) {
    return vb_pin_call(args[0], n_args - 1, 0, args + 1);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_pin_value_obj, 1, 2, value);

static mp_obj_t off(mp_obj_t self) {
    vb_pin_write(vb_pin_number(self), 0);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_pin_off_obj, off);

static mp_obj_t on(mp_obj_t self) {
    vb_pin_write(vb_pin_number(self), 1);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_pin_on_obj, on);

static mp_obj_t toggle(mp_obj_t self) {
    uint8_t gpio = vb_pin_number(self);
    vb_pin_write(gpio, !vb_pin_latch(gpio));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_pin_toggle_obj, toggle);

static mp_uint_t ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg, int *errcode) {
    if (request == MP_PIN_READ) {
        return vb_pin_read(vb_pin_number(self));
    }
    if (request == MP_PIN_WRITE) {
        vb_pin_write(vb_pin_number(self), arg);
        return 0;
    }
    return -1;
}
const mp_pin_p_t vb_pin_protocol = {.ioctl = ioctl};
