"""A rotary encoder with a button, the module KY-040."""

import math
from collections.abc import Hashable

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, Contact
from hardware.bench.parts.common.part import (
    BUTTON,
    FAULT,
    OPEN,
    Control,
    Part,
    PartView,
    Stamp,
    World,
)
from hardware.bench.svg.elements import circle, line
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

MS = 1_000_000
STEPS = 20
PULL_OHMS = 10_000.0
LEAD_NS, LOW_NS, STEP_NS = 1 * MS, 3 * MS, 10 * MS
"""The second contact closes 1 ms after the first. The first opens after 3 ms, the second 1 ms
later. The next step may start after 10 ms."""
MAX_STEPS = 1000


class RotaryEncoder(Part):
    """Pins `CLK DT SW VCC GND`; 20 steps a turn. CLK and DT have 10 kΩ to VCC. SW is open, and
    connected to GND while pressed.

    Clockwise, CLK falls first, then DT; counterclockwise, DT first. The contact that closed first
    opens first. A step takes 4 ms, and the next one starts after 10 ms. Extensions of ours: the
    control `rotate` (a number of steps, positive is clockwise; its value goes back to 0 at once;
    steps that are ordered while the knob turns come after the present ones), `pressed` 0 or 1, and
    the fault `skip` 0 or 1 (DT's contact is worn out and never closes). The contacts bounce as
    described in `contact.py` if the attribute `bounce` (default `0`) is not `0`.
    """

    TYPES = ("wokwi-ky-040",)
    TITLE = both("Rotary encoder")
    GROUP = "inputs"
    PINS = {
        "CLK": (116, 7.9),
        "DT": (116, 17.4),
        "SW": (116, 27),
        "VCC": (116, 36.3),
        "GND": (116, 45.5),
    }
    SIZE = (116.5, 70.4)
    CONTROLS = {
        "rotate": Control(-MAX_STEPS, MAX_STEPS, whole=True),
        "pressed": BUTTON,
        "skip": FAULT,
    }
    ATTRS = {**ATTRS, "bounce": "0"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.contacts = {pin: Contact(self, closed=False) for pin in ("CLK", "DT", "SW")}
        self._free_ns = 0
        self._turned = 0

    def start(self, world: World) -> None:
        super().start(world)
        for pin, contact in self.contacts.items():
            contact.start(world, f"{self.id}:{pin}", self.changed)

    @property
    def state(self) -> Hashable:
        return tuple(contact.closed for contact in self.contacts.values())

    def stamp(self, net: Stamp) -> None:
        for pin, contact in self.contacts.items():
            net.resistor(pin, "GND", CLOSED_OHMS if contact.closed else OPEN)
            if pin != "SW":
                net.resistor("VCC", pin, PULL_OHMS)

    def moved(self, name: str, value: float) -> None:
        if name == "pressed":
            self.contacts["SW"].move(bool(value))
        elif name == "rotate":
            self.values["rotate"] = 0.0
            for _step in range(abs(int(value))):
                self._step(value > 0)

    def _step(self, clockwise: bool) -> None:
        start = max(self.world.now_ns, self._free_ns)
        self._free_ns = start + STEP_NS
        first, second = ("CLK", "DT") if clockwise else ("DT", "CLK")
        for pin, shut, wait in (
            (first, True, 0),
            (second, True, LEAD_NS),
            (first, False, LOW_NS),
            (second, False, LOW_NS + LEAD_NS),
        ):
            self.world.at(start + wait, lambda pin=pin, shut=shut: self._move(pin, shut))  # type: ignore[misc]
        self._turned += 1 if clockwise else -1

    def _move(self, pin: str, closed: bool) -> None:
        if not (pin == "DT" and self.values["skip"]):
            self.contacts[pin].move(closed)

    def svg(self, view: PartView) -> str:
        angle = math.tau * self._turned / STEPS - math.pi / 2
        dx, dy = math.cos(angle), math.sin(angle)
        return (
            pcb(self.SIZE, "#23272d", (8, 8), (8, 62))
            + circle(48, 35.2, 29, "#7b838e")
            + circle(48, 35.2, 27, "#9aa1ab")
            + circle(48, 35.2, 19 if self.values["pressed"] else 21, "#d6dbe2")
            + circle(48, 35.2, 16, "#c6ccd4")
            + line(48 + 8 * dx, 35.2 + 8 * dy, 48 + 19 * dx, 35.2 + 19 * dy, "#3a4049", 2.4)
            + header(self.PINS, self.SIZE)
        )
