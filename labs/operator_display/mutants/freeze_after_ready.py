# Misconception: it is enough to set up the display and the button and say READY; the loop can stay empty.
import json
from machine import I2C, Pin
from pins import BTN_1, I2C_BUS, SCL, SDA
from ssd1306 import SSD1306_I2C

with open("cfg.json") as file:
    config = json.load(file)
i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)
oled = SSD1306_I2C(128, 64, i2c, addr=config["addr"])
button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L10")

while True:
    pass
