// machine/pwm.h: what the two machine.PWM classes share.
#pragma once

#include "core/board.h"

// Tells the bench the PWM of a pin, if it is new; freq 0: no PWM.
void vb_pwm_report(uint8_t pin, uint32_t freq, uint16_t duty);

// Whether the pad is switched to its PWM channel; given by machine/pwm_rp2.c and esp32/ledc.c.
bool vb_pwm_drives(uint8_t pin);
