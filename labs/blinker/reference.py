import json
from time import sleep_ms

from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=0)
print("READY L00")
with open("blink.json") as file:
    on_ms, off_ms = json.load(file)
while True:
    led.on()
    sleep_ms(on_ms)
    led.off()
    sleep_ms(off_ms)
