"""Prints what a DHT22 measures."""

import time

import dht
from machine import Pin

print("DHT22 test!")
sensor = dht.DHT22(Pin(4))
while True:
    time.sleep(2)
    sensor.measure()
    text = "Humidity: {:.2f}%  Temperature: {:.2f}°C"
    print(text.format(sensor.humidity(), sensor.temperature()))
