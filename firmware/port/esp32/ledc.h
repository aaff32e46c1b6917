// esp32/ledc.h: the generators of machine.PWM of the ESP32 series.
#pragma once

#include "machine/pwm.h"

#define VB_LEDC_CHANNELS (VB_LEDC_GROUP_CHANNELS * VB_LEDC_GROUPS)
#define VB_LEDC_TIMERS (4 * VB_LEDC_GROUPS)
#define VB_LEDC_FREE (-1)
#define VB_LEDC_ANY (-1) // group

typedef struct {
    int8_t pin, timer; // VB_LEDC_FREE: none
    uint32_t duty;     // of 2^bits of its timer
} vb_ledc_channel_t;

typedef struct {
    int32_t freq; // Hz as asked; VB_LEDC_FREE: no channel uses it
    uint32_t real_hz;
    uint8_t bits;
} vb_ledc_timer_t;

extern vb_ledc_channel_t vb_ledc_channels[VB_LEDC_CHANNELS];
extern vb_ledc_timer_t vb_ledc_timers[VB_LEDC_TIMERS];

void vb_ledc_prepare(void); // before all else
int vb_ledc_group(int channel);
bool vb_ledc_shared(int channel, int timer); // another channel uses it, too
// A timer with that frequency; if there is none and it is allowed a free one; or VB_LEDC_FREE.
int vb_ledc_find_timer(int32_t freq, bool or_free, int group);
int vb_ledc_find_channel(int pin, int group); // the channel of the pin, or a free one; raises
void vb_ledc_tune(int timer, int32_t freq); // raises
int vb_ledc_connect(int pin, int channel, int32_t freq); // returns the channel, which may be another one; raises
void vb_ledc_set_duty(int channel, int duty_u16);
void vb_ledc_release(int channel);
