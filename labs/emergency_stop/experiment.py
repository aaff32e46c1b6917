# The "predict" question: BTN_1 is noticed twice, by an interrupt (LED_R) and by a loop that polls
# between steps of work (LED_Y).
from time import sleep_ms

from machine import Pin
from pins import BTN_1, LED_R, LED_Y

WORK_MS = 120

button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
by_interrupt = Pin(LED_R, Pin.OUT, value=0)
by_polling = Pin(LED_Y, Pin.OUT, value=0)
button.irq(lambda pin: by_interrupt.on(), Pin.IRQ_FALLING)

while True:
    is_pressed = button.value() == 0
    by_polling.value(is_pressed)
    if not is_pressed:
        by_interrupt.off()
    sleep_ms(WORK_MS)
