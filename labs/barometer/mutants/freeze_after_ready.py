# Misconception: it is enough to set up the bus and say READY; the loop can stay empty.
from machine import I2C, Pin
from pins import I2C_BUS, SCL, SDA

bus = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)
print("READY L09")

while True:
    pass
