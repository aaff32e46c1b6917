# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import ain
from machine import Pin
from pins import LED_R

led_r = Pin(LED_R, Pin.OUT, value=0)
print("READY L05")

while True:
    pass
