# Misconception: it is enough to set up the button that wakes it and say READY; the loop can sleep.
import esp32
import time
from machine import Pin
from pins import BTN_1

button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)
print("READY L16")

while True:
    time.sleep(3600)
