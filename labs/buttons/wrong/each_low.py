# Counts again and again while the button is held.
from time import sleep_ms

from machine import Pin
from pins import BTN_1

key = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L03")
total = 0
while True:
    if key() == 0:
        total += 1
        print("COUNT", total)
    sleep_ms(100)
