"""Two digits on three pins: shift registers in a row, and a fourth pin that blanks them."""

import time

from machine import Pin

DIGITS = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F)
data, clock, latch = (Pin(number, Pin.OUT, value=0) for number in (23, 18, 21))
blank = Pin(22, Pin.OUT, value=1)


def pulse(pin):
    pin(1)
    pin(0)


def show(number):
    """The tens first: they go further."""
    for digit in divmod(number, 10):
        for bit in range(7, -1, -1):
            data(DIGITS[digit] >> bit & 1)
            pulse(clock)
    pulse(latch)


show(17)
print("17 is in, and dark")
time.sleep(2)
blank(0)
print("17 shows")
time.sleep(2)
print("blinking")
for _ in range(6):
    blank(1)
    time.sleep_ms(400)
    blank(0)
    time.sleep_ms(400)
print("counting")
while True:
    for number in range(21):
        show(number)
        print("at", number)
        time.sleep_ms(500)
