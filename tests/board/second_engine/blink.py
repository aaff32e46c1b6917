from machine import Pin
from time import sleep_ms
led = Pin(2, Pin.OUT, value=0)
for _ in range(4):
    led.on()
    sleep_ms(5)
    led.off()
    sleep_ms(3)
