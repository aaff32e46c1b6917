# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import Pin
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R, LED_Y

stop_button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
start_button = Pin(BTN_2, Pin.IN, Pin.PULL_UP)
led_g = Pin(LED_G, Pin.OUT, value=0)
led_r = Pin(LED_R, Pin.OUT, value=0)
led_y = Pin(LED_Y, Pin.OUT, value=0)
buzzer = Pin(BUZZER, Pin.OUT, value=0)
print("READY L04")

while True:
    pass
