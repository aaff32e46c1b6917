# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import I2C, Pin
from pins import I2C_BUS, LED_Y, SCL, SDA

i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)
lamp = Pin(LED_Y, Pin.OUT, value=0)
print("READY L11")

while True:
    pass
