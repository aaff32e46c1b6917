"""A ground symbol, for places where a wire to the board's ground would be long."""

from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.svg.elements import line
from hardware.i18n import both


class Gnd(Part):
    """Ground. All grounds are the same net."""

    TYPES = ("wokwi-gnd",)
    TITLE = both("Ground")
    GROUP = "wiring"
    PINS = {"GND": (12, 0)}
    SIZE = (24, 26)

    def stamp(self, net: Stamp) -> None:
        net.rail("GND", 0.0)

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        bars = "".join(
            line(12 - w, y, 12 + w, y, "#2b2f36", 2) for w, y in ((9, 14), (6, 18), (2.5, 22))
        )
        return line(12, 0, 12, 14, "#2b2f36", 2) + bars
