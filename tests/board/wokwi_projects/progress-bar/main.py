"""A bar that fills on a display."""

import time

from machine import Pin, SoftI2C
from ssd1306 import SSD1306_I2C

LEFT, TOP, WIDTH, HEIGHT = 14, 40, 100, 12
oled = SSD1306_I2C(128, 64, SoftI2C(sda=Pin(21), scl=Pin(22), freq=400_000))


def bar(percent):
    oled.fill(0)
    oled.rect(LEFT, TOP, WIDTH, HEIGHT, 1)
    oled.fill_rect(LEFT + 1, TOP + 1, (WIDTH - 2) * percent // 100, HEIGHT - 2, 1)
    oled.show()


oled.pixel(10, 20, 1)
oled.rect(70, 16, 40, 16, 1)
oled.fill_rect(70, 36, 40, 16, 1)
oled.show()
print("shapes")
time.sleep(2)
for percent in range(0, 101, 5):
    bar(percent)
    print(percent, "%")
    time.sleep_ms(200)
oled.fill(0)
oled.hline(0, 32, 128, 1)
oled.show()
print("done")
