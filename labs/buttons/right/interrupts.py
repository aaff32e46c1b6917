import time

from machine import Pin
from pins import BTN_1, BTN_2, LED_R

led = Pin(LED_R, Pin.OUT, value=0)
buttons = [Pin(BTN_1, Pin.IN, Pin.PULL_UP), Pin(BTN_2, Pin.IN, Pin.PULL_UP)]
changed = [time.ticks_ms(), time.ticks_ms()]


def on_edge(pin):
    changed[buttons.index(pin)] = time.ticks_ms()


for button in buttons:
    button.irq(on_edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)
pressed = [button.value() == 0 for button in buttons]
began = None
number = 0
print("READY L03")
while True:
    now = time.ticks_ms()
    for which, button in enumerate(buttons):
        down = button.value() == 0
        if down == pressed[which] or time.ticks_diff(now, changed[which]) < 30:
            continue
        pressed[which] = down
        if which == 1 and down:
            led.toggle()
        elif which == 0 and down:
            number += 1
            began = changed[0]
            print("COUNT", number)
        elif which == 0:
            began = None
    if began is not None and time.ticks_diff(now, began) > 800:
        print("LONG")
        began, number = None, 0
    time.sleep_us(500)
