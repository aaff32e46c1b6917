// machine.ADC, included by extmod/machine_adc.c. The volts at the pin come from the bench; what the
// converter makes of them is here.

#include "py/mphal.h"
#include "vb.h"

#if VB_ESP32
#include "vb_machine_adc_esp32.h"
#else
#include "vb_machine_adc_rp2.h"
#endif
