"""A lamp that follows a button, a sensor on a display, and a knob that is told when asked."""

import select
import sys
import time

import dht
from machine import ADC, I2C, Pin
from ssd1306 import SSD1306_I2C

lamp, button = Pin(25, Pin.OUT, value=0), Pin(32, Pin.IN, Pin.PULL_UP)
knob = ADC(Pin(34), atten=ADC.ATTN_11DB)
sensor = dht.DHT22(Pin(4))
oled = SSD1306_I2C(128, 64, I2C(0, scl=Pin(22), sda=Pin(21)))
asked = select.poll()
asked.register(sys.stdin, select.POLLIN)
shown, line, due = None, "", time.ticks_ms()
print("ready")

while True:
    lamp(not button())
    if time.ticks_diff(time.ticks_ms(), due) >= 0:
        due = time.ticks_add(due, 2000)
        sensor.measure()
        if sensor.temperature() != shown:
            shown = sensor.temperature()
            oled.fill(0)
            oled.fill_rect(0, 0, round(shown), 8, 1)
            oled.show()
            print(f"T={shown:.1f}")
    while asked.poll(0):
        letter = sys.stdin.read(1)
        if letter not in "\r\n":
            line += letter
            continue
        if line == "report":
            print(f"knob={round(knob.read_uv() / 33_000)}%")
        line = ""
    time.sleep_ms(5)
