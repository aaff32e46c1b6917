"""Objects pass an ultrasonic sensor; ten of them fill a box."""

import time

from machine import Pin, time_pulse_us

NEAR_CM, FULL = 10, 10
trigger, echo = Pin(25, Pin.OUT, value=0), Pin(27, Pin.IN)
lamp = Pin(26, Pin.OUT, value=0)


def distance():
    """In cm; far away when no echo comes."""
    trigger(1)
    time.sleep_us(10)
    trigger(0)
    echo_us = time_pulse_us(echo, 1, 30_000)
    return echo_us * 0.0343 / 2 if echo_us > 0 else 1000


print("ready")
objects = boxes = 0
present = False
while True:
    near = distance() < NEAR_CM
    if near and not present:
        objects += 1
        print("object", objects)
        if objects == FULL:
            objects, boxes = 0, boxes + 1
            print("box", boxes)
            lamp(1)
            time.sleep(2)
            lamp(0)
    elif present and not near:
        print("gone")
    present = near
    time.sleep_ms(300)
