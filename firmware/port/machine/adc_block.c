// machine/adc_block.c: machine.ADCBlock of the ESP32 series: a whole converter, 0 or 1; included by extmod/machine_adc_block.c.
// ports/esp32/machine_adc_block.c of 1.25.0.

#include "py/mphal.h"
#include "machine/adc_block.h"

#define BLOCKS 2

static machine_adc_block_obj_t blocks[BLOCKS] = {{{&machine_adc_block_type}, 0}, {{&machine_adc_block_type}, 1}};

mp_obj_t vb_adc_block(uint8_t unit) {
    return MP_OBJ_FROM_PTR(&blocks[unit]);
}

static void mp_machine_adc_block_print(const mp_print_t *print, machine_adc_block_obj_t *self) {
    mp_printf(print, "ADCBlock(%u, bits=%u)", self->unit, vb_adc_bits(self->unit));
}

static void mp_machine_adc_block_bits_set(machine_adc_block_obj_t *self, mp_int_t bits) {
    if (bits != -1) {
        vb_adc_set_bits(self->unit, bits);
    }
}

static machine_adc_block_obj_t *mp_machine_adc_block_get(mp_int_t unit) {
    return unit >= 0 && unit < BLOCKS ? &blocks[unit] : NULL;
}

static machine_adc_obj_t *mp_machine_adc_block_connect(machine_adc_block_obj_t *self, mp_int_t channel, mp_hal_pin_obj_t pin, mp_map_t *kw) {
    return vb_adc_connect(self->unit, channel, (mp_int_t)pin, kw);
}
