# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import network
from machine import Pin
from pins import RELAY_1

relay = Pin(RELAY_1, Pin.OUT, value=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
print("READY L17")

while True:
    pass
