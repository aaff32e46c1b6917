from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY T90")
