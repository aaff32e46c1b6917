"""A tilt switch on a small board."""

from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, ContactPart
from hardware.bench.parts.common.part import OPEN, SWITCH, PartView, Stamp
from hardware.bench.svg.elements import circle, el, rect
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

PULL_OHMS = 10_000.0


class TiltSwitch(ContactPart):
    """Pins `GND VCC OUT`. Upright, the balls in the can connect OUT to GND; tilted, a resistor of
    10 kΩ pulls OUT up to VCC.

    The control `tilted`, 0 or 1, is ours, as Wokwi has only the drawing. The contact bounces as
    described in `contact.py`. Source: SW-520D data sheet.
    """

    TYPES = ("wokwi-tilt-switch",)
    TITLE = both("Tilt switch")
    GROUP = "sensors"
    PINS = {"GND": (88, 18), "VCC": (88, 27.8), "OUT": (88, 37.5)}
    SIZE = (88.4, 55.5)
    CONTROLS = {"tilted": SWITCH}
    ATTRS = dict(ATTRS)
    CLOSED = True

    def stamp(self, net: Stamp) -> None:
        net.resistor("VCC", "OUT", PULL_OHMS)
        net.resistor("OUT", "GND", CLOSED_OHMS if self.contact.closed else OPEN)

    def moved(self, name: str, value: float) -> None:
        self.contact.move(not value)

    def svg(self, view: PartView) -> str:
        can = rect(-7, -17, 14, 34, "#c6ccd4", 3, stroke="#868e99", stroke_width=1)
        ball = circle(0, -8 if self.values["tilted"] else 9, 4.5, "#59606b")
        turn = 150 if self.values["tilted"] else 0
        return (
            pcb(self.SIZE, "#23527c", (10, 8), (10, 47.5))
            + el("g", can + ball, transform=f"translate(34 27.7) rotate({turn})")
            + header(self.PINS, self.SIZE)
        )
