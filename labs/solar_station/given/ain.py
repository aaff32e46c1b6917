# Given: the voltage at an analog pin, in volts, on either board: volts(AIN_1).
# The ESP32's converter has to be given its range, and its factory calibration, read_uv(), makes it straight.
from machine import ADC, Pin

adcs = {}


def volts(pin):
    if pin not in adcs:
        adcs[pin] = ADC(Pin(pin))
        if hasattr(ADC, "ATTN_11DB"):
            adcs[pin].atten(ADC.ATTN_11DB)
    adc = adcs[pin]
    return adc.read_uv() / 1e6 if hasattr(adc, "read_uv") else adc.read_u16() * 3.3 / 65535
