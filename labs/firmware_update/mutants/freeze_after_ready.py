# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import network
from machine import Pin
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
print("READY L18")

while True:
    pass
