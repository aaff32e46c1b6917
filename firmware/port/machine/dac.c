// machine/dac.c: machine.DAC of the ESP32 and ESP32-S2: 8 bits of the supply on two pins.
// Arguments and messages: ports/esp32/machine_dac.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"

#if VB_HAS_DAC

#define DAC_NS VB_US(4.0) // a call of the driver; a GUESS

VB_MACHINE_CLASS_IF(VB_HAS_DAC, DAC, vb_dac_type)
extern const mp_obj_type_t vb_dac_type;

typedef struct {
    mp_obj_base_t base;
    uint8_t pin;
} dac_obj_t;

#define DAC(pin) {{&vb_dac_type}, pin}
static const dac_obj_t dac_objects[] = {VB_DACS};

static void drive(const dac_obj_t *self, uint8_t step) {
    vb_charge(DAC_NS);
    vb_emit(VB_REC_DAC, self->pin, 0, step);
}

static mp_obj_t dac_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, true);
    uint8_t pin = vb_pin_get(args[0]);
    for (size_t i = 0; i < MP_ARRAY_SIZE(dac_objects); i++) {
        if (dac_objects[i].pin == pin) {
            vb_pin_mode(pin, VB_MODE_ANALOG, VB_PULL_NONE);
            drive(&dac_objects[i], 0);
            return MP_OBJ_FROM_PTR(&dac_objects[i]);
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("invalid Pin for DAC"));
}

static void dac_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "DAC(Pin(%u))", ((const dac_obj_t *)MP_OBJ_TO_PTR(self))->pin);
}

static mp_obj_t dac_write(mp_obj_t self, mp_obj_t value_in) {
    mp_int_t value = mp_obj_get_int(value_in);
    if (value < 0 || value > 255) {
        mp_raise_ValueError(MP_ERROR_TEXT("value out of range"));
    }
    drive(MP_OBJ_TO_PTR(self), value);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(dac_write_obj, dac_write);

static const mp_rom_map_elem_t dac_table[] = {
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&dac_write_obj) },
};
static MP_DEFINE_CONST_DICT(dac_dict, dac_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_dac_type, MP_QSTR_DAC, MP_TYPE_FLAG_NONE,
    make_new, dac_make_new, print, dac_print, locals_dict, &dac_dict);

#endif
