"""A joystick: two potentiometers and a button under the stick."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, Contact
from hardware.bench.parts.common.part import BUTTON, OPEN, Control, Part, PartView, Stamp, World
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

OHMS = 10_000.0


class Joystick(Part):
    """Controls `x` and `y` from -1 to 1 (0 at rest; right and up are plus), `pressed` 0 or 1.

    VERT goes from 0 V (down) to VCC (up), HORZ from 0 V (right) to VCC (left). SEL is open, and
    connected to GND while the stick is pressed: it needs a pull-up. The button bounces as
    `contact.py` says; `bounceMs` and `bounceEdges` are ours.
    """

    TYPES = ("wokwi-analog-joystick",)
    TITLE = both("Joystick")
    GROUP = "inputs"
    ANALOG = ("VERT", "HORZ")
    PINS = {
        "VCC": (33, 115.8),
        "VERT": (42.6, 115.8),
        "HORZ": (52.2, 115.8),
        "SEL": (61.8, 115.8),
        "GND": (71.4, 115.8),
    }
    SIZE = (102.8, 120.2)
    CONTROLS = {"x": Control(-1, 1), "y": Control(-1, 1), "pressed": BUTTON}
    ATTRS = dict(ATTRS)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.contact = Contact(self, closed=False)

    def start(self, world: World) -> None:
        super().start(world)
        self.contact.start(world, self.id, self.changed)

    def stamp(self, net: Stamp) -> None:
        for pin, share in (("VERT", self.values["y"]), ("HORZ", -self.values["x"])):
            below = max(1.0, OHMS * (1 + share) / 2)
            net.resistor(pin, "GND", below)
            net.resistor("VCC", pin, max(1.0, OHMS - below))
        net.resistor("SEL", "GND", CLOSED_OHMS if self.contact.closed else OPEN)

    def moved(self, name: str, value: float) -> None:
        if name == "pressed":
            self.contact.move(bool(value))
        else:
            self.changed()

    def svg(self, view: PartView) -> str:
        x, y = 51.4 + 13 * self.values["x"], 47 - 13 * self.values["y"]
        cap = 21 if self.values["pressed"] else 23.5
        return (
            pcb(self.SIZE, "#23272d", (9, 9), (93.8, 9), (9, 96), (93.8, 96))
            + circle(51.4, 47, 41, "#3a4049")
            + circle(51.4, 47, 37, "#1c1f24")
            + circle((51.4 + x) / 2, (47 + y) / 2, 14, "#2b2f36")
            + circle(x, y, cap, "#4a515b")
            + circle(x, y, cap * 0.72, "#59606b")
            + circle(x, y, cap * 0.3, "#4a515b")
            + header(self.PINS, self.SIZE)
        )
