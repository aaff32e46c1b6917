# Switches the relay on and off without any network.
from time import sleep

from machine import Pin
from pins import RELAY_1

relay = Pin(RELAY_1, Pin.OUT, value=0)
print("READY L14")
while True:
    sleep(2)
    relay.value(1 - relay.value())
