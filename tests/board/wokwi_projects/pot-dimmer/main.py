"""A knob sets the brightness of a lamp."""

import time

from machine import ADC, PWM, Pin

knob = ADC(Pin(28))
lamp = PWM(Pin(15), freq=1000, duty_u16=0)
while True:
    lamp.duty_u16(knob.read_u16())
    time.sleep_ms(5)
