// vb_machine_pwm.c: what both chips' machine.PWM say to the bench: duty and frequency, not edges. What the
// generators can do and how pins share them: vb_machine_pwm_rp2.c; vb_machine_pwm_esp32.c, vb_esp32_ledc.c.

#include "vb_machine_pwm.h"

VB_AT_SOFT_RESET(vb_pwm_deinit_all)

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
