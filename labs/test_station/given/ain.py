# Given: the voltage at AIN_1 or AIN_2 in volts, on either board: volts(AIN_1).
# The ESP32's converter needs its range set, sees nothing below 0.14 V and bends above 2.45 V; its
# factory calibration, read_uv(), makes that straight.
from machine import ADC, Pin

inputs = {}


def volts(pin):
    if pin not in inputs:
        inputs[pin] = ADC(Pin(pin))
        if hasattr(ADC, "ATTN_11DB"):
            inputs[pin].atten(ADC.ATTN_11DB)
    if hasattr(ADC, "ATTN_11DB"):
        return inputs[pin].read_uv() / 1e6
    return inputs[pin].read_u16() / 65535 * 3.3
