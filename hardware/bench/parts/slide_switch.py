"""A slide switch: it connects its middle pin to the left or to the right pin."""

from collections.abc import Hashable

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, ContactPart
from hardware.bench.parts.common.part import OPEN, SWITCH, PartView, Stamp
from hardware.bench.svg.elements import line, rect
from hardware.i18n import both


class SlideSwitch(ContactPart):
    """Attribute `value`: `""` left, `"1"` right. Control `value` 0 or 1, an extension of ours.

    The old contact opens at once; the new one bounces as described in `contact.py`.
    """

    TYPES = ("wokwi-slide-switch",)
    TITLE = both("Slide switch")
    GROUP = "inputs"
    PINS = {"1": (6.5, 34), "2": (16, 34), "3": (25.5, 34)}
    SIZE = (32.1, 34.9)
    CONTROLS = {"value": SWITCH}
    ATTRS = {"value": "", **ATTRS}
    CLOSED = True

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["value"] = 1.0 if self.usual("value", "", "1") == "1" else 0.0

    @property
    def state(self) -> Hashable:
        return self.contact.closed, self.values["value"]

    def stamp(self, net: Stamp) -> None:
        ohms = CLOSED_OHMS if self.contact.closed else OPEN
        right = self.values["value"] == 1
        net.resistor("1", "2", OPEN if right else ohms)
        net.resistor("3", "2", ohms if right else OPEN)

    def moved(self, name: str, value: float) -> None:
        self.contact.closed = False
        self.contact.move(True)

    def svg(self, view: PartView) -> str:
        handle = 17.0 if self.values["value"] else 6.0
        return (
            "".join(line(x, 24, x, y, "#9aa1ab", 2) for x, y in self.PINS.values())
            + rect(0, 5, 32, 21, "#aab1bb", 2.5, stroke="#7b838e", stroke_width=0.7)
            + rect(4, 10, 24, 10, "#2b2f36", 1.5)
            + rect(handle, 7.5, 9, 13, "#f2f3f5", 1.5, stroke="#59606b", stroke_width=0.7)
            + line(handle + 3, 10, handle + 3, 18, "#b3bac4", 1)
            + line(handle + 6, 10, handle + 6, 18, "#b3bac4", 1)
        )
