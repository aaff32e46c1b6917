# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from line import link
from machine import Pin
from pins import *

relay = Pin(RELAY_1, Pin.OUT, value=0)
start = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY C2")

while True:
    pass
