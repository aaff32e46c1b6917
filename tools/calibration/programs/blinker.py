"""Pins in a busy loop on ticks_ms and ticks_us, as beginners write it."""

from machine import Pin
from time import sleep_us, ticks_diff, ticks_ms, ticks_us


def run():
    leds = [Pin(n, Pin.OUT) for n in (2, 3, 4)]
    for n in range(100):
        leds[n % 3].toggle()
        leds[(n + 1) % 3].value(n & 1)
    start, turns = ticks_ms(), 0
    while ticks_diff(ticks_ms(), start) < 20:
        turns += 1
    for led in leds:
        for _ in range(20):
            led.on()
            sleep_us(20)
            led.off()
    start = ticks_us()
    while ticks_diff(ticks_us(), start) < 3000:
        pass
