# The cell after the "predict" question: an input without a pull-up.
from time import sleep_ms

from machine import Pin
from pins import BTN_1

pin = Pin(BTN_1, Pin.IN)
seen = []
for _ in range(400):
    seen.append(pin.value())
    sleep_ms(5)
print("ones:", sum(seen), "zeros:", len(seen) - sum(seen))
