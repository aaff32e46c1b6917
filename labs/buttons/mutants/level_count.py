# Misconception: a button that reads 0 was pressed just now: a level is the same as an edge.
import time
from machine import Pin
from pins import BTN_1, BTN_2, LED_R

btn_1 = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
btn_2 = Pin(BTN_2, Pin.IN, Pin.PULL_UP)
led_r = Pin(LED_R, Pin.OUT, value=0)
n = 0
print("READY L03")

while True:
    if btn_1.value() == 0:
        n += 1
        print("COUNT", n)
        time.sleep(0.3)
    if btn_2.value() == 0:
        led_r.value(not led_r.value())
        time.sleep(0.3)
