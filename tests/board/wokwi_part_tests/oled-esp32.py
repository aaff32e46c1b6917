"""Counts on an OLED, in letters of 5 by 7 dots (SSD1306 data sheet, chapter 10)."""

import time

from machine import I2C, Pin

ADDRESS = 0x3C
GLYPHS = {
    "C": "3e41414122",
    "o": "3844444438",
    "u": "3c4040207c",
    "n": "7c08040478",
    "t": "04043f4424",
    "e": "3854545418",
    "r": "7c08040408",
    ":": "0000140000",
    " ": "0000000000",
    "0": "3e5149453e",
    "1": "00427f4000",
    "2": "7249494946",
}
i2c = I2C(0, sda=Pin(21), scl=Pin(22), freq=400_000)


def show(text):
    """Writes a text into the first of eight rows; the others are empty."""
    row = b"".join(bytes.fromhex(GLYPHS[letter]) + b"\0" for letter in text)
    i2c.writeto(ADDRESS, bytes([0, 0x21, 0, 127, 0x22, 0, 7]))
    for dots in [row] + [b""] * 7:
        i2c.writeto(ADDRESS, b"\x40" + dots + bytes(128 - len(dots)))


for command in (0xAE, 0x20, 0, 0xA1, 0xC8, 0x8D, 0x14, 0xAF):
    i2c.writeto(ADDRESS, bytes([0, command]))
show("")
print("Display initialized")
count = 0
while True:
    show("Counter: {}".format(count))
    print("Counter:", count)
    count += 1
    time.sleep(1)
