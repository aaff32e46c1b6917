# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import dht
import network
from machine import Pin
from pins import DHT, RELAY_1

sensor = dht.DHT22(Pin(DHT))
relay = Pin(RELAY_1, Pin.OUT, value=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
print("READY L14")

while True:
    pass
