# The "predict" question: a DHT22 that is read each 100 ms.
import time

import dht
from machine import Pin
from pins import DHT

time.sleep(1)
probe = dht.DHT22(Pin(DHT))
for _ in range(14):
    try:
        probe.measure()
        print(probe.temperature())
    except OSError as error:
        print(error)
    time.sleep_ms(100)
