from machine import Pin
from time import sleep_ms
out = Pin(2, Pin.OUT, value=0)
answer = Pin(3, Pin.OUT, value=0)
sense = Pin(6, Pin.IN)
sense.irq(lambda pin: answer(pin()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
for _ in range(4):
    out.toggle()
    for _ in range(50):
        pass
sense.irq(None)
