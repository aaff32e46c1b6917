from machine import Pin
from time import sleep_us
pin = Pin(2, Pin.OUT, value=0)
for us in (10, 20, 50, 100, 500, 1500):
    pin(1)
    sleep_us(us)
    pin(0)
    sleep_us(us)
