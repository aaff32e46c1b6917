// esp32/ledc.c: the LED PWM controller of the ESP32 series: on the ESP32 two groups (high and low speed) of 8 channels and
// 4 timers, on the others one group. A pin has a channel; channels of one frequency share a timer, so an ESP32 has at most
// 16 pins and 8 frequencies at once.

#include "py/mphal.h"
#include "py/runtime.h"

#if VB_ESP32

#include "esp32/ledc.h"
#include "esp32/modesp32.h"

#define GROUPS VB_LEDC_GROUPS
#define CHANNELS VB_LEDC_CHANNELS
#define TIMERS VB_LEDC_TIMERS
#define MAX_BITS VB_LEDC_MOST_BITS
#define MAX_DIVIDER 0x3ffff
#define FREE VB_LEDC_FREE
#define ANY VB_LEDC_ANY

vb_ledc_channel_t vb_ledc_channels[CHANNELS];
vb_ledc_timer_t vb_ledc_timers[TIMERS];

static bool pwm_ready;
static uint64_t pwm_pads; // bit n: pad n is connected to its channel

int vb_ledc_group(int channel) {
    return channel / (CHANNELS / GROUPS);
}

static int timer_group(int timer) {
    return timer / (TIMERS / GROUPS);
}

void vb_ledc_prepare(void) {
    for (int i = 0; i < CHANNELS && !pwm_ready; i++) {
        vb_ledc_channels[i].pin = vb_ledc_channels[i].timer = FREE;
    }
    for (int i = 0; i < TIMERS && !pwm_ready; i++) {
        vb_ledc_timers[i].freq = FREE;
    }
    pwm_ready = true;
}

bool vb_ledc_shared(int channel, int timer) {
    for (int i = 0; i < CHANNELS; i++) {
        if (i != channel && vb_ledc_channels[i].timer == timer) {
            return true;
        }
    }
    return false;
}

int vb_ledc_find_timer(int32_t freq, bool or_free, int group) {
    int free_timer = FREE;
    for (int i = 0; i < TIMERS; i++) {
        if (group == ANY || group == timer_group(i)) {
            if (vb_ledc_timers[i].freq == freq) {
                return i;
            }
            if (free_timer == FREE && or_free && vb_ledc_timers[i].freq == FREE) {
                free_timer = i;
            }
        }
    }
    return free_timer;
}

int vb_ledc_find_channel(int pin, int group) {
    int free_channel = FREE;
    for (int i = 0; i < CHANNELS; i++) {
        if (group == ANY || group == vb_ledc_group(i)) {
            if (vb_ledc_channels[i].pin == pin) {
                return i;
            }
            if (free_channel == FREE && vb_ledc_channels[i].pin == FREE) {
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

void vb_ledc_tune(int timer, int32_t freq) {
    if (vb_ledc_timers[timer].freq == freq) {
        return;
    }
    // 80 MHz, or the 1 MHz reference, if the chip has it, below 10 Hz, where the divider is too small.
    uint32_t clock = VB_LEDC_REF_TICK && freq < 10 ? 1000000 : 80000000;
    uint32_t ratio = (clock + freq / 2) / freq;
    if (ratio < 2) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("unreachable frequency %d"), (int)freq);
    }
    uint8_t bits = MIN(31 - __builtin_clz(ratio), MAX_BITS);
    if (divider(clock, freq, bits) < 256) { // the rounded ratio has one bit too many
        bits--;
    }
    // There ledc_find_suitable_duty_resolution() of IDF finds none.
    if (!VB_LEDC_REF_TICK && divider(clock, freq, bits) > MAX_DIVIDER) {
        vb_esp_error(-0x102, "ESP_ERR_INVALID_ARG");
    }
    uint64_t span = (uint64_t)divider(clock, freq, bits) << bits;
    vb_ledc_timers[timer].freq = freq;
    vb_ledc_timers[timer].bits = bits;
    vb_ledc_timers[timer].real_hz = (((uint64_t)clock << 8) + span / 2) / span;
}

bool vb_pwm_drives(uint8_t pin) {
    return pwm_pads >> pin & 1;
}

// The channel runs on without its pad; it is free only after deinit().
void vb_pwm_detach(uint8_t pin) {
    pwm_pads &= ~(1ULL << pin);
    vb_pwm_report(pin, 0, 0);
}

void vb_ledc_release(int channel) {
    int timer = vb_ledc_channels[channel].timer, pin = vb_ledc_channels[channel].pin;
    if (timer != FREE && !vb_ledc_shared(channel, timer)) {
        vb_ledc_timers[timer].freq = FREE;
    }
    vb_ledc_channels[channel].pin = vb_ledc_channels[channel].timer = FREE;
    if (pin != FREE) {
        // The pad stays connected to the stopped channel, with its output enable inverted: nothing drives it.
        vb_pwm_detach(pin);
    }
}

void vb_pwm_deinit_all(void) {
    for (int i = 0; i < CHANNELS && pwm_ready; i++) {
        vb_ledc_release(i);
    }
    pwm_ready = false;
}

// Chooses channel and timer for the frequency as the firmware does: the present timer if no other channel uses it.
int vb_ledc_connect(int pin, int channel, int32_t freq) {
    int timer = vb_ledc_channels[channel].timer;
    if (vb_ledc_shared(channel, timer)) {
        timer = vb_ledc_find_timer(freq, true, vb_ledc_group(channel));
    }
    if (timer == FREE) {
        timer = vb_ledc_find_timer(freq, true, ANY);
    }
    if (timer == FREE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out of PWM timers:%d"), TIMERS);
    }
    if (vb_ledc_group(channel) != timer_group(timer)) {
        vb_ledc_channels[channel].pin = vb_ledc_channels[channel].timer = FREE;
        channel = vb_ledc_find_channel(pin, timer_group(timer));
    }
    if (VB_PIN_INPUT_ONLY(pin)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("PWM not supported on Pin(%d)"), pin);
    }
    if (vb_ledc_channels[channel].pin == FREE || vb_ledc_channels[channel].timer != timer) {
        // At the end: a pad that Pin() has taken stays taken if the same PWM is made again.
        vb_pin_mode(pin, VB_MODE_OFF, vb_pin_pull(pin));
        pwm_pads |= 1ULL << pin;
    }
    vb_ledc_channels[channel].pin = pin;
    vb_ledc_channels[channel].timer = timer;
    return channel;
}

void vb_ledc_set_duty(int channel, int duty_u16) {
    vb_ledc_channel_t *it = &vb_ledc_channels[channel];
    const vb_ledc_timer_t *timer = &vb_ledc_timers[it->timer];
    it->duty = timer->bits <= 16 ? duty_u16 >> (16 - timer->bits) : duty_u16 << (timer->bits - 16);
    vb_charge(VB_NS_PWM_DUTY);
    uint64_t shown_u16 = MIN(((uint64_t)it->duty << 16) >> timer->bits, 65535);
    if (pwm_pads >> it->pin & 1) {
        vb_pwm_report(it->pin, timer->real_hz, shown_u16);
    }
}

#endif
