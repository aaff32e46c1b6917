"""Prints the acceleration, and whether the sensor says when it has new data."""

import struct
import time

from machine import I2C, Pin

ADDRESS = 0x68
count = 0


def ready(pin):
    global count
    count += 1


print("MPU6050 Test (ESP32)")
i2c = I2C(0, sda=Pin(21), scl=Pin(22))
print("MPU6050 found" if i2c.readfrom_mem(ADDRESS, 0x75, 1) == b"\x68" else "MPU6050 not found!")
i2c.writeto_mem(ADDRESS, 0x6B, b"\x01")
i2c.writeto_mem(ADDRESS, 0x38, b"\x01")  # interrupt for new data
Pin(4, Pin.IN, Pin.PULL_UP).irq(ready, Pin.IRQ_RISING)
reading = 0
while True:
    x, y, z = struct.unpack(">hhh", i2c.readfrom_mem(ADDRESS, 0x3B, 6))
    i2c.readfrom_mem(ADDRESS, 0x3A, 1)
    print("Accel X: {:.1f} Y: {:.1f} Z: {:.1f} g".format(x / 16384, y / 16384, z / 16384))
    reading += 1
    if reading == 5 and count:
        print("INT pin: OK")
    time.sleep_ms(500)
