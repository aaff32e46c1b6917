"""neopixel: a chain of WS2812 lamps (NeoPixels) on one pin.

    pixels = NeoPixel(Pin(4), 8)
    pixels[0] = (255, 0, 0)
    pixels.write()

Colours are (red, green, blue), or (red, green, blue, white) with `bpp=4`. The interface is that of
MicroPython's module of the same name.
"""

from machine import bitstream

# High and low of a 0 and of a 1 (ns): 400 kHz (WS2811) and 800 kHz (WS2812B data sheet).
_TIMING = {0: (800, 1700, 1600, 900), 1: (400, 850, 800, 450)}


class NeoPixel:
    """The colours of a chain: set them, then `write()`."""

    ORDER = (1, 0, 2, 3)  # positions of red, green, blue and white on the wire
    _HIGH_LOW = 0

    def __init__(self, pin, n, bpp=3, timing=1):
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        self.timing = timing if isinstance(timing, tuple) else _TIMING[1 if timing else 0]
        pin.init(pin.OUT)

    def __len__(self):
        return self.n

    def __setitem__(self, i, colour):
        start = i * self.bpp  # below 0: from the end; bytearray raises IndexError
        for part in range(self.bpp):
            self.buf[start + self.ORDER[part]] = colour[part]

    def __getitem__(self, i):
        start = i * self.bpp
        return tuple(self.buf[start + self.ORDER[part]] for part in range(self.bpp))

    def fill(self, colour):
        """All lamps in one colour."""
        for part in range(self.bpp):
            for at in range(self.ORDER[part], len(self.buf), self.bpp):
                self.buf[at] = colour[part]

    def write(self):
        """Sends the colours."""
        bitstream(self.pin, self._HIGH_LOW, self.timing, self.buf)
