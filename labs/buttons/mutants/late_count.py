# Misconception: the longer a level has to be still, the better.
import time
from machine import Pin
from pins import BTN_1, BTN_2, LED_R

STILL_MS = 60  # to be sure
LONG_MS = 800


class Button:
    def __init__(self, gpio):
        self.pin = Pin(gpio, Pin.IN, Pin.PULL_UP)
        self.raw = self.level = self.pin.value()
        self.since = time.ticks_ms()

    def held_ms(self):
        return time.ticks_diff(time.ticks_ms(), self.since)

    def pressed(self):
        raw = self.pin.value()
        if raw != self.raw:
            self.raw = raw
            self.since = time.ticks_ms()
        elif raw != self.level and self.held_ms() >= STILL_MS:
            self.level = raw
            return raw == 0
        return False


btn_1 = Button(BTN_1)
btn_2 = Button(BTN_2)
led_r = Pin(LED_R, Pin.OUT, value=0)
count = 0
armed = False  # a button held since reset is no press
print("READY L03")

while True:
    if btn_1.pressed():
        count += 1
        armed = True
        print("COUNT", count)
    if armed and btn_1.level == 0 and btn_1.held_ms() >= LONG_MS:
        armed = False
        count = 0
        print("LONG")
    if btn_2.pressed():
        led_r.value(not led_r.value())
    time.sleep_ms(1)
