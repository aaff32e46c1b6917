"""DS18B20, DS18S20 and DS1822 thermometers, with the interface of MicroPython's own module."""

_CONVERT, _READ, _WRITE = 0x44, 0xBE, 0x4E
_DS18S20 = 0x10
_FAMILIES = (_DS18S20, 0x22, 0x28)


class DS18X20:
    """All such thermometers on one bus (`onewire.OneWire`)."""

    def __init__(self, onewire):
        self.ow = onewire
        self.buf = bytearray(9)

    def scan(self):
        """The ROM codes of the thermometers."""
        return [rom for rom in self.ow.scan() if rom[0] in _FAMILIES]

    def convert_temp(self):
        """Start a measurement of all; the caller waits for it, up to 750 ms."""
        self.ow.reset(True)
        self.ow.writebyte(self.ow.SKIP_ROM)
        self.ow.writebyte(_CONVERT)

    def read_scratch(self, rom):
        """The nine bytes of one of them. Raises: Exception when the check byte is wrong."""
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(_READ)
        self.ow.readinto(self.buf)
        if self.ow.crc8(self.buf):
            raise Exception("CRC error")
        return self.buf

    def write_scratch(self, rom, buf):
        """Set the alarm bytes (and the resolution)."""
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(_WRITE)
        self.ow.write(buf)

    def read_temp(self, rom):
        """Degrees Celsius."""
        buf = self.read_scratch(rom)
        raw = buf[1] << 8 | buf[0]
        if buf[1] & 0x80:
            raw -= 0x10000
        if rom[0] != _DS18S20:
            return raw / 16
        # Half degrees; the counter's rest gives the sixteenths (data sheet, "operation").
        return (raw >> 1) - 0.25 + (buf[7] - buf[6]) / buf[7] if buf[7] else raw / 2
