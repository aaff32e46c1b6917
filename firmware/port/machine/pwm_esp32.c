// machine/pwm_esp32.c: machine.PWM of the ESP32 series, with the generators of esp32/ledc.c; included by extmod/machine_pwm.c.

#include "py/mphal.h"
#include "esp32/ledc.h"

#define DEFAULT_HZ 5000
#define MAX_HZ 40000000
#define FREE VB_LEDC_FREE
#define NO_VALUE (-1)

enum { DUTY_NOT_SET, DUTY_U10, DUTY_U16, DUTY_NS };

struct _machine_pwm_obj_t {
    mp_obj_base_t base;
    uint8_t pin;
    int8_t channel; // FREE: not active
    uint8_t duty_type;
    int duty;       // as the program gave it, to be worked out again when the frequency changes
};

static int timer_of(machine_pwm_obj_t *self) {
    return vb_ledc_channels[self->channel].timer;
}

// Another object of the same pin may have taken the channel.
static bool is_active(machine_pwm_obj_t *self) {
    return self->channel != FREE && vb_ledc_channels[self->channel].pin == self->pin;
}

static void need_active(machine_pwm_obj_t *self) {
    if (!is_active(self)) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("PWM inactive"));
    }
}

static int u16_of_ns(machine_pwm_obj_t *self, int ns) {
    int64_t duty = ((int64_t)ns * 65535 * vb_ledc_timers[timer_of(self)].freq + 500000000) / 1000000000;
    return MIN(ns > 0 ? MAX(duty, 1) : duty, 65535);
}

static int ns_of_u16(machine_pwm_obj_t *self, int duty) {
    int64_t full = (int64_t)vb_ledc_timers[timer_of(self)].freq * 65535;
    return ((int64_t)duty * 1000000000 + full / 2) / full;
}

static int duty_u16(machine_pwm_obj_t *self) {
    need_active(self);
    uint8_t bits = vb_ledc_timers[timer_of(self)].bits;
    uint32_t duty = vb_ledc_channels[self->channel].duty;
    return bits <= 16 ? duty << (16 - bits) : duty >> (bits - 16);
}

static void set_duty(machine_pwm_obj_t *self, uint8_t type, int duty) {
    need_active(self);
    if (type == DUTY_U10 && (duty < 0 || duty > 1023)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("duty must be from 0 to %u"), 1023);
    }
    if (type == DUTY_U16 && (duty < 0 || duty > 65535)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("duty_u16 must be from 0 to %d"), 65535);
    }
    if (type == DUTY_NS && (duty < 0 || duty > ns_of_u16(self, 65535))) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("duty_ns must be from 0 to %d ns"), ns_of_u16(self, 65535));
    }
    self->duty_type = type;
    self->duty = duty;
    vb_ledc_set_duty(self->channel, type == DUTY_U10 ? duty << 6 : type == DUTY_U16 ? duty : u16_of_ns(self, duty));
}

static void set_freq(machine_pwm_obj_t *self, int32_t freq) {
    vb_charge(VB_NS_PWM_FREQ);
    vb_ledc_tune(timer_of(self), freq);
    if (self->duty_type != DUTY_NOT_SET) {
        set_duty(self, self->duty_type, self->duty);
    }
}

static void check_freq(mp_int_t freq) {
    if (freq <= 0 || freq > MAX_HZ) {
        mp_raise_ValueError(MP_ERROR_TEXT("frequency must be from 1Hz to 40MHz"));
    }
}

static void mp_machine_pwm_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_pwm_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "PWM(Pin(%u)", self->pin);
    if (is_active(self)) {
        int timer = timer_of(self), bits = vb_ledc_timers[timer].bits, duty = duty_u16(self);
        mp_printf(print, ", freq=%u", (uint)vb_ledc_timers[timer].real_hz);
        if (self->duty_type == DUTY_U10) {
            mp_printf(print, ", duty=%d", duty >> 6);
        } else if (self->duty_type == DUTY_NS) {
            mp_printf(print, ", duty_ns=%d", ns_of_u16(self, duty));
        } else {
            mp_printf(print, ", duty_u16=%d", duty);
        }
        mp_printf(print, ", resolution=%d, (duty=%.2f%%, resolution=%.3f%%)", bits,
            100.0 * vb_ledc_channels[self->channel].duty / (1 << bits), 100.0 / (1 << bits));
        mp_printf(print, ", mode=%d, channel=%d, timer=%d", vb_ledc_group(self->channel),
            self->channel % (VB_LEDC_CHANNELS / VB_LEDC_GROUPS), timer % (VB_LEDC_TIMERS / VB_LEDC_GROUPS));
    }
    mp_printf(print, ")");
}

static int32_t freq_or_default(mp_int_t freq, int channel) {
    if (freq != NO_VALUE) {
        return freq;
    }
    bool has_one = vb_ledc_channels[channel].timer != FREE && vb_ledc_timers[vb_ledc_channels[channel].timer].freq > 0;
    return has_one ? vb_ledc_timers[vb_ledc_channels[channel].timer].freq : DEFAULT_HZ;
}

static void mp_machine_pwm_init_helper(machine_pwm_obj_t *self, size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum { ARG_freq, ARG_duty, ARG_duty_u16, ARG_duty_ns };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_freq, MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_duty, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_duty_u16, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_duty_ns, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    int channel = vb_ledc_find_channel(self->pin, VB_LEDC_ANY);
    mp_int_t duty = args[ARG_duty].u_int, u16 = args[ARG_duty_u16].u_int, ns = args[ARG_duty_ns].u_int;
    if ((duty != NO_VALUE) + (u16 != NO_VALUE) + (ns != NO_VALUE) > 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("only one of parameters 'duty', 'duty_u16' or 'duty_ns' is allowed"));
    }
    int32_t freq = freq_or_default(args[ARG_freq].u_int, channel);
    check_freq(freq);
    self->channel = vb_ledc_connect(self->pin, channel, freq);
    set_freq(self, freq);
    if (u16 != NO_VALUE) {
        set_duty(self, DUTY_U16, u16);
    } else if (ns != NO_VALUE) {
        set_duty(self, DUTY_NS, ns);
    } else if (duty != NO_VALUE) {
        set_duty(self, DUTY_U10, duty);
    } else if (self->duty_type == DUTY_NOT_SET) {
        set_duty(self, DUTY_U10, 512);
    }
}

static mp_obj_t mp_machine_pwm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, true);
    uint8_t pin = vb_pin_get(args[0]);
    machine_pwm_obj_t *self = mp_obj_malloc(machine_pwm_obj_t, &machine_pwm_type);
    self->pin = pin;
    self->channel = FREE;
    self->duty_type = DUTY_NOT_SET;
    vb_ledc_prepare();
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    mp_machine_pwm_init_helper(self, n_args - 1, args + 1, &kw);
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_pwm_deinit(machine_pwm_obj_t *self) {
    if (is_active(self)) {
        vb_ledc_release(self->channel);
    }
    self->channel = FREE;
    self->duty_type = DUTY_NOT_SET;
}

static mp_obj_t mp_machine_pwm_freq_get(machine_pwm_obj_t *self) {
    need_active(self);
    return MP_OBJ_NEW_SMALL_INT(vb_ledc_timers[timer_of(self)].real_hz);
}

static void mp_machine_pwm_freq_set(machine_pwm_obj_t *self, mp_int_t freq) {
    need_active(self);
    check_freq(freq);
    int old = timer_of(self), group = vb_ledc_group(self->channel);
    if (freq == vb_ledc_timers[old].freq) {
        return;
    }
    bool shared = vb_ledc_shared(self->channel, old);
    int timer = vb_ledc_find_timer(freq, shared, group);
    if (timer == FREE && shared) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out of PWM timers:%d"), VB_LEDC_TIMERS);
    }
    if (timer != FREE) {
        vb_ledc_channels[self->channel].timer = timer;
        if (!shared) {
            vb_ledc_timers[old].freq = FREE;
        }
    }
    set_freq(self, freq);
}

static mp_obj_t mp_machine_pwm_duty_get(machine_pwm_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(duty_u16(self) >> 6);
}

static void mp_machine_pwm_duty_set(machine_pwm_obj_t *self, mp_int_t duty) {
    set_duty(self, DUTY_U10, duty);
}

static mp_obj_t mp_machine_pwm_duty_get_u16(machine_pwm_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(duty_u16(self));
}

static void mp_machine_pwm_duty_set_u16(machine_pwm_obj_t *self, mp_int_t duty) {
    set_duty(self, DUTY_U16, duty);
}

static mp_obj_t mp_machine_pwm_duty_get_ns(machine_pwm_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(ns_of_u16(self, duty_u16(self)));
}

static void mp_machine_pwm_duty_set_ns(machine_pwm_obj_t *self, mp_int_t duty) {
    set_duty(self, DUTY_NS, duty);
}
