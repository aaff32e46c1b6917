// machine/adc_block.h: what ADC and ADCBlock of the ESP32 share.
#pragma once

#include "extmod/modmachine.h"

struct _machine_adc_block_obj_t {
    mp_obj_base_t base;
    uint8_t unit;
};

// machine/adc_esp32.c
uint8_t vb_adc_bits(uint8_t unit);
void vb_adc_set_bits(uint8_t unit, mp_int_t bits); // raises
machine_adc_obj_t *vb_adc_connect(uint8_t unit, mp_int_t channel, mp_int_t pin, mp_map_t *kw); // -1: any; NULL: none

// machine/adc_block.c
mp_obj_t vb_adc_block(uint8_t unit);
