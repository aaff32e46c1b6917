from machine import Pin
out = Pin(2, Pin.OUT, value=0)
answer = Pin(3, Pin.OUT, value=0)
sense = Pin(6, Pin.IN)
def handle(pin):
    answer(1)
    answer(0)
sense.irq(handle, Pin.IRQ_RISING, hard=True)
for _ in range(6):
    out.toggle()
    for _ in range(50):
        pass
sense.irq(None)
