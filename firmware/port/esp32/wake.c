// esp32/wake.c: the parts of the module esp32 and of Pin.irq(wake=) that may end a sleep (core/sleep.c).
// Behaviour: ports/esp32/modesp32.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"

#if VB_ESP32

enum { KIND_SLEEP = 2, KIND_DEEPSLEEP = 4 };

NORETURN static void no_resources(void) {
    mp_raise_ValueError(MP_ERROR_TEXT("no resources"));
}

// Pin.irq(wake=): only one pin.
void vb_wake_on_pin(uint8_t gpio, bool level, uint8_t kinds) {
    if (vb_wake.touch || (vb_wake.ext0_pin != -1 && vb_wake.ext0_pin != gpio)) {
        no_resources();
    }
    vb_wake.ext0_pin = gpio;
    vb_wake.ext0_level = level;
    vb_wake.ext0_kinds = kinds;
}

static uint8_t rtc_pin(mp_obj_t pin) {
    uint8_t gpio = vb_pin_get(MP_OBJ_TO_PTR(pin));
    if (!VB_PIN_MAY_WAKE(gpio)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid pin"));
    }
    return gpio;
}

static mp_obj_t wake_on_touch(mp_obj_t wake) {
    if (vb_wake.ext0_pin != -1) {
        no_resources();
    }
    vb_wake.touch = mp_obj_is_true(wake);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_wake_on_touch_obj, wake_on_touch);
VB_ENTRY(esp32, wake_on_touch, mp_obj_fun_builtin_fixed_t, vb_wake_on_touch_obj)

static mp_obj_t wake_on_ext0(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    if (vb_wake.touch) {
        no_resources();
    }
    enum { ARG_pin, ARG_level };
    const mp_arg_t allowed[] = {
        { MP_QSTR_pin, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_level, MP_ARG_BOOL, {.u_bool = vb_wake.ext0_level} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[ARG_pin].u_obj == mp_const_none) {
        vb_wake.ext0_pin = -1;
    } else if (args[ARG_pin].u_obj != MP_OBJ_NULL) {
        vb_wake.ext0_pin = rtc_pin(args[ARG_pin].u_obj);
    }
    vb_wake.ext0_level = args[ARG_level].u_bool;
    vb_wake.ext0_kinds = KIND_SLEEP | KIND_DEEPSLEEP;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_wake_on_ext0_obj, 0, wake_on_ext0);
VB_ENTRY(esp32, wake_on_ext0, mp_obj_fun_builtin_var_t, vb_wake_on_ext0_obj)

static mp_obj_t wake_on_ext1(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_pins, ARG_level };
    const mp_arg_t allowed[] = {
        { MP_QSTR_pins, MP_ARG_OBJ, {.u_obj = mp_const_none} },
        { MP_QSTR_level, MP_ARG_BOOL, {.u_bool = vb_wake.ext1_level} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    uint64_t pins = vb_wake.ext1_pins;
    if (args[ARG_pins].u_obj != mp_const_none) {
        size_t len;
        mp_obj_t *items;
        mp_obj_get_array(args[ARG_pins].u_obj, &len, &items);
        pins = 0;
        for (size_t i = 0; i < len; i++) {
            pins |= 1ull << rtc_pin(items[i]);
        }
    }
    vb_wake.ext1_level = args[ARG_level].u_bool;
    vb_wake.ext1_pins = pins;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_wake_on_ext1_obj, 0, wake_on_ext1);
VB_ENTRY(esp32, wake_on_ext1, mp_obj_fun_builtin_var_t, vb_wake_on_ext1_obj)

static mp_obj_t wake_on_ulp(mp_obj_t wake) {
    mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: esp32.wake_on_ulp"));
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_wake_on_ulp_obj, wake_on_ulp);
VB_ENTRY(esp32, wake_on_ulp, mp_obj_fun_builtin_fixed_t, vb_wake_on_ulp_obj)

static mp_obj_t gpio_deep_sleep_hold(mp_obj_t on) {
    vb_pin_hold_asleep(mp_obj_is_true(on));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_gpio_deep_sleep_hold_obj, gpio_deep_sleep_hold);
VB_ENTRY_IF(VB_HAS_SLEEP_HOLD, esp32, gpio_deep_sleep_hold, mp_obj_fun_builtin_fixed_t, vb_gpio_deep_sleep_hold_obj)

#endif
