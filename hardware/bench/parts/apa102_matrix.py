"""A matrix of APA102 lamps (DotStar): with a clock, on SPI."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.rgb_lamps import BYTES
from hardware.bench.parts.led_matrix import LedMatrix
from hardware.i18n import both

FRAME = 4
"""Bytes of the start, and of a lamp: 111 and 5 bits of brightness, blue, green, red."""
MARK, FULL = 0xE0, 31


class Apa102Matrix(LedMatrix, SpiPart):
    """Pins `DI CI VCC GND DO CO`; attributes `rows` (8), `cols` (8), `matrixLayout` (`serpentine`)
    and `matrixBrightness` (of the drawing).

    Four zero bytes start a frame; each lamp takes four more. It hears SPI and SoftSPI, and no
    lines that a program toggles by itself; DO and CO lead nowhere. `pixels()` is rows by columns
    of three bytes. Wokwi does not document it. Source: Shiji Lighting APA102 data sheet, cascade
    data structure.
    """

    TYPES = ("wokwi-apa102-matrix",)
    TITLE = both("Matrix of APA102 lamps")
    SUPPLY = ("VCC", "GND", 3.0)
    CONTROLS = {}
    ATTRS = {"rows": "8", "cols": "8", "matrixLayout": "", "matrixBrightness": "1"}
    LAYOUT, BRIGHTNESS = "matrixLayout", "matrixBrightness"
    FEET = ("DI", "CI", "VCC", "GND", "DO", "CO")
    LISTENS = ()
    DIN, DOUT = "DI", "DO"
    SCK, MOSI, MISO, CS = "CI", "DI", "", ""
    SPI_MODES = (0, 3)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._frame = bytearray()
        self._next: int | None = None
        """The lamp that takes the next frame; None before a start."""

    def din(self, data: bytes, t_ns: int) -> bytes:
        return b""

    def spi_exchange_all(self, data: bytes) -> bytes:
        for byte in data:
            self._frame.append(byte)
            if len(self._frame) == FRAME:
                self._take(*self._frame)
        self.changed()  # its current is another one now
        return bytes(len(data))

    def _take(self, head: int, blue: int, green: int, red: int) -> None:
        """Four bytes: a start, or those of a lamp. Before a start, they are looked at byte by
        byte."""
        if not any(self._frame):
            self._next = 0
        elif self._next is None:
            del self._frame[0]
            return
        elif head >= MARK and self._next < self.lamps:
            at, share = BYTES * self._next, (head & FULL) / FULL
            self._kept[at : at + BYTES] = (round(c * share) for c in (green, red, blue))
            self._next += 1
        self._frame.clear()
