// machine/pwm_rp2.c: machine.PWM of the Pico, included by extmod/machine_pwm.c. Eight slices of two channels have pins.
// GPIO n is on slice (n / 2) % 8, channel n % 2, so two channels share one frequency, and GPIO n and n + 16 have the same
// signal.

#include "py/mphal.h"
#include "machine/pwm.h"

#define SLICES 8
#define TOP_MAX 65534 // so that a duty of 65535 is always high
#define NO_VALUE (-1)

enum { DUTY_NOT_SET, DUTY_U16, DUTY_NS };

struct _machine_pwm_obj_t {
    mp_obj_base_t base;
    uint8_t slice, channel;
    bool invert;
    uint8_t duty_type;
    mp_int_t duty;  // as the program gave it, to be worked out again when the frequency changes
    uint32_t level; // the compare register: high while the counter is below
};

#define SLICE(n) { { &machine_pwm_type }, n, 0 }, { { &machine_pwm_type }, n, 1 }
static machine_pwm_obj_t pwm_objects[2 * SLICES] = {
    SLICE(0), SLICE(1), SLICE(2), SLICE(3), SLICE(4), SLICE(5), SLICE(6), SLICE(7),
};

static struct {
    uint32_t div16; // sixteenths of the clock divider
    uint32_t top;
    bool freq_set, enabled;
    uint64_t since;   // virtual ns when the running counter was 0
    uint32_t counter; // the counter while the slice is off
} slices[SLICES] = { [0 ... SLICES - 1] = { .div16 = 16, .top = 0xffff } };

static uint32_t pwm_pins; // bit n: pad n is switched to its PWM channel

bool vb_pwm_drives(uint8_t pin) {
    return pwm_pins >> pin & 1;
}

static uint32_t slice_hz(uint8_t slice, uint32_t cycles) {
    uint64_t div = (uint64_t)slices[slice].div16 * cycles;
    return (16ULL * VB_CPU_HZ + div / 2) / div;
}

static uint32_t counter_now(uint8_t slice) {
    if (!slices[slice].enabled) {
        return slices[slice].counter;
    }
    uint64_t ticks = (vb_now() - slices[slice].since) * (VB_CPU_HZ / 1000000) * 16 / slices[slice].div16 / 1000;
    return ticks % (slices[slice].top + 1);
}

// A stopped slice keeps its outputs at the levels where its counter stopped: an LED may stay on after deinit(), as on the
// chip.
static void report_frozen(uint8_t pin, machine_pwm_obj_t *channel) {
    bool level = (slices[channel->slice].counter < channel->level) != channel->invert;
    vb_pwm_report(pin, 0, 0);
    vb_charge(VB_NS_PIN_WRITE);
    vb_emit(VB_REC_MODE, pin, VB_MODE_OUT | vb_pin_pull(pin) << 4, level);
}

static void report_running(uint8_t pin, machine_pwm_obj_t *channel) {
    uint32_t cycles = slices[channel->slice].top + 1;
    uint16_t duty = ((uint64_t)MIN(channel->level, cycles) * 65535 + cycles / 2) / cycles;
    vb_pwm_report(pin, slice_hz(channel->slice, cycles), channel->invert ? 65535 - duty : duty);
}

static void report_slice(uint8_t slice) {
    for (uint8_t pin = 0; pin < VB_PINS; pin++) {
        if ((pwm_pins >> pin & 1) && (pin >> 1) % SLICES == slice) {
            machine_pwm_obj_t *channel = &pwm_objects[2 * slice + (pin & 1)];
            (slices[slice].enabled ? report_running : report_frozen)(pin, channel);
        }
    }
}

static void slice_stop(uint8_t slice) {
    if (slices[slice].enabled) {
        slices[slice].counter = counter_now(slice);
        slices[slice].enabled = false;
        report_slice(slice);
    }
}

static void slice_start(machine_pwm_obj_t *self) {
    if (slices[self->slice].freq_set && self->duty_type != DUTY_NOT_SET && !slices[self->slice].enabled) {
        slices[self->slice].since = vb_now();
        slices[self->slice].enabled = true;
    }
}

static void set_level(machine_pwm_obj_t *self) {
    uint32_t cycles = slices[self->slice].top + 1;
    if (self->duty_type == DUTY_U16) {
        self->level = (uint16_t)(((uint32_t)self->duty * cycles + 65535 / 2) / 65535);
    } else if (self->duty_type == DUTY_NS) {
        self->level = MIN(((uint64_t)self->duty * slice_hz(self->slice, 1) + 500000000) / 1000000000, cycles);
    }
}

static void set_duty(machine_pwm_obj_t *self, uint8_t type, mp_int_t duty) {
    self->duty_type = type;
    self->duty = type == DUTY_U16 ? MIN(duty, 65535) : duty;
    set_level(self);
}

static void set_freq(machine_pwm_obj_t *self, mp_int_t freq) {
    if (freq <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq too small"));
    }
    uint64_t clock = VB_CPU_HZ;
    uint64_t div16 = 16, cycles = (clock + freq / 2) / freq;
    if (cycles >= TOP_MAX) { // the smallest divider that fits gives the finest duty
        div16 = (16 * clock + (uint64_t)TOP_MAX * freq - 1) / ((uint64_t)TOP_MAX * freq);
        cycles = (16 * clock + div16 * freq / 2) / (div16 * freq);
    }
    if (cycles == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq too large"));
    }
    if (div16 >= 256 * 16) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq too small"));
    }
    slices[self->slice].div16 = div16;
    slices[self->slice].top = cycles - 1;
    slices[self->slice].freq_set = true;
    set_level(&pwm_objects[2 * self->slice]);
    set_level(&pwm_objects[2 * self->slice + 1]);
}

static void apply(machine_pwm_obj_t *self, uint32_t cost_ns) {
    vb_charge(cost_ns);
    slice_start(self);
    report_slice(self->slice);
}

static void mp_machine_pwm_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_pwm_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<PWM slice=%u channel=%u invert=%u>", self->slice, self->channel, self->invert);
}

static void mp_machine_pwm_init_helper(machine_pwm_obj_t *self, size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum { ARG_freq, ARG_duty_u16, ARG_duty_ns, ARG_invert };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_freq, MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_duty_u16, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_duty_ns, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
        { MP_QSTR_invert, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = NO_VALUE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[ARG_freq].u_int != NO_VALUE) {
        set_freq(self, args[ARG_freq].u_int);
    }
    if (args[ARG_duty_u16].u_int != NO_VALUE) {
        set_duty(self, DUTY_U16, args[ARG_duty_u16].u_int);
    }
    if (args[ARG_duty_ns].u_int != NO_VALUE) {
        set_duty(self, DUTY_NS, args[ARG_duty_ns].u_int);
    }
    if (args[ARG_invert].u_int != NO_VALUE) {
        self->invert = args[ARG_invert].u_int != 0;
    }
    apply(self, VB_NS_PWM_FREQ);
}

static mp_obj_t mp_machine_pwm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    uint8_t pin = vb_pin_get(args[0]);
    if (!(pwm_pins >> pin & 1)) {
        vb_pin_mode(pin, VB_MODE_OFF, vb_pin_pull(pin)); // writes of Pin no longer change the pad
    }
    machine_pwm_obj_t *self = &pwm_objects[2 * ((pin >> 1) % SLICES) + (pin & 1)];
    self->invert = false;
    self->duty_type = DUTY_NOT_SET;
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    mp_machine_pwm_init_helper(self, n_args - 1, args + 1, &kw);
    pwm_pins |= 1u << pin;
    report_slice(self->slice);
    return MP_OBJ_FROM_PTR(self);
}

// 1.25 counts to the number of slices in a table with two entries per slice, so slices 4 to 7 of the RP2040, 6 and 7 of the
// RP2350 still run after a soft reset (ports/rp2/machine_pwm.c); all slices forget that their frequency was set.
void vb_pwm_deinit_all(void) {
    for (uint8_t slice = 0; slice < SLICES; slice++) {
        slices[slice].freq_set = false;
        if (slice < VB_PWM_SLICES / 2) {
            slice_stop(slice);
        }
    }
}

void vb_pwm_detach(uint8_t pin) {
    pwm_pins &= ~(1u << pin);
    vb_pwm_report(pin, 0, 0);
}

static void mp_machine_pwm_deinit(machine_pwm_obj_t *self) {
    slice_stop(self->slice);
}

static bool has_duty(machine_pwm_obj_t *self) {
    return self->duty_type != DUTY_NOT_SET && slices[self->slice].freq_set;
}

static mp_obj_t mp_machine_pwm_freq_get(machine_pwm_obj_t *self) {
    bool set = slices[self->slice].freq_set;
    return MP_OBJ_NEW_SMALL_INT(set ? slice_hz(self->slice, slices[self->slice].top + 1) : 0);
}

static void mp_machine_pwm_freq_set(machine_pwm_obj_t *self, mp_int_t freq) {
    set_freq(self, freq);
    apply(self, VB_NS_PWM_FREQ);
}

static mp_obj_t mp_machine_pwm_duty_get_u16(machine_pwm_obj_t *self) {
    uint32_t cycles = slices[self->slice].top + 1;
    return MP_OBJ_NEW_SMALL_INT(has_duty(self) ? (self->level * 65535 + cycles / 2) / cycles : 0);
}

static void mp_machine_pwm_duty_set_u16(machine_pwm_obj_t *self, mp_int_t duty) {
    set_duty(self, DUTY_U16, duty);
    apply(self, VB_NS_PWM_DUTY);
}

static mp_obj_t mp_machine_pwm_duty_get_ns(machine_pwm_obj_t *self) {
    uint32_t hz = slice_hz(self->slice, 1);
    return MP_OBJ_NEW_SMALL_INT(has_duty(self) ? ((uint64_t)self->level * 1000000000 + hz / 2) / hz : 0);
}

static void mp_machine_pwm_duty_set_ns(machine_pwm_obj_t *self, mp_int_t duty) {
    set_duty(self, DUTY_NS, duty);
    apply(self, VB_NS_PWM_DUTY);
}
