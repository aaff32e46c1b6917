"""Prints what a BMP180 measures, by the sums of its data sheet (section 3.5)."""

import struct
import time

from machine import I2C, Pin

ADDRESS, FINEST = 0x77, 3
i2c = I2C(0, sda=Pin(6), scl=Pin(7))


def read(register, kind):
    return struct.unpack(kind, i2c.readfrom_mem(ADDRESS, register, struct.calcsize(kind)))[0]


def convert(command, size):
    i2c.writeto_mem(ADDRESS, 0xF4, bytes([command]))
    time.sleep_ms(30)
    return int.from_bytes(i2c.readfrom_mem(ADDRESS, 0xF6, size), "big")


print("BMP180 test!")
print("BMP180 found!" if read(0xD0, "B") == 0x55 else "BMP180 not found!")
ac1, ac2, ac3 = (read(at, ">h") for at in (0xAA, 0xAC, 0xAE))
ac4, ac5, ac6 = (read(at, ">H") for at in (0xB0, 0xB2, 0xB4))
b1, b2, mb, mc, md = (read(at, ">h") for at in range(0xB6, 0xC0, 2))
while True:
    x1 = (convert(0x2E, 2) - ac6) * ac5 >> 15
    b5 = x1 + (mc << 11) // (x1 + md)
    print("Temperature: {:.1f} C".format((b5 + 8 >> 4) / 10))
    b6 = b5 - 4000
    x3 = (b2 * (b6 * b6 >> 12) >> 11) + (ac2 * b6 >> 11)
    b3 = ((ac1 * 4 + x3 << FINEST) + 2) // 4
    x3 = ((ac3 * b6 >> 13) + (b1 * (b6 * b6 >> 12) >> 16) + 2) >> 2
    b4 = ac4 * (x3 + 32768) >> 15
    p = ((convert(0x34 | FINEST << 6, 3) >> 8 - FINEST) - b3) * (50000 >> FINEST) * 2 // b4
    x1 = ((p >> 8) ** 2 * 3038 >> 16) + (-7357 * p >> 16) + 3791
    print("Pressure: {} Pa".format(p + (x1 >> 4)))
    time.sleep(1)
