// machine/pin.h: what the two machine.Pin classes share (machine/pin.c), and what each of them provides.
#pragma once

#include "py/obj.h"
#include "extmod/virtpin.h"

extern const mp_obj_type_t machine_pin_type;

// Given by each family.
uint8_t vb_pin_number(mp_obj_t pin);  // GPIO of a Pin object
mp_obj_t vb_pin_object(uint8_t gpio);
void vb_pin_init(uint8_t gpio, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args);

#if VB_RP2
uint8_t vb_pin_find(mp_obj_t pin);      // as vb_pin_get(), also of the WiFi chip's pins
uint8_t vb_rp2_function(uint8_t gpio);  // what drives the pad (RP2040 datasheet 2.19.2)
void vb_rp2_take_back(uint8_t gpio);    // SIO drives it from now on
#endif

// Methods that are the same on both.
mp_obj_t vb_pin_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args);
extern const mp_pin_p_t vb_pin_protocol;
MP_DECLARE_CONST_FUN_OBJ_KW(vb_pin_init_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_pin_value_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_pin_off_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_pin_on_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_pin_toggle_obj);
#define VB_PIN_METHODS \
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&vb_pin_init_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&vb_pin_value_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&vb_pin_off_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&vb_pin_on_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&vb_pin_toggle_obj) },
