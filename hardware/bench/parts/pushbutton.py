"""A push button: pins 1 and 2 are connected while it is pressed."""

from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, ContactPart
from hardware.bench.parts.common.part import BUTTON, OPEN, PartView, Stamp
from hardware.bench.svg.colours import CAPS, cap_colour
from hardware.bench.svg.elements import circle, line, mix, rect
from hardware.i18n import both


class Pushbutton(ContactPart):
    """Control `pressed` 0 or 1. It bounces as described in `contact.py`; `bounceMs` and
    `bounceEdges` are ours."""

    TYPES = ("wokwi-pushbutton",)
    TITLE = both("Push button")
    GROUP = "inputs"
    PINS = {"1.l": (0, 13), "2.l": (0, 32), "1.r": (67, 13), "2.r": (67, 32)}
    SIZE = (67.3, 45.3)
    CONTROLS = {"pressed": BUTTON}
    ATTRS = {"color": "red", "label": "", "key": "", "xray": "", **ATTRS}
    CLOSED = False
    CAP = 12.5
    """Radius of the cap."""

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", CLOSED_OHMS if self.contact.closed else OPEN)

    def moved(self, name: str, value: float) -> None:
        self.contact.move(bool(value))

    @property
    def caption(self) -> str:
        label = self.attr("label")
        return f"{label} ({self.id})" if label else self.id

    def svg(self, view: PartView) -> str:
        width, height = self.SIZE
        side, x = height, (width - height) / 2
        middle = (width / 2, height / 2)
        cap, down = cap_colour(self.usual("color", *CAPS)), self.values["pressed"] > 0
        legs = "".join(
            line(px, py, width / 2, py, "#9aa1ab", 2.2) for px, py in self.PINS.values()
        )
        studs = "".join(
            circle(x + dx * side, dy * side, self.CAP * 0.15, "#1c1f24")
            for dx in (0.14, 0.86)
            for dy in (0.14, 0.86)
        )
        return (
            legs
            + rect(x, 0, side, side, "#464c55", self.CAP * 0.3)
            + rect(x + 1.5, 1.5, side - 3, side - 3, "#59606b", self.CAP * 0.24)
            + studs
            + circle(*middle, self.CAP + 2, "#2b2f36")
            + circle(
                *middle, self.CAP * (0.9 if down else 1), mix(cap, "#000000", 0.3 if down else 0)
            )
            + circle(*middle, self.CAP * 0.72, mix(cap, "#000000" if down else "#ffffff", 0.2))
        )


class Pushbutton6mm(Pushbutton):
    """The small button, with the same functions."""

    TYPES = ("wokwi-pushbutton-6mm",)
    PINS = {"1.l": (0, 2.2), "2.l": (0, 21), "1.r": (28, 2.2), "2.r": (28, 21)}
    SIZE = (28, 22.7)
    CAP = 6.5
