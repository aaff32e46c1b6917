# Given: one conversion at AIN_1, as a number from 0 to 65535 for 0 to 3.3 V, on either board.
# The Pico's converter is nearly straight. The ESP32's is not: its range has to be set, it sees nothing
# below 0.14 V and bends above 2.45 V; its factory calibration, read_uv(), makes that straight.
from machine import ADC, Pin
from pins import AIN_1

adc = ADC(Pin(AIN_1))
if hasattr(ADC, "ATTN_11DB"):
    adc.atten(ADC.ATTN_11DB)

    def read_u16():
        return adc.read_uv() // 1000 * 65535 // 3300

else:
    read_u16 = adc.read_u16
