from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
def evens(n):
    for i in range(n):
        if i % 2 == 0:
            yield i
def pairs(items):
    last = None
    for item in items:
        if last is not None:
            yield last, item
        last = item
for n in (10, 40, 80):
    pin.on()
    total = sum(a * b for a, b in pairs(evens(n)))
    pin.off()
    print(total)
