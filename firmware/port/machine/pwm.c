// machine/pwm.c: what both chips' machine.PWM say to the bench: duty and frequency, not edges. What the
// generators can do and how pins share them: machine/pwm_rp2.c; machine/pwm_esp32.c, esp32/ledc.c.

#include "machine/pwm.h"

VB_AT_SOFT_RESET(vb_pwm_deinit_all, 30)

// What was told last about each pin: telling it twice would be noise in the trace.
static struct {
    uint32_t freq; // Hz; 0: no PWM on this pin
    uint16_t duty;
} told[VB_PINS];

void vb_pwm_tell(uint8_t pin, uint32_t freq, uint16_t duty) {
    if (told[pin].freq != freq || (freq != 0 && told[pin].duty != duty)) {
        told[pin].freq = freq;
        told[pin].duty = duty;
        vb_charge(VB_NS_PIN_WRITE);
        vb_emit(VB_REC_PWM, pin, duty, freq);
    }
}
