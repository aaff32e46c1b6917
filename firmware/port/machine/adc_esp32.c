// machine/adc_esp32.c: machine.ADC of the ESP32 series, included by extmod/machine_adc.c; the bench gives the voltage at
// the pin. A chip has two converters (VB_ADCS of its file in chips/). They are far from ideal, and a program that works only
// with ideal ones must fail here, too: atten() sets the range; those of the ESP32 read nothing below 0.07 to 0.14 V, and
// at 11 dB their line bends above 2.45 V and full scale is at about 3.1 V.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "esp32/modesp32.h"
#include "machine/adc_block.h"
#include "net/radio.h"

#define CONVERSION_NS 33000 // 35 us a read, measured on a chip (micropython issue 7495)
#define FULL_SCALE ((1 << VB_ADC_MOST_BITS) - 1)
#define HAS_WIDTHS (VB_ADC_LEAST_BITS < VB_ADC_MOST_BITS) // the other chips have one width

#if HAS_WIDTHS
#define LOWER_WIDTHS \
    { MP_ROM_QSTR(MP_QSTR_WIDTH_9BIT), MP_ROM_INT(9) }, \
    { MP_ROM_QSTR(MP_QSTR_WIDTH_10BIT), MP_ROM_INT(10) }, \
    { MP_ROM_QSTR(MP_QSTR_WIDTH_11BIT), MP_ROM_INT(11) },
#else
#define LOWER_WIDTHS
#endif
#if VB_ADC_MOST_BITS == 13
#define MOST_WIDTH { MP_ROM_QSTR(MP_QSTR_WIDTH_13BIT), MP_ROM_INT(13) },
#else
#define MOST_WIDTH { MP_ROM_QSTR(MP_QSTR_WIDTH_12BIT), MP_ROM_INT(12) },
#endif
#define MICROPY_PY_MACHINE_ADC_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_ATTN_0DB), MP_ROM_INT(0) }, \
    { MP_ROM_QSTR(MP_QSTR_ATTN_2_5DB), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_ATTN_6DB), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_ATTN_11DB), MP_ROM_INT(3) }, \
    LOWER_WIDTHS \
    MOST_WIDTH

struct _machine_adc_obj_t {
    mp_obj_base_t base;
    uint8_t pin;
    uint8_t unit;
};

#define ADC1(pin) { { &machine_adc_type }, pin, 0 }
#define ADC2(pin) { { &machine_adc_type }, pin, 1 }
static const machine_adc_obj_t adc_objects[] = { VB_ADCS };

#define UNSET 0xff
// As on the chip a soft reset keeps these: the range that the last program chose.
static uint8_t atten_of_object[MP_ARRAY_SIZE(adc_objects)] = { [0 ... MP_ARRAY_SIZE(adc_objects) - 1] = UNSET };
static uint8_t bits_of_unit[2] = { VB_ADC_MOST_BITS, VB_ADC_MOST_BITS };

// The line of volts over readings, in microvolts at 0 and nanovolts per step. At 11 dB it may bend.
static const struct { uint32_t zero_uv, step_nv; } line[] = { VB_ADC_LINE };
#define BEND VB_ADC_BEND
#define BEND_STEP_NV VB_ADC_BEND_STEP_NV

static uint32_t steps(uint64_t nv, uint32_t step_nv) {
    return (nv + step_nv / 2) / step_nv;
}

static uint32_t raw_of_uv(uint8_t atten, uint64_t uv) {
    if (uv <= line[atten].zero_uv) {
        return 0;
    }
    uint64_t nv = (uv - line[atten].zero_uv) * 1000;
    uint64_t bend_nv = (uint64_t)BEND * line[atten].step_nv;
    if (atten == 3 && nv > bend_nv) {
        return MIN(BEND + steps(nv - bend_nv, BEND_STEP_NV), FULL_SCALE);
    }
    return MIN(steps(nv, line[atten].step_nv), FULL_SCALE);
}

static uint32_t uv_of_raw(uint8_t atten, uint32_t raw) {
    uint32_t below = atten == 3 ? MIN(raw, BEND) : raw;
    return line[atten].zero_uv + ((uint64_t)below * line[atten].step_nv + (uint64_t)(raw - below) * BEND_STEP_NV) / 1000;
}

static uint8_t *atten_slot(const machine_adc_obj_t *self) {
    return &atten_of_object[self - adc_objects];
}

static void mp_machine_adc_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "ADC(Pin(%u), atten=%u)", self->pin, *atten_slot(self));
}

static void mp_machine_adc_atten_set(machine_adc_obj_t *self, mp_int_t atten) {
    if (atten < 0 || atten >= (mp_int_t)MP_ARRAY_SIZE(line)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid atten"));
    }
    *atten_slot(self) = atten;
    vb_pin_mode(self->pin, VB_MODE_ANALOG, VB_PULL_NONE);
}

uint8_t vb_adc_bits(uint8_t unit) { return bits_of_unit[unit]; }

void vb_adc_set_bits(uint8_t unit, mp_int_t bits) {
    // Where there is one width, machine_adc_block.c takes each, and IDF keeps its own.
    if (bits < 9 || bits > (HAS_WIDTHS ? VB_ADC_MOST_BITS : 13)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid bits"));
    }
    bits_of_unit[unit] = bits;
}

static void mp_machine_adc_width_set(machine_adc_obj_t *self, mp_int_t width) {
    vb_adc_set_bits(self->unit, width);
}

static mp_obj_t mp_machine_adc_block(machine_adc_obj_t *self) {
    return vb_adc_block(self->unit);
}

static void mp_machine_adc_init_helper(machine_adc_obj_t *self, size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_atten, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = -1 } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[0].u_int != -1) {
        mp_machine_adc_atten_set(self, args[0].u_int);
    } else if (*atten_slot(self) == UNSET) {
        mp_machine_adc_atten_set(self, 0);
    }
}

// The objects of each unit are in the order of its channels.
machine_adc_obj_t *vb_adc_connect(uint8_t unit, mp_int_t channel, mp_int_t pin, mp_map_t *kw) {
    mp_int_t at = 0;
    for (size_t i = 0; i < MP_ARRAY_SIZE(adc_objects); i++) {
        if (adc_objects[i].unit != unit) {
            continue;
        }
        machine_adc_obj_t *adc = (machine_adc_obj_t *)&adc_objects[i];
        if ((channel == -1 || channel == at) && (pin == -1 || pin == adc->pin)) {
            mp_machine_adc_init_helper(adc, 0, NULL, kw);
            return adc;
        }
        at++;
    }
    return NULL;
}

static machine_adc_obj_t *adc_of_pin(uint8_t pin) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(adc_objects); i++) {
        if (adc_objects[i].pin == pin) {
            return (machine_adc_obj_t *)&adc_objects[i];
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("invalid pin"));
}

static mp_obj_t mp_machine_adc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    machine_adc_obj_t *self = adc_of_pin(vb_pin_get(args[0]));
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    mp_machine_adc_init_helper(self, n_args - 1, args + 1, &kw);
    return MP_OBJ_FROM_PTR(self);
}

// The radio uses the second converter (TRM of the ESP32, 29.3): a read meanwhile times out.
static uint32_t convert(machine_adc_obj_t *self) {
    vb_charge(VB_NS_ADC_READ + CONVERSION_NS);
    if (self->unit == 1 && (vb_wlan_on[0] || vb_wlan_on[1])) {
        vb_esp_error(MP_ETIMEDOUT, "ESP_ERR_TIMEOUT");
    }
    return raw_of_uv(*atten_slot(self), vb_convert(self->pin));
}

static mp_int_t mp_machine_adc_read(machine_adc_obj_t *self) {
    return HAS_WIDTHS ? convert(self) >> (VB_ADC_MOST_BITS - bits_of_unit[self->unit]) : convert(self);
}

static mp_int_t mp_machine_adc_read_u16(machine_adc_obj_t *self) {
    mp_uint_t raw = mp_machine_adc_read(self);
    mp_int_t bits = bits_of_unit[self->unit];
    return raw << (16 - bits) | raw >> (2 * bits - 16);
}

static mp_int_t mp_machine_adc_read_uv(machine_adc_obj_t *self) {
    // Whole millivolts, never below the line's value at 0, as in Espressif's calibration.
    mp_uint_t raw = mp_machine_adc_read(self) << (HAS_WIDTHS ? VB_ADC_MOST_BITS - bits_of_unit[self->unit] : 0);
    return (uv_of_raw(*atten_slot(self), raw) + 500) / 1000 * 1000;
}
