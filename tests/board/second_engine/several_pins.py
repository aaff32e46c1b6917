from machine import Pin
from time import sleep_us
pins = [Pin(n, Pin.OUT, value=0) for n in (2, 3, 4, 5)]
for value in range(16):
    for bit, pin in enumerate(pins):
        pin.value(value >> bit & 1)
    sleep_us(200)
