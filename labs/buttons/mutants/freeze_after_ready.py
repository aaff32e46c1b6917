# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import Pin
from pins import BTN_1, BTN_2, LED_R

btn_1 = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
btn_2 = Pin(BTN_2, Pin.IN, Pin.PULL_UP)
led_r = Pin(LED_R, Pin.OUT)
print("READY L03")

while True:
    pass
