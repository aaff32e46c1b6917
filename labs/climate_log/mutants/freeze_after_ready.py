# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import dht
from machine import Pin
from pins import DHT, LED_R

sensor = dht.DHT22(Pin(DHT))
fault = Pin(LED_R, Pin.OUT, value=0)
print("READY L08")

while True:
    pass
