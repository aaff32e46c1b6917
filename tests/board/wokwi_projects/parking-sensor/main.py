"""A parking sensor: green far away, yellow near, red and a siren when it is too near."""

import math
import time

from machine import PWM, Pin
from neopixel import NeoPixel

NEAR_CM, TOO_NEAR_CM = 20, 5
trigger, echo = Pin(17, Pin.OUT, value=0), Pin(16, Pin.IN)
lights = NeoPixel(Pin(8), 8)
buzzer = PWM(Pin(15), freq=1500, duty_u16=0)


def distance():
    """In cm, by waiting for both ends of the echo."""
    trigger(1)
    time.sleep_us(10)
    trigger(0)
    while not echo():
        pass
    begun = time.ticks_us()
    while echo():
        pass
    return time.ticks_diff(time.ticks_us(), begun) * 0.0343 / 2


def siren():
    buzzer.duty_u16(8192)
    for step in range(36):
        buzzer.freq(1500 + round(500 * math.sin(step * math.pi / 18)))
        time.sleep_ms(10)


while True:
    cm = distance()
    print(f"{cm:.1f} cm")
    lights.fill((64, 0, 0) if cm < TOO_NEAR_CM else (64, 64, 0) if cm < NEAR_CM else (0, 64, 0))
    lights.write()
    if cm < TOO_NEAR_CM:
        siren()
    else:
        buzzer.duty_u16(0)
    time.sleep_ms(500)
