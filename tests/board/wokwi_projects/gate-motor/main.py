"""A gate on a stepper motor: a button opens it by a quarter turn, and later it closes."""

import time

from machine import Pin

QUARTER = 50  # of the 200 steps of a turn
OPEN_S = 60
direction, step = Pin(2, Pin.OUT, value=0), Pin(3, Pin.OUT, value=0)
button = Pin(26, Pin.IN, Pin.PULL_DOWN)


def turn(clockwise):
    direction(clockwise)
    for _ in range(QUARTER):
        step(1)
        time.sleep_ms(10)
        step(0)
        time.sleep_ms(10)


print("waiting")
while True:
    if button():
        print("opening")
        turn(0)
        print("open")
        time.sleep(OPEN_S)
        print("closing")
        turn(1)
        print("closed")
    time.sleep_ms(100)
