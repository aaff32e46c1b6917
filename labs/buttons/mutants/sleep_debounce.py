# Misconception: sleeping 300 ms after the first low takes the bounce away and costs nothing.
import time
from machine import Pin
from pins import BTN_1, BTN_2, LED_R

STILL_MS = 30
LONG_MS = 800

btn_1 = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
btn_2 = Pin(BTN_2, Pin.IN, Pin.PULL_UP)
led_r = Pin(LED_R, Pin.OUT, value=0)
count = 0
print("READY L03")


def wait_released(pin):
    while pin.value() == 0:
        time.sleep_ms(1)
    time.sleep_ms(STILL_MS)


wait_released(btn_1)
while True:
    if btn_1.value() == 0:
        start = time.ticks_ms()
        count += 1
        print("COUNT", count)
        time.sleep_ms(300)
        while btn_1.value() == 0:
            if time.ticks_diff(time.ticks_ms(), start) >= LONG_MS:
                count = 0
                print("LONG")
                break
            time.sleep_ms(1)
        wait_released(btn_1)
    if btn_2.value() == 0:
        led_r.value(not led_r.value())
        time.sleep_ms(300)
        wait_released(btn_2)
    time.sleep_ms(1)
