// esp32/rmt.c: esp32.RMT: trains of pulses that the chip sends by itself, an engine of the chip (core/engine.h).
// Arguments and messages: ports/esp32/esp32_rmt.c of 1.25.0. Like that one it cannot receive.
//
// The bench gets a carrier as a PWM for as long as it lasts, in place of 76,000 edges a second.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "core/engine.h"
#include "esp32/modesp32.h"

#if VB_ESP32

#define CHANNELS VB_RMT_CHANNELS
#define SOURCE_HZ 80000000
#define LONGEST VB_RMT_LONGEST
#define OS_TICK_MS 10
#define NO_PIN 0xff

typedef struct {
    mp_obj_base_t base;
    uint8_t channel, pin, div;
    bool idle, loop, sends;
    bool carries, carrier_level;     // pulses of that level are modulated
    uint32_t carrier_hz, carrier_duty; // duty of 65535
    uint16_t *pulses;                // duration | level << 15
    size_t count, at;
    uint64_t next, half_ns;          // when pulse `at` begins: ns, and half nanoseconds to add
} rmt_obj_t;

MP_REGISTER_ROOT_POINTER(void *vb_rmt_channels[8]);
static int8_t bitstream_channel = CHANNELS - 1;

extern const mp_obj_type_t vb_esp32_rmt_type;
VB_ENTRY(esp32, RMT, mp_obj_type_t, vb_esp32_rmt_type)

static rmt_obj_t *on_channel(int n) {
    return MP_STATE_PORT(vb_rmt_channels)[n];
}

// ---- the engine ----

static void drive(rmt_obj_t *self, bool level, uint64_t t) {
    if (!vb_pin_is_of(self->pin, VB_OF_RMT)) {
        return; // Pin() took the pad
    }
    if (self->carries && self->sends && level == self->carrier_level) {
        vb_link_late(VB_REC_PWM, self->pin, self->carrier_duty, self->carrier_hz, t);
        return;
    }
    if (self->carries) {
        vb_link_late(VB_REC_PWM, self->pin, 0, 0, t);
    }
    vb_pin_drive(self->pin, true, level, t);
}

// The next pulse begins, or the train is over.
static void turn(rmt_obj_t *self) {
    uint64_t t = self->next;
    if (self->at == self->count && self->loop) {
        self->at = 0;
    }
    uint16_t pulse = self->at < self->count ? self->pulses[self->at++] : 0;
    uint64_t half_ns = (uint64_t)(pulse & LONGEST) * self->div * (2000000000 / SOURCE_HZ) + self->half_ns;
    if (!(pulse & LONGEST)) { // a pulse of length 0 ends the train, too
        self->sends = false;
        drive(self, self->idle, t);
        return;
    }
    drive(self, pulse >> 15, t);
    self->next += half_ns / 2;
    self->half_ns = half_ns % 2;
}

static rmt_obj_t *earliest(uint64_t coupled) {
    rmt_obj_t *found = NULL;
    for (int n = 0; n < CHANNELS; n++) {
        rmt_obj_t *self = on_channel(n);
        if (self && self->sends && (coupled >> self->pin & 1) && (!found || self->next < found->next)) {
            found = self;
        }
    }
    return found;
}

uint64_t vb_engine_run(uint64_t until) {
    rmt_obj_t *self;
    while ((self = earliest(~0ull)) && self->next <= until) {
        uint64_t t = self->next;
        turn(self);
        if (vb_link_must_ask()) {
            return t;
        }
    }
    vb_engine_on = self != NULL;
    return until;
}

uint64_t vb_engine_next(uint64_t most) {
    rmt_obj_t *self = earliest(vb_pin_watched());
    return self ? self->next : VB_NEVER;
}

void vb_engine_due(void) {
}

// ---- the class ----

static void set_carrier(rmt_obj_t *self, mp_obj_t carrier) {
    if (carrier == mp_const_none) {
        return;
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(carrier, 3, &items);
    self->carrier_hz = mp_obj_get_int(items[0]);
    mp_uint_t duty = mp_obj_get_int(items[1]);
    if (self->carrier_hz == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("tx_carrier frequency must be >0"));
    }
    if (duty > 100) {
        mp_raise_ValueError(MP_ERROR_TEXT("tx_carrier duty must be 0..100"));
    }
    self->carrier_duty = duty * 65535 / 100;
    self->carrier_level = mp_obj_is_true(items[2]);
    self->carries = true;
}

static mp_obj_t rmt_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    enum { ARG_id, ARG_pin, ARG_clock_div, ARG_idle_level, ARG_tx_carrier };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_id, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_pin, MP_ARG_REQUIRED | MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = mp_const_none} },
        { MP_QSTR_clock_div, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 8} },
        { MP_QSTR_idle_level, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
        { MP_QSTR_tx_carrier, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = mp_const_none} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_uint_t channel = args[ARG_id].u_int, div = args[ARG_clock_div].u_int;
    uint8_t pin = vb_pin_get(args[ARG_pin].u_obj);
    if (bitstream_channel >= 0 && channel == (mp_uint_t)bitstream_channel) {
        mp_raise_ValueError(MP_ERROR_TEXT("channel used by bitstream"));
    }
    if (div < 1 || div > 255) {
        mp_raise_ValueError(MP_ERROR_TEXT("clock_div must be between 1 and 255"));
    }
    if (channel >= CHANNELS || VB_PIN_INPUT_ONLY(pin)) {
        vb_esp_error(-0x102, "ESP_ERR_INVALID_ARG");
    }
    if (on_channel(channel)) {
        vb_esp_error(-0x103, "ESP_ERR_INVALID_STATE");
    }
    rmt_obj_t *self = mp_obj_malloc_with_finaliser(rmt_obj_t, &vb_esp32_rmt_type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    self->channel = channel;
    self->pin = pin;
    self->div = div;
    self->idle = args[ARG_idle_level].u_bool;
    set_carrier(self, args[ARG_tx_carrier].u_obj);
    MP_STATE_PORT(vb_rmt_channels)[channel] = self;
    vb_pin_lend(pin, VB_OF_RMT);
    vb_pin_drive(pin, true, self->idle, vb_now());
    return MP_OBJ_FROM_PTR(self);
}

static void rmt_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    rmt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->pin == NO_PIN) {
        mp_printf(print, "RMT()");
        return;
    }
    mp_printf(print, "RMT(channel=%u, pin=%u, source_freq=%u, clock_div=%u, idle_level=%u)",
        self->channel, self->pin, SOURCE_HZ, self->div, self->idle);
}

static mp_obj_t rmt_deinit(mp_obj_t self_in) {
    rmt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->pin != NO_PIN) {
        vb_engine_catch_up();
        self->sends = false;
        self->pin = NO_PIN;
        MP_STATE_PORT(vb_rmt_channels)[self->channel] = NULL;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(rmt_deinit_obj, rmt_deinit);

void vb_engine_stop(void) {
    for (int n = 0; n < CHANNELS; n++) {
        if (on_channel(n)) {
            rmt_deinit(MP_OBJ_FROM_PTR(on_channel(n)));
        }
    }
    bitstream_channel = CHANNELS - 1;
}

static mp_obj_t rmt_source_freq(void) {
    return mp_obj_new_int(SOURCE_HZ);
}
static MP_DEFINE_CONST_FUN_OBJ_0(rmt_source_freq_fun, rmt_source_freq);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(rmt_source_freq_obj, MP_ROM_PTR(&rmt_source_freq_fun));

static mp_obj_t rmt_clock_div(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(((rmt_obj_t *)MP_OBJ_TO_PTR(self_in))->div);
}
static MP_DEFINE_CONST_FUN_OBJ_1(rmt_clock_div_obj, rmt_clock_div);

// Waits until all is sent, or until a time; no Python runs meanwhile, as in the wait of FreeRTOS.
static bool wait_until_sent(rmt_obj_t *self, uint64_t most) {
    vb_engine_catch_up();
    while (self->sends && vb_now() < most) {
        vb_wait_until(MIN(most, MAX(self->next, vb_now() + 1)));
        vb_engine_catch_up();
    }
    return !self->sends;
}

static mp_obj_t rmt_wait_done(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    uint64_t timeout_ms = (uint32_t)args[0].u_int / OS_TICK_MS * OS_TICK_MS;
    return mp_obj_new_bool(wait_until_sent(MP_OBJ_TO_PTR(pos_args[0]), vb_now() + timeout_ms * 1000000));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(rmt_wait_done_obj, 1, rmt_wait_done);

static mp_obj_t rmt_loop(mp_obj_t self_in, mp_obj_t loop) {
    vb_engine_catch_up();
    ((rmt_obj_t *)MP_OBJ_TO_PTR(self_in))->loop = mp_obj_get_int(loop);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(rmt_loop_obj, rmt_loop);

static mp_obj_t rmt_write_pulses(size_t n_args, const mp_obj_t *args) {
    rmt_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    size_t count;
    if (self->pin == NO_PIN) { // deinit() gave the channel back
        vb_esp_error(-0x102, "ESP_ERR_INVALID_ARG");
    }
    uint16_t *pulses = vb_rmt_train(args[1], n_args > 2 ? args[2] : mp_const_true, self->loop, &count);
    bool loop = self->loop;
    self->loop = false;
    wait_until_sent(self, VB_NEVER); // the previous train ends first
    self->loop = loop;
    self->pulses = pulses;
    self->count = count;
    self->at = self->half_ns = 0;
    self->next = vb_now();
    self->sends = vb_engine_on = true;
    vb_engine_catch_up();
    vb_engine_touched();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rmt_write_pulses_obj, 2, 3, rmt_write_pulses);

static mp_obj_t rmt_bitstream_channel(size_t n_args, const mp_obj_t *args) {
    if (n_args > 0 && args[0] == mp_const_none) {
        bitstream_channel = -1;
    } else if (n_args > 0) {
        mp_int_t channel = mp_obj_get_int(args[0]);
        if (channel < 0 || channel >= CHANNELS) {
            mp_raise_ValueError(MP_ERROR_TEXT("invalid channel"));
        }
        bitstream_channel = channel;
    }
    return bitstream_channel < 0 ? mp_const_none : MP_OBJ_NEW_SMALL_INT(bitstream_channel);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rmt_bitstream_fun, 0, 1, rmt_bitstream_channel);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(rmt_bitstream_obj, MP_ROM_PTR(&rmt_bitstream_fun));

static const mp_rom_map_elem_t rmt_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&rmt_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&rmt_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_clock_div), MP_ROM_PTR(&rmt_clock_div_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait_done), MP_ROM_PTR(&rmt_wait_done_obj) },
    { MP_ROM_QSTR(MP_QSTR_loop), MP_ROM_PTR(&rmt_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_write_pulses), MP_ROM_PTR(&rmt_write_pulses_obj) },
    { MP_ROM_QSTR(MP_QSTR_bitstream_channel), MP_ROM_PTR(&rmt_bitstream_obj) },
    { MP_ROM_QSTR(MP_QSTR_source_freq), MP_ROM_PTR(&rmt_source_freq_obj) },
    { MP_ROM_QSTR(MP_QSTR_PULSE_MAX), MP_ROM_INT(LONGEST) },
};
static MP_DEFINE_CONST_DICT(rmt_dict, rmt_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_esp32_rmt_type, MP_QSTR_RMT, MP_TYPE_FLAG_NONE,
    make_new, rmt_make_new, print, rmt_print, locals_dict, &rmt_dict);

#endif
