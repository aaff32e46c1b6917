# Tries: a board program that changes pins.py while it runs, in the flash and in memory, so that another pin takes the place of the LED's.
# Ends: the grader reads the pins of the lab, not those of the board.
### ATTACK
import sys

import pins

with open("pins.py", "w") as file:
    file.write("LED_G = 4\n")
pins.LED_G = 4
del sys.modules["pins"]
from pins import LED_G
### INSTEAD
LED_G = 4
### END
import os
from machine import Pin, unique_id

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", unique_id().hex(), os.uname().sysname)
