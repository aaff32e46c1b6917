"""Prints what the converter reads."""

import time

from machine import ADC, Pin

adc = ADC(Pin(35), atten=ADC.ATTN_11DB)
while True:
    print("Potentiometer value:", adc.read())
    time.sleep_ms(100)
