# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import Pin
from pins import ECHO, LED_G, LED_R, LED_Y, TRIG

trig = Pin(TRIG, Pin.OUT, value=0)
echo = Pin(ECHO, Pin.IN)
leds = [Pin(role, Pin.OUT, value=0) for role in (LED_R, LED_Y, LED_G)]
print("READY L07")

while True:
    pass
