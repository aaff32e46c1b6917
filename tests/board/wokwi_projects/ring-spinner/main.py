"""Four colours that run around a ring of sixteen lamps."""

import time

from machine import Pin
from neopixel import NeoPixel

ring = NeoPixel(Pin(4), 16)
colours = [(64, 0, 0), (0, 64, 0), (0, 0, 64), (64, 64, 0)] * 4
frame = 0
while True:
    for lamp, colour in enumerate(colours):
        ring[lamp] = colour
    ring.write()
    print("frame", frame)
    frame += 1
    colours = colours[1:] + colours[:1]
    time.sleep_ms(80)
