"""One light that runs back and forth over four lamps."""

import time

from machine import Pin

lamps = [Pin(number, Pin.OUT, value=0) for number in (5, 2, 15, 4)]
at, way = 0, 1
print("go")
while True:
    for place, lamp in enumerate(lamps):
        lamp(place == at)
    time.sleep_ms(150)
    if not 0 <= at + way < len(lamps):
        way = -way
    at += way
