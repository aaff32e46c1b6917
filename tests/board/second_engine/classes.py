from machine import Pin


class Counter:
    def __init__(self, pin):
        self.pin = Pin(pin, Pin.OUT, value=0)
        self.n = 0

    def step(self):
        self.n += 1
        if self.n % self.every == 0:
            self.pin.toggle()


class Slow(Counter):
    every = 25


class Fast(Counter):
    every = 10


counters = [Slow(2), Fast(3)]
for _ in range(100):
    for counter in counters:
        counter.step()
