"""Writes two lines on an LCD with an expander (HD44780 data sheet, 4-bit interface)."""

import time

from machine import I2C, Pin

ADDRESS, ENABLE, LIGHT = 0x27, 4, 8
i2c = I2C(0, sda=Pin(6), scl=Pin(7))


def nibble(bits):
    i2c.writeto(ADDRESS, bytes([bits | LIGHT | ENABLE, bits | LIGHT]))


def send(byte, register=0):
    nibble(byte & 0xF0 | register)
    nibble(byte << 4 & 0xF0 | register)
    time.sleep_ms(2)


def write(column, row, text):
    send(0x80 | row * 0x40 + column)
    for letter in text:
        send(ord(letter), 1)


time.sleep_ms(50)
for start in (0x30, 0x30, 0x30, 0x20):
    nibble(start)
    time.sleep_ms(5)
for command in (0x28, 0x0C, 0x01, 0x06):
    send(command)
write(1, 0, "Hello Wokwi :-)")
write(2, 1, "ESP32-C3 w/I2C")
print("Display initialized")
