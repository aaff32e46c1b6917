// machine/touchpad.c: machine.TouchPad of the ESP32 series: the ESP32 counts how often a pad's capacitance is charged in a
// fixed time, so a finger lowers the count. The others (version 2) count the time of a fixed number of charges, so a finger
// raises it. The bench knows which pads are touched.
// Arguments and messages: ports/esp32/machine_touchpad.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"

#if VB_HAS_TOUCH

#define TOUCH_NS VB_US(6.0) // a read of the last measurement; a GUESS
#define CHARGE_TIME 20000000 // about 20,000 for a bare pad, as people report

VB_MACHINE_CLASS_IF(VB_HAS_TOUCH, TouchPad, vb_touchpad_type)
extern const mp_obj_type_t vb_touchpad_type;

typedef struct {
    mp_obj_base_t base;
    uint8_t pin;
} touchpad_obj_t;

static uint16_t thresholds[VB_PINS]; // a pad with a lower count is touched, which may end a sleep; 0: never

#define PAD(pin) {{&vb_touchpad_type}, pin}
static const touchpad_obj_t touchpads[] = {VB_TOUCH_PADS};

static mp_obj_t touchpad_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, true);
    uint8_t pin = vb_pin_get(args[0]);
    for (size_t i = 0; i < MP_ARRAY_SIZE(touchpads); i++) {
        if (touchpads[i].pin == pin) {
            vb_pin_mode(pin, VB_MODE_ANALOG, VB_PULL_NONE);
            thresholds[pin] = 0;
            return MP_OBJ_FROM_PTR(&touchpads[i]);
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("invalid pin for touchpad"));
}

static uint8_t pin_of(mp_obj_t self) {
    return ((const touchpad_obj_t *)MP_OBJ_TO_PTR(self))->pin;
}

static uint16_t count(uint8_t pin) {
    return vb_call(VB_CALL_TOUCH, pin, 0, NULL, 0, NULL, 0);
}

bool vb_touched(void) {
    for (uint8_t pin = 0; pin < VB_PINS; pin++) {
        if (thresholds[pin] && count(pin) < thresholds[pin]) {
            return true;
        }
    }
    return false;
}

static mp_obj_t touchpad_config(mp_obj_t self, mp_obj_t threshold) {
    #if VB_TOUCH_VERSION == 1 // the others ignore the argument, so no touch ends their sleep
    thresholds[pin_of(self)] = mp_obj_get_int(threshold);
    #endif
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(touchpad_config_obj, touchpad_config);

static mp_obj_t touchpad_read(mp_obj_t self_in) {
    vb_charge(TOUCH_NS);
    uint16_t charges = count(pin_of(self_in));
    return MP_OBJ_NEW_SMALL_INT(VB_TOUCH_VERSION == 1 ? charges : CHARGE_TIME / MAX(charges, 1));
}
static MP_DEFINE_CONST_FUN_OBJ_1(touchpad_read_obj, touchpad_read);

static const mp_rom_map_elem_t touchpad_table[] = {
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&touchpad_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&touchpad_read_obj) },
};
static MP_DEFINE_CONST_DICT(touchpad_dict, touchpad_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_touchpad_type, MP_QSTR_TouchPad, MP_TYPE_FLAG_NONE,
    make_new, touchpad_make_new, locals_dict, &touchpad_dict);

#endif
