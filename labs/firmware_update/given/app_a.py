# The application, version 4: a lamp that blinks. The loader calls loop() again and again.
from machine import Pin
from pins import LED_G
from time import ticks_diff, ticks_ms

VERSION = 4
HALF_MS = 220  # half of the lamp's period

led = Pin(LED_G, Pin.OUT, value=0)
begun = ticks_ms()


# One turn of its work; it takes less than 5 ms.
def loop():
    led.value(ticks_ms() // HALF_MS % 2)


# The self test: True when all is well, at the earliest 3 s after the start.
def healthy():
    return ticks_diff(ticks_ms(), begun) > 3000
