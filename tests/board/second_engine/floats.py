from machine import Pin
from math import sin, sqrt
pin = Pin(2, Pin.OUT, value=0)
x = 0.0
for n in range(6):
    pin.toggle()
    for k in range(20):
        x += sin(k / 10) * sqrt(n + 1) - 0.25
pin.toggle()
print("%.3f" % x)
