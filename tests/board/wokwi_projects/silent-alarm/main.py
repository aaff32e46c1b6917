"""A button arms an alarm; from then on any small movement sets it off."""

import struct
import time

from machine import I2C, Pin

IMU, POWER, ACCELERATION, PER_G = 0x68, 0x6B, 0x3B, 16384
SMALL_G = 0.1
bad, good = Pin(3, Pin.OUT, value=0), Pin(4, Pin.OUT, value=0)
button = Pin(8, Pin.IN, Pin.PULL_UP)
i2c = I2C(1, sda=Pin(14), scl=Pin(15))
i2c.writeto_mem(IMU, POWER, b"\x00")
time.sleep_ms(100)


def acceleration():
    return [axis / PER_G for axis in struct.unpack(">3h", i2c.readfrom_mem(IMU, ACCELERATION, 6))]


print("off")
rest = None
while True:
    if rest is None and not button():
        print("arming")
        for half in range(8):
            good(half % 2)
            time.sleep_ms(500)
        rest = acceleration()
        print("armed")
    elif rest:
        now = acceleration()
        if max(abs(now[axis] - rest[axis]) for axis in range(3)) > SMALL_G:
            bad(1)
            good(0)
            print("alarm!")
            break
    time.sleep_ms(100)
