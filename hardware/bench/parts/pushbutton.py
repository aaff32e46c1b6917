"""A push button: pins 1 and 2 are joined while it is pressed."""

from hardware.bench.contact import ATTRS, CLOSED_OHMS, Contact
from hardware.bench.diagram import PartSpec
from hardware.bench.part import OPEN, SWITCH, Part, Stamp, World


class Pushbutton(Part):
    """Control `pressed` 0 or 1. It bounces as `contact.py` says (`bounceMs`, `bounceEdges` are
    extensions)."""

    TYPES = ("wokwi-pushbutton",)
    PINS = {"1.l": (0, 13), "2.l": (0, 32), "1.r": (67, 13), "2.r": (67, 32)}
    SIZE = (67.3, 45.3)
    CONTROLS = {"pressed": SWITCH}
    ATTRS = {"color": "red", "label": "", "key": "", "xray": "", **ATTRS}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.contact = Contact(self, closed=False)

    def start(self, world: World) -> None:
        super().start(world)
        self.contact.start(world, self.id, self.changed)

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", CLOSED_OHMS if self.contact.closed else OPEN)

    def moved(self, name: str, value: float) -> None:
        self.contact.move(bool(value))
