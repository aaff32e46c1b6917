# Tries: a board program that changes modes, pulls and levels of its pins without pause, so that the circuit is solved again each time.
# Ends: the limit of changes of pin modes of a submission, which is the same on every machine.
### ATTACK
import time
from machine import Pin

from pins import LED_G

while time.ticks_ms() < 500:
    for number in (LED_G, 4):
        for mode in (Pin.IN, Pin.OUT, Pin.OPEN_DRAIN):
            for pull in (None, Pin.PULL_UP, Pin.PULL_DOWN):
                Pin(number, mode, pull, value=1)
                Pin(number, mode, pull, value=0)
### END
