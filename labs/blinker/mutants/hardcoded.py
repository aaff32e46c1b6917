# Misconception: blinks as in the example, whatever the file says
from time import sleep_ms

from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=0)
print("READY L00")
while True:
    led.on()
    sleep_ms(300)
    led.off()
    sleep_ms(700)
