"""A character display behind its I2C backpack, for the boards of these projects.

The backpack's port: bit 0 RS, bit 2 E, bit 3 the lamp, bits 4 to 7 the upper data lines.
"""

import time

_RS, _E, _LAMP = 1, 4, 8


class Lcd:
    """Two lines of 16 characters, or four of 20."""

    def __init__(self, i2c, address=0x27, columns=16):
        self._i2c, self._address, self._columns = i2c, address, columns
        time.sleep_ms(50)
        for nibble in (0x30, 0x30, 0x30, 0x20):
            self._nibble(nibble)
            time.sleep_ms(5)
        for command in (0x28, 0x0C, 0x06):
            self.command(command)
        self.clear()

    def clear(self):
        """Show nothing."""
        self.command(0x01)
        time.sleep_ms(2)

    def line(self, row, text):
        """Show a text on a line of its own, blanks behind it."""
        self.command(0x80 | (0x00, 0x40, self._columns, 0x40 + self._columns)[row])
        for letter in (text + " " * self._columns)[: self._columns]:
            self._byte(ord(letter), _RS)

    def glyph(self, number, rows):
        """Make a character of eight rows of five dots."""
        self.command(0x40 | number << 3)
        for row in rows:
            self._byte(row, _RS)

    def command(self, byte):
        """Send an instruction of the controller."""
        self._byte(byte, 0)

    def _byte(self, byte, register):
        self._nibble(byte & 0xF0 | register)
        self._nibble(byte << 4 & 0xF0 | register)

    def _nibble(self, lines):
        for strobe in (_E, 0):
            self._i2c.writeto(self._address, bytes((lines | _LAMP | strobe,)))
