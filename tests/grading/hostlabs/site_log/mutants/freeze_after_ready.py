# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT)
print("READY T90")

while True:
    pass
