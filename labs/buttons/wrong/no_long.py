# Counts presses, and nothing else: no LONG, and no second button.
from time import sleep_ms

from machine import Pin
from pins import BTN_1

key = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L03")
total = 0
while True:
    while key() == 0:
        sleep_ms(30)
    while key() == 1:
        sleep_ms(2)
    total += 1
    print("COUNT", total)
    sleep_ms(30)
