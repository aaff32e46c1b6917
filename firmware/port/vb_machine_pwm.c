// machine.PWM, included by extmod/machine_pwm.c. The bench is told duty and frequency, not edges; here
// is what each chip's generators can do and how pins share them.

#include "py/mphal.h"
#include "vb.h"

VB_AT_SOFT_RESET(vb_pwm_deinit_all)

// What the bench was told last about each pin: telling it twice would be noise in the trace.
static struct {
    uint32_t freq; // Hz; 0: no PWM on this pin
    uint16_t duty;
} pwm_told[VB_PINS];

static void pwm_tell(uint8_t pin, uint32_t freq, uint16_t duty) {
    if (pwm_told[pin].freq != freq || (freq != 0 && pwm_told[pin].duty != duty)) {
        pwm_told[pin].freq = freq;
        pwm_told[pin].duty = duty;
        vb_charge(VB_NS_PIN_WRITE);
        vb_emit(VB_REC_PWM, pin, duty, freq);
    }
}

#if VB_ESP32
#include "vb_machine_pwm_esp32.h"
#else
#include "vb_machine_pwm_rp2.h"
#endif
