"""Writes to the UART what a DHT22 measures."""

import time

import dht
from machine import UART, Pin

uart = UART(0, 115200, tx=Pin(0), rx=Pin(1))
uart.write("DHT22 test (Pi Pico)\r\n")
sensor = dht.DHT22(Pin(2))
while True:
    time.sleep(2)
    sensor.measure()
    text = "Humidity: {:.2f}%  Temperature: {:.2f}°C\r\n"
    uart.write(text.format(sensor.humidity(), sensor.temperature()))
