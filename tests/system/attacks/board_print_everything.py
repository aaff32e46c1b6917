# Tries: a board program that prints every possible reply in order, so that the expected ones are among them.
# Ends: replies are compared as a whole, in order and in number.
import os
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", unique_id().hex(), os.uname().sysname)
### ATTACK
for number in range(-6000, 6001):
    print("sum", number)
for number in range(2000):
    print("pong", number)
### INSTEAD
for number in range(300):
    print("pong", -number)
### END
while True:
    pass
