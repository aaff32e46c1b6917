# Given: the knob at AIN_1 as a number, 0 at its one end to 65535 at the other, on either board.
# The ESP32's converter sees no more than 3.13 V, so a resistor keeps the knob's top at 3.09 V there;
# its factory calibration, read_uv(), makes the curve straight.
from machine import ADC, Pin
from pins import AIN_1

adc = ADC(Pin(AIN_1))
if hasattr(ADC, "ATTN_11DB"):
    adc.atten(ADC.ATTN_11DB)

    def read_u16():
        return min(65535, adc.read_uv() // 1000 * 65535 // 3090)

else:
    read_u16 = adc.read_u16
