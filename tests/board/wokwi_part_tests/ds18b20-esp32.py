"""Prints what a DS18B20 measures."""

import time

import ds18x20
import onewire
from machine import Pin

print("DS18B20 test!")
sensors = ds18x20.DS18X20(onewire.OneWire(Pin(4)))
found = sensors.scan()
print("Found", len(found), "device(s)")
while True:
    sensors.convert_temp()
    time.sleep_ms(750)
    print("Temperature: {:.2f} C".format(sensors.read_temp(found[0])))
    time.sleep(1)
