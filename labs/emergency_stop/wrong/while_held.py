# Red while STOP is held; the conveyor goes on when it is let go.
from machine import Pin
from pins import BTN_1, LED_R

lamp = Pin(LED_R, Pin.OUT, value=0)
key = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L04")
while True:
    lamp(1 - key())
