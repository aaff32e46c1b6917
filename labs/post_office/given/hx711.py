# Given: a scale with the converter HX711. It has a new value ten times a second; DT is low when one is ready.
from machine import Pin


class Scale:
    def __init__(self, dt, sck):
        self._dt = Pin(dt, Pin.IN)
        self._sck = Pin(sck, Pin.OUT, value=0)

    def is_ready(self):
        return self._dt.value() == 0

    def counts(self):  # only when it is ready
        word = 0
        for _ in range(24):
            self._sck.value(1)
            word = word * 2 + self._dt.value()
            self._sck.value(0)
        self._sck.value(1)  # the 25th pulse: the same input and gain again
        self._sck.value(0)
        return word - (1 << 24) if word >> 23 else word
