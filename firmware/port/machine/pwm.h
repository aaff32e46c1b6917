// machine/pwm.h: what the two machine.PWM classes share.
#pragma once

#include "core/board.h"

// Tells the bench what a pin puts out, if it does not know; freq 0: no PWM.
void vb_pwm_tell(uint8_t pin, uint32_t freq, uint16_t duty);
