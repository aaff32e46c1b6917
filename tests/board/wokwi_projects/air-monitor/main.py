"""Temperature, humidity and gas on a small display."""

import time

import dht
import ssd1306
from machine import ADC, I2C, Pin

A, B = 29.2, 2.128  # gas in ppm = A * (v / (1 - v)) ** B, v as a share of the supply
oled = ssd1306.SSD1306_I2C(128, 64, I2C(0, scl=Pin(22), sda=Pin(21)))
sensor = dht.DHT22(Pin(19))
gas = ADC(Pin(35), atten=ADC.ATTN_11DB)


def ppm():
    share = min(max(gas.read_uv() / 3_300_000, 0), 0.999)
    return round(A * (share / (1 - share)) ** B)


def show(*lines):
    oled.fill(0)
    oled.text("Air monitor", 0, 0)
    for row, line in enumerate(lines):
        oled.text(line, 0, 16 + 14 * row)
    oled.show()


while True:
    try:
        sensor.measure()
        celsius, percent, parts = sensor.temperature(), sensor.humidity(), ppm()
        show(f"Temp: {celsius:.1f} C", f"Humi: {percent:.1f} %", f"Gas: {parts}")
        print(f"temperature {celsius:.1f} humidity {percent:.1f} gas {parts} ppm")
    except OSError as error:
        show("Sensor error")
        print("no reading:", error)
    time.sleep(2)
