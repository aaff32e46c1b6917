"""Tells of motion each second, as long as the sensor sees it."""

import time

from machine import Pin

sensor = Pin(28, Pin.IN)
print("watching")
while True:
    if sensor():
        print("motion!")
    time.sleep(1)
