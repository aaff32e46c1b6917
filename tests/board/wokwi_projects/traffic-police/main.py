"""Three buttons of a traffic officer switch three lamps; a sign says what the lamps mean."""

import time

from lcd import Lcd
from machine import I2C, Pin

WORDS = ("Stop!", "Wait!", "Go!")
lamps = [Pin(number, Pin.OUT, value=0) for number in (0, 2, 4)]
buttons = [Pin(number, Pin.IN, Pin.PULL_UP) for number in (28, 22, 18)]
lcd = Lcd(I2C(0, sda=Pin(20), scl=Pin(21), freq=400_000))
were = [1, 1, 1]
print("on duty")

while True:
    now = [button() for button in buttons]
    for at, lamp in enumerate(lamps):
        if were[at] and not now[at]:
            lamp.toggle()
    if now != were:
        lcd.line(0, " ".join(word for at, word in enumerate(WORDS) if lamps[at]()))
    were = now
    time.sleep_ms(30)
