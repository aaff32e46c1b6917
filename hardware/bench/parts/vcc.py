"""A separate supply, which is on even when the board has no power."""

from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.svg.elements import line, path, text
from hardware.i18n import both


class Vcc(Part):
    """`voltage` in volts (default 5; Wokwi does not document its default)."""

    TYPES = ("wokwi-vcc",)
    TITLE = both("Supply")
    GROUP = "wiring"
    PINS = {"VCC": (12, 30)}
    SIZE = (24, 30)
    ATTRS = {"voltage": "5"}

    def stamp(self, net: Stamp) -> None:
        net.rail("VCC", self._volts)

    @property
    def _volts(self) -> float:
        return self.number("voltage", unit="V")

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        return (
            line(12, 12, 12, 30, "#d93a34", 2)
            + path("M12 8 L18 17 H6 Z", "#d93a34")
            + text(12, 6, f"{self._volts:g} V", 8, "#d93a34", text_anchor="middle")
        )
