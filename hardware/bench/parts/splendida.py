"""A round board of 256 NeoPixels in a spiral."""

import math
from collections.abc import Iterator

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.rgb_lamps import DEAD, RgbLamps
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import pin_row
from hardware.i18n import both

LAMPS = 256
RADIUS = 150.0
GOLDEN = math.pi * (3 - math.sqrt(5))
"""The angle from each seed of a sunflower to the next."""


class Splendida(RgbLamps):
    """Pins `DIN VDD VSS DOUT`. 256 lamps: lamp 0 in the middle, each further one turned by the
    golden angle. Wokwi does not document the order of its lamps: this one is ours.

    The control `dead` (ours) is the number of a broken lamp (-1: none). The lamps after it get no
    data. `pixels()` is a row of dots of three bytes.
    """

    TYPES = ("wokwi-splendida",)
    TITLE = both("Spiral of NeoPixels")
    GROUP = "lights"
    SUPPLY = ("VDD", "VSS", 3.0)
    CONTROLS = {"dead": DEAD}
    PINS = {
        name: (RADIUS - 14.4 + 9.6 * n, 2 * RADIUS + 4.0)
        for n, name in enumerate(("DIN", "VDD", "VSS", "DOUT"))
    }
    SIZE = (2 * RADIUS, 2 * RADIUS + 8)
    lamps = LAMPS

    def spots(self) -> Iterator[tuple[float, float]]:
        for number in range(LAMPS):
            way, turn = (RADIUS - 12) * math.sqrt(number / LAMPS), GOLDEN * number
            yield RADIUS + way * math.cos(turn), RADIUS + way * math.sin(turn)

    def svg(self, view: PartView) -> str:
        board = circle(RADIUS, RADIUS, RADIUS, "#23272d")
        return board + pin_row(self.PINS, -5) + self.lamps_svg(9)
