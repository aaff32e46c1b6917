# Repeats the first reading for ever, whatever the sensor does.
from time import sleep

import dht
from machine import Pin
from pins import DHT

meter = dht.DHT22(Pin(DHT))
print("READY L08")
meter.measure()
for number in range(1000):
    print(number, 2000 * number, meter.temperature(), meter.humidity(), "OK", sep=",")
    sleep(2)
