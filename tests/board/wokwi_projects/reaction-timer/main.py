"""How fast is your finger? Press when the lamp goes out."""

import random
import time

from machine import Pin

lamp = Pin(15, Pin.OUT, value=1)
button = Pin(14, Pin.IN, Pin.PULL_DOWN)


def stop(pin):
    """The first press counts, and no other."""
    took = time.ticks_diff(time.ticks_ms(), begun)
    pin.irq(handler=None)
    print("reaction time", took, "ms")
    print("complete")


time.sleep(random.uniform(5, 10))
lamp(0)
begun = time.ticks_ms()
button.irq(stop, Pin.IRQ_RISING)
