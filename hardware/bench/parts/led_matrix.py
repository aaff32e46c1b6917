"""A matrix of NeoPixels."""

from collections.abc import Iterator
from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.rgb_lamps import DEAD, MAX_LAMPS, RgbLamps
from hardware.bench.svg.elements import rect
from hardware.bench.svg.pcb import pin_row
from hardware.i18n import both

PITCH = 22.2
BRIGHTEST = 10.0
FOOT = ("GND", "VCC", "DIN", "DOUT")


class LedMatrix(RgbLamps):
    """Pins `DIN VDD VSS DOUT`; attributes `rows` (8), `cols` (8), `layout` (empty: every row
    starts at the left; `serpentine`: every second row at the right), `brightness` (of the
    drawing), `pixelShape`, `pixelSize` (not drawn).

    The control `dead` (ours) is the number of a broken lamp (-1: none). The lamps after it get no
    data. `pixels()` is rows by columns of three bytes.
    """

    TYPES = ("wokwi-led-matrix",)
    TITLE = both("NeoPixel matrix")
    GROUP = "lights"
    SUPPLY = ("VDD", "VSS", 3.0)
    CONTROLS = {"dead": DEAD}
    ATTRS = {
        "rows": "8",
        "cols": "8",
        "layout": "",
        "brightness": "1",
        "pixelShape": "",
        "pixelSize": "5050",
    }
    FEET: ClassVar[tuple[str, ...]] = ("DIN", "VDD", "VSS", "DOUT")
    LAYOUT, BRIGHTNESS = "layout", "brightness"
    """The names of these attributes."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._turns = self.choice(self.LAYOUT, "", "progressive", "serpentine") == "serpentine"
        self.number(self.BRIGHTNESS, 0, BRIGHTEST)

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.number("rows", 1, 64)), int(self.number("cols", 1, MAX_LAMPS // 64))

    @property
    def lamps(self) -> int:
        rows, columns = self.shape
        return rows * columns

    def place(self, lamp: int) -> tuple[int, int]:
        row, column = divmod(lamp, self.shape[1])
        if self._turns and row % 2:
            column = self.shape[1] - 1 - column
        return row, column

    @property
    def size(self) -> tuple[float, float]:
        rows, columns = self.shape
        return PITCH * columns + 20, PITCH * rows

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        x, y = self.size[0] / 2 - 12.5, self.size[1] + 3.84
        return {name: (round(x + 9.6 * n, 2), round(y, 2)) for n, name in enumerate(self.FEET)}

    def spots(self) -> Iterator[tuple[float, float]]:
        for lamp in range(self.lamps):
            row, column = self.place(lamp)
            yield 10 + PITCH * (column + 0.5), PITCH * (row + 0.5)

    def svg(self, view: PartView) -> str:
        width, height = self.size
        feet = pin_row({name: (x, y - 4) for name, (x, y) in self.pins.items()}, -3.6)
        return rect(0, 0, width, height + 4, "#2b2f36", 2) + self.lamps_svg(16) + feet


class NeopixelMatrix(LedMatrix):
    """`wokwi-led-matrix` under its older type, with the pins `GND VCC DIN DOUT`."""

    TYPES = ("wokwi-neopixel-matrix",)
    SUPPLY = ("VCC", "GND", 3.0)
    FEET = FOOT


class NeopixelCanvas(LedMatrix):
    """`wokwi-led-matrix` under another type, with the attributes `rows`, `cols`, `matrixLayout`
    and `matrixBrightness`. Wokwi does not document it."""

    TYPES = ("wokwi-neopixel-canvas",)
    ATTRS = {"rows": "8", "cols": "8", "matrixLayout": "", "matrixBrightness": "1"}
    LAYOUT, BRIGHTNESS = "matrixLayout", "matrixBrightness"
