"""A slide potentiometer of 10 kilo-ohms."""

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.potentiometer import Potentiometer
from hardware.bench.svg.elements import circle, line, rect
from hardware.i18n import both

PX_PER_MM = 96 / 25.4
FRAME_MM = 25.0
"""How much longer the case is than the way of the slider."""


class SlidePotentiometer(Potentiometer):
    """Attributes `value` 0 to 1023 and `travelLength` in mm; control `position` 0.0 (at GND) to
    1.0 (at VCC), and the same controls of ours as the rotary potentiometer."""

    TYPES = ("wokwi-slide-potentiometer",)
    TITLE = both("Slide potentiometer")
    GROUP = "inputs"
    ANALOG = ("SIG",)
    PINS = {"VCC": (1, 43), "SIG": (1, 63), "GND": (207, 43)}
    SIZE = (207.9, 109.6)
    ATTRS = {"value": "0", "travelLength": "30"}

    @property
    def size(self) -> tuple[float, float]:
        return (self.number("travelLength", 5, 200, "mm") + FRAME_MM) * PX_PER_MM, self.SIZE[1]

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        return dict(self.PINS) | {"GND": (round(self.size[0] - 0.9, 1), 43)}

    def svg(self, view: PartView) -> str:
        width, _height = self.size
        way = self.number("travelLength", 5, 200, "mm") * PX_PER_MM
        x = (width - way) / 2 + way * self.values["position"]
        return (
            "".join(line(px, y, width / 2, y, "#9aa1ab", 2) for px, y in self.pins.values())
            + rect(5, 30, width - 10, 46, "#7b838e", 3)
            + rect(6.5, 31.5, width - 13, 43, "#aab1bb", 2.5)
            + circle(16, 53, 4, "#59606b")
            + circle(width - 16, 53, 4, "#59606b")
            + rect((width - way) / 2 - 5, 49, way + 10, 8, "#23272d", 3)
            + "".join(
                line(tick, 40, tick, 44, "#3a4049", 1)
                for tick in ((width - way) / 2 + way * n / 10 for n in range(11))
            )
            + rect(x - 8, 34, 16, 38, "#2b2f36", 2.5)
            + line(x, 37, x, 69, "#ffffff", 1.6)
        )
