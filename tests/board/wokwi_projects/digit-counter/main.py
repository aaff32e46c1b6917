"""A digit that two buttons count up and down; its segments light when their pins are low."""

import time

from machine import Pin

DIGITS = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F)
segments = [Pin(number, Pin.OUT, value=1) for number in (13, 12, 14, 2, 4, 5, 18, 26)]
up, down = Pin(19, Pin.IN, Pin.PULL_UP), Pin(25, Pin.IN, Pin.PULL_UP)


def show(bars):
    for bit, segment in enumerate(segments):
        segment(not bars >> bit & 1)


def clicked(button):
    """Whether the button was pressed, once it is let go."""
    if button():
        return False
    time.sleep_ms(5)
    while not button():
        time.sleep_ms(1)
    time.sleep_ms(5)
    return True


show(0xFF)
print("test")
time.sleep(1)
number = 0
while True:
    show(DIGITS[number])
    print("number", number)
    step = 0
    while not step:
        step = clicked(up) - clicked(down)
        time.sleep_ms(10)
    number = (number + step) % 10
