"""A ring of NeoPixels."""

import math
from collections.abc import Iterator

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.rgb_lamps import DEAD, MAX_LAMPS, RgbLamps
from hardware.bench.svg.elements import circle, rect
from hardware.bench.svg.pcb import pin_row
from hardware.i18n import both

MIN_RADIUS, ROOM = 18.0, 24.6
"""In pixels of the drawing: the radius of the smallest ring, and the room for a lamp."""
BORDER, FOOT = 14.0, 11.4


class LedRing(RgbLamps):
    """Pins `GND VCC DIN DOUT`; attributes `pixels` (16), `background` (colour of the board).

    Lamp 0 is at the top, the others follow clockwise. The control `dead` (ours) is the number of
    a broken lamp (-1: none). The lamps after it get no data. `pixels()` is a row of dots of three
    bytes.
    """

    TYPES = ("wokwi-led-ring",)
    TITLE = both("NeoPixel ring")
    GROUP = "lights"
    SUPPLY = ("VCC", "GND", 3.0)
    CONTROLS = {"dead": DEAD}
    ATTRS = {"pixels": "16", "background": "#363636"}

    @property
    def lamps(self) -> int:
        return int(self.number("pixels", 1, MAX_LAMPS))

    @property
    def _radius(self) -> float:
        """From the middle to the lamps; 16 lamps make a ring with a width of 141.6."""
        return max(MIN_RADIUS, ROOM * self.lamps / (2 * math.pi)) - (5.8 if self.lamps > 9 else 0)

    @property
    def size(self) -> tuple[float, float]:
        wide = 2 * (self._radius + BORDER)
        return round(wide, 1), round(wide + FOOT, 1)

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        x, y = self.size[0] / 2, self.size[1]
        return {
            name: (round(x - 14.4 + 9.6 * n, 2), y)
            for n, name in enumerate(("GND", "VCC", "DIN", "DOUT"))
        }

    def spots(self) -> Iterator[tuple[float, float]]:
        middle = self.size[0] / 2
        for number in range(self.lamps):
            turn = 2 * math.pi * number / self.lamps
            yield (
                middle + self._radius * math.sin(turn),
                middle - self._radius * math.cos(turn),
            )

    def svg(self, view: PartView) -> str:
        middle, board = self.size[0] / 2, self.attr("background")
        board = board if len(board) == 7 and board.startswith("#") else "#363636"
        foot = rect(middle - 22, self.size[1] - 24, 44, 24, board, 3)
        ring = circle(middle, middle, self._radius + 13.4, board) + circle(
            middle, middle, max(2.0, self._radius - 13.4), "#f7f8fa"
        )
        return foot + ring + pin_row(self.pins, -4.6) + self.lamps_svg(17)
