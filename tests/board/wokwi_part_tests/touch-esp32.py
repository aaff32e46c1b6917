"""Prints where the touch screen is touched."""

import time

from machine import SPI, I2C, Pin

SCREEN, TOUCH = 0x2C, 0x38
spi = SPI(2, baudrate=20_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
select, data, reset = Pin(5, Pin.OUT, value=1), Pin(2, Pin.OUT), Pin(4, Pin.OUT, value=1)
i2c = I2C(0, sda=Pin(21), scl=Pin(22))


def tell(command, values=b""):
    select(0)
    data(0)
    spi.write(bytes([command]))
    if values:
        data(1)
        spi.write(values)
    select(1)


tell(0x11)  # wakes up
time.sleep_ms(120)
tell(0x29)  # display on
tell(SCREEN, bytes(240 * 64 * 2))
print("Touch ready" if i2c.readfrom_mem(TOUCH, 0xA8, 1) == b"\x11" else "FT6206 not found")
while True:
    count, xh, xl, yh, yl = i2c.readfrom_mem(TOUCH, 2, 5)
    if count in (1, 2):
        print("Touch:", (xh & 15) << 8 | xl, (yh & 15) << 8 | yl)
        time.sleep_ms(100)
    time.sleep_ms(10)
