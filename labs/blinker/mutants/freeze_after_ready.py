# Misconception: sets its pin up, says that it is ready and loops for ever
from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=0)
print("READY L00")
while True:
    pass
