# Misconception: one time for both, on and off
import json
from time import sleep_ms

from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=0)
print("READY L00")
with open("blink.json") as file:
    time_ms = json.load(file)[0]
while True:
    led.toggle()
    sleep_ms(time_ms)
