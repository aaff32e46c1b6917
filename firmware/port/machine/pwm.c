// machine/pwm.c: what machine.PWM sends to the bench: duty and frequency, not edges. The generators and how pins share
// them are in machine/pwm_rp2.c and in machine/pwm_esp32.c, esp32/ledc.c.

#include "machine/pwm.h"

VB_AT_SOFT_RESET(vb_pwm_deinit_all, 30)

// The last report for each pin: a second one would only fill the trace.
static struct {
    uint32_t freq; // Hz; 0: no PWM on this pin
    uint16_t duty;
} reported[VB_PINS];

void vb_pwm_report(uint8_t pin, uint32_t freq, uint16_t duty) {
    if (reported[pin].freq != freq || (freq != 0 && reported[pin].duty != duty)) {
        reported[pin].freq = freq;
        reported[pin].duty = duty;
        vb_charge(VB_NS_PIN_WRITE);
        vb_emit(VB_REC_PWM, pin, duty, freq);
    }
}
