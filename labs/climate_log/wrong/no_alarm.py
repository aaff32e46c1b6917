# Has no alarm, and stops at the first reading that fails.
from time import sleep

import dht
from machine import Pin
from pins import DHT

meter = dht.DHT22(Pin(DHT))
print("READY L08")
number = 0
while True:
    meter.measure()
    print(number, 2000 * number, meter.temperature(), meter.humidity(), "OK", sep=",")
    number += 1
    sleep(2)
