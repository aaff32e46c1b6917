"""A traffic light, and the words that go with its lamps."""

import time

from machine import Pin

PHASES = ((17, "STOP!", 7), (18, "ATTENTION!", 10), (19, "GO!", 20))
lamps = {number: Pin(number, Pin.OUT, value=0) for number, _word, _seconds in PHASES}
while True:
    for number, word, seconds in PHASES:
        lamps[number](1)
        print(word)
        time.sleep(seconds)
        lamps[number](0)
