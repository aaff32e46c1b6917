// machine/adc_rp2.c: machine.ADC of the Pico, included by extmod/machine_adc.c; the bench gives the voltage at the pin.
// The chip's converter: 12 bits against 3.3 V, channels 0 to 3 on GPIO 26 to 29, channel 4 is the
// chip's own temperature sensor.

#include "py/mphal.h"
#include "core/board.h"

#define FIRST_PIN 26
#define TEMPERATURE_CHANNEL 4
#define CONVERSION_NS 2000 // 96 cycles of the 48 MHz ADC clock (RP2040 datasheet 4.9.2)
#define VREF_UV 3300000
#define SENSOR_UV 706000 // 27 degrees Celsius (RP2040 datasheet 4.9.5)

#define MICROPY_PY_MACHINE_ADC_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_CORE_TEMP), MP_ROM_INT(TEMPERATURE_CHANNEL) },

struct _machine_adc_obj_t {
    mp_obj_base_t base;
    uint8_t channel;
};

static void mp_machine_adc_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<ADC channel=%u>", self->channel);
}

// A number up to 4 is a channel and does not change the pad; anything else is a pin, which becomes analog.
static uint8_t channel_of(mp_obj_t source) {
    if (mp_obj_is_int(source)) {
        mp_int_t channel = mp_obj_get_int(source);
        if (channel >= 0 && channel <= TEMPERATURE_CHANNEL) {
            return channel;
        }
    }
    uint8_t pin = vb_pin_get(source);
    if (pin < FIRST_PIN || pin >= FIRST_PIN + TEMPERATURE_CHANNEL) {
        mp_raise_ValueError(MP_ERROR_TEXT("Pin doesn't have ADC capabilities"));
    }
    vb_pin_mode(pin, VB_MODE_ANALOG, VB_PULL_NONE);
    return pin - FIRST_PIN;
}

static mp_obj_t mp_machine_adc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    uint8_t channel = channel_of(args[0]);
    machine_adc_obj_t *self = mp_obj_malloc(machine_adc_obj_t, &machine_adc_type);
    self->channel = channel;
    return MP_OBJ_FROM_PTR(self);
}

static mp_int_t mp_machine_adc_read_u16(machine_adc_obj_t *self) {
    vb_charge(VB_NS_ADC_READ + CONVERSION_NS);
    uint64_t uv = self->channel == TEMPERATURE_CHANNEL ? SENSOR_UV : vb_convert(FIRST_PIN + self->channel);
    uint32_t raw = MIN(uv * 4096 / VREF_UV, 4095);
    return raw << 4 | raw >> 8;
}
