import json
import time
import dht
from machine import Pin
from pins import DHT, LED_R

HOT = json.load(open("cfg.json"))["hot_c"]
meter = dht.DHT22(Pin(DHT))
lamp = Pin(LED_R, Pin.OUT, value=0)
print("READY L08")
zero = time.ticks_ms()
row = fails = 0
hot = False
while True:
    while time.ticks_diff(time.ticks_ms(), zero) < 2000 * row:
        time.sleep_ms(1)
    try:
        try:
            meter.measure()
        finally:
            at = time.ticks_diff(time.ticks_ms(), zero)
        c, h = meter.temperature(), meter.humidity()
        fails = 0
        lamp.value(0)
        print(row, at, round(c, 1), round(h, 1), "OK", sep=",")
        if c > HOT and not hot:
            hot = True
            print("ALARM HOT")
        elif c <= HOT - 0.5:
            hot = False
    except Exception:
        print(row, at, "", "", "FAIL" if fails else "RETRY", sep=",")
        fails += 1
        if fails == 4:
            lamp.value(1)
    row += 1
