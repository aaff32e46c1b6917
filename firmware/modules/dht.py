"""DHT11 and DHT22 sensors, with the interface of MicroPython's own module.

The C function reads the 40 bits (drivers/dht/dht.c); this module converts them to numbers.
"""

from machine import dht_readinto


class DHTBase:
    """What both sensors share: one measurement, five bytes."""

    def __init__(self, pin):
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self):
        """Read the sensor. Raises: OSError when it does not answer, Exception for a bad checksum."""
        dht_readinto(self.pin, self.buf)
        if sum(self.buf[:4]) & 0xFF != self.buf[4]:
            raise Exception("checksum error")


class DHT11(DHTBase):
    """Whole degrees and whole per cent."""

    def humidity(self):
        """Relative humidity, %."""
        return self.buf[0]

    def temperature(self):
        """Degrees Celsius."""
        return self.buf[2]


class DHT22(DHTBase):
    """Tenths; the sign of the temperature is the top bit of its first byte."""

    def humidity(self):
        """Relative humidity, %."""
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        """Degrees Celsius."""
        value = ((self.buf[2] & 0x7F) << 8 | self.buf[3]) * 0.1
        return -value if self.buf[2] & 0x80 else value
