# Tries: a board program that switches interrupts of pins on and off without pause, while its own output calls them.
# Ends: the limit of records per board; the board asks the bench only for edges that it cannot know.
### ATTACK
import time
from machine import Pin

pins = [Pin(number, Pin.OUT, value=0) for number in (4, 13, 14, 16)]
count = 0


def called(pin):
    global count
    count += 1
    pin.value(not pin.value())


while time.ticks_ms() < 500:
    for pin in pins:
        pin.irq(called, Pin.IRQ_RISING | Pin.IRQ_FALLING)
        pin.on()
        pin.off()
        pin.irq(None)
        pin.irq(called, Pin.IRQ_FALLING)
### END
