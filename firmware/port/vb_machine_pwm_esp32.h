// The ESP32's LED PWM controller: two groups (high and low speed) of 8 channels and 4 timers. A pin has
// a channel; channels of one frequency share a timer, so at most 16 pins and 8 frequencies at once.

#define GROUPS 2
#define CHANNELS (8 * GROUPS)
#define TIMERS (4 * GROUPS)
#define DEFAULT_HZ 5000
#define MAX_HZ 40000000
#define MAX_BITS 20
#define FREE (-1)
#define NO_VALUE (-1)

enum { DUTY_NOT_SET, DUTY_U10, DUTY_U16, DUTY_NS };

struct _machine_pwm_obj_t {
    mp_obj_base_t base;
    uint8_t pin;
    int8_t channel; // FREE: not active
    uint8_t duty_type;
    int duty;       // as the program gave it, to be worked out again when the frequency changes
};

static struct {
    int8_t pin, timer;
    uint32_t duty; // of 2^bits of its timer
} channels[CHANNELS];

static struct {
    int32_t freq; // Hz as asked; FREE: no channel uses it
    uint32_t real_hz;
    uint8_t bits;
} timers[TIMERS];

static bool pwm_ready;
static uint64_t pwm_pads; // bit n: pad n is connected to its channel

static int channel_group(int channel) {
    return channel / (CHANNELS / GROUPS);
}

static int timer_group(int timer) {
    return timer / (TIMERS / GROUPS);
}

static void pwm_prepare(void) {
    for (int i = 0; i < CHANNELS && !pwm_ready; i++) {
        channels[i].pin = channels[i].timer = FREE;
    }
    for (int i = 0; i < TIMERS && !pwm_ready; i++) {
        timers[i].freq = FREE;
    }
    pwm_ready = true;
}

static bool timer_shared(int channel, int timer) {
    for (int i = 0; i < CHANNELS; i++) {
        if (i != channel && channels[i].timer == timer) {
            return true;
        }
    }
    return false;
}

// A timer of that frequency, else, if allowed, a free one. group: NO_VALUE is any.
static int find_timer(int32_t freq, bool or_free, int group) {
    int free_timer = FREE;
    for (int i = 0; i < TIMERS; i++) {
        if (group == NO_VALUE || group == timer_group(i)) {
            if (timers[i].freq == freq) {
                return i;
            }
            if (free_timer == FREE && or_free && timers[i].freq == FREE) {
                free_timer = i;
            }
        }
    }
    return free_timer;
}

// The channel that drives the pin, else a free one.
static int find_channel(int pin, int group) {
    int free_channel = FREE;
    for (int i = 0; i < CHANNELS; i++) {
        if (group == NO_VALUE || group == channel_group(i)) {
            if (channels[i].pin == pin) {
                return i;
            }
            if (free_channel == FREE && channels[i].pin == FREE) {
                free_channel = i;
            }
        }
    }
    if (free_channel == FREE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out of PWM channels:%d"), CHANNELS);
    }
    return free_channel;
}

static uint32_t divider(uint32_t clock, uint32_t freq, uint32_t bits) { // in 256ths
    return (((uint64_t)clock << 8) + ((uint64_t)freq << bits) / 2) / ((uint64_t)freq << bits);
}

static void timer_tune(int timer, int32_t freq) {
    if (timers[timer].freq == freq) {
        return;
    }
    // 80 MHz, or the 1 MHz reference below 10 Hz, where the divider would not reach.
    uint32_t clock = freq < 10 ? 1000000 : 80000000;
    uint32_t ratio = (clock + freq / 2) / freq;
    if (ratio < 2) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("unreachable frequency %d"), (int)freq);
    }
    uint8_t bits = MIN(31 - __builtin_clz(ratio), MAX_BITS);
    if (divider(clock, freq, bits) < 256) { // the rounded ratio was one bit too many
        bits--;
    }
    uint64_t span = (uint64_t)divider(clock, freq, bits) << bits;
    timers[timer].freq = freq;
    timers[timer].bits = bits;
    timers[timer].real_hz = (((uint64_t)clock << 8) + span / 2) / span;
}

// The channel goes on for a pad that no longer listens: it is free again only after deinit().
void vb_pwm_detach(uint8_t pin) {
    pwm_pads &= ~(1ULL << pin);
    pwm_tell(pin, 0, 0);
}

static void channel_release(int channel) {
    int timer = channels[channel].timer, pin = channels[channel].pin;
    if (timer != FREE && !timer_shared(channel, timer)) {
        timers[timer].freq = FREE;
    }
    channels[channel].pin = channels[channel].timer = FREE;
    if (pin != FREE) {
        // The pad stays on the stopped channel with its output enable inverted, so nothing drives it.
        vb_pwm_detach(pin);
    }
}

void vb_pwm_deinit_all(void) {
    for (int i = 0; i < CHANNELS && pwm_ready; i++) {
        channel_release(i);
    }
    pwm_ready = false;
}

static int timer_of(machine_pwm_obj_t *self) {
    return channels[self->channel].timer;
}

// Another object of the same pin may have taken the channel away.
static bool is_active(machine_pwm_obj_t *self) {
    return self->channel != FREE && channels[self->channel].pin == self->pin;
}

static void need_active(machine_pwm_obj_t *self) {
    if (!is_active(self)) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("PWM inactive"));
    }
}

static int u16_of_ns(machine_pwm_obj_t *self, int ns) {
    int64_t duty = ((int64_t)ns * 65535 * timers[timer_of(self)].freq + 500000000) / 1000000000;
    return MIN(ns > 0 ? MAX(duty, 1) : duty, 65535);
}

static int ns_of_u16(machine_pwm_obj_t *self, int duty) {
    int64_t full = (int64_t)timers[timer_of(self)].freq * 65535;
    return ((int64_t)duty * 1000000000 + full / 2) / full;
}

static int duty_u16(machine_pwm_obj_t *self) {
    need_active(self);
    uint8_t bits = timers[timer_of(self)].bits;
    uint32_t duty = channels[self->channel].duty;
    return bits <= 16 ? duty << (16 - bits) : duty >> (bits - 16);
}

static void set_raw_duty(machine_pwm_obj_t *self, int duty) {
    uint8_t bits = timers[timer_of(self)].bits;
    channels[self->channel].duty = bits <= 16 ? duty >> (16 - bits) : duty << (bits - 16);
    vb_charge(VB_NS_PWM_DUTY);
    uint64_t told = MIN(((uint64_t)channels[self->channel].duty << 16) >> bits, 65535);
    if (pwm_pads >> self->pin & 1) {
        pwm_tell(self->pin, timers[timer_of(self)].real_hz, told);
    }
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
    set_raw_duty(self, type == DUTY_U10 ? duty << 6 : type == DUTY_U16 ? duty : u16_of_ns(self, duty));
}

static void set_freq(machine_pwm_obj_t *self, int32_t freq) {
    vb_charge(VB_NS_PWM_FREQ);
    timer_tune(timer_of(self), freq);
    if (self->duty_type != DUTY_NOT_SET) {
        set_duty(self, self->duty_type, self->duty);
    }
}

static void check_freq(mp_int_t freq) {
    if (freq <= 0 || freq > MAX_HZ) {
        mp_raise_ValueError(MP_ERROR_TEXT("frequency must be from 1Hz to 40MHz"));
    }
}

// Chooses channel and timer for the frequency as the firmware does: its own timer if nobody shares it.
static void connect(machine_pwm_obj_t *self, int channel, int32_t freq) {
    int timer = channels[channel].timer;
    if (timer_shared(channel, timer)) {
        timer = find_timer(freq, true, channel_group(channel));
    }
    if (timer == FREE) {
        timer = find_timer(freq, true, NO_VALUE);
    }
    if (timer == FREE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out of PWM timers:%d"), TIMERS);
    }
    if (channel_group(channel) != timer_group(timer)) {
        channels[channel].pin = channels[channel].timer = FREE;
        channel = find_channel(self->pin, timer_group(timer));
    }
    if (VB_PIN_INPUT_ONLY(self->pin)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("PWM not supported on Pin(%d)"), self->pin);
    }
    if (channels[channel].pin == FREE || channels[channel].timer != timer) {
        // Only now: a pad that Pin() took back stays taken if the same PWM is made again.
        vb_pin_mode(self->pin, VB_MODE_OFF, vb_pin_pull(self->pin));
        pwm_pads |= 1ULL << self->pin;
    }
    channels[channel].pin = self->pin;
    channels[channel].timer = timer;
    self->channel = channel;
}

#include "vb_machine_pwm_esp32_api.h"
