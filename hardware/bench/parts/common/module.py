"""Parts with a supply of their own: what their outputs put on a wire, and what they do later."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import OPEN, Control, Part, Stamp

FAULT_COUNT = Control(0, 1000, whole=True)
"""How many more measurements the faults of a sensor last; 0: until they are switched off."""
DRIVE_OHMS = 100.0
"""What an output of a small module drives with: enough for an input, too little to hurt."""


@dataclass(frozen=True)
class OutputStep:
    """A module drives a pin, later."""

    part: "Module"
    pin: str
    level: bool | None
    plan: int

    def __call__(self) -> None:
        """Now it does."""
        if self.holds:
            self.part.drive(self.pin, self.level)

    @property
    def holds(self) -> bool:
        """Whether that was not forgotten."""
        return self.part.plan == self.plan

    def is_like(self, *others: "OutputStep") -> bool:
        """Whether these, too, are of that part at that pin."""
        return all(o.part is self.part and o.pin == self.pin for o in others)


class Module(Part):
    """A part whose outputs go to its own supply and ground. It needs `SUPPLY`.

    What it planned with `after` is forgotten when the power goes.
    """

    OUTPUTS: ClassVar[dict[str, bool | None]] = {}
    """Pins that it drives, and the level after power on; None leaves the wire alone."""
    PULL_UPS: ClassVar[dict[str, float]] = {}
    """Resistors on the module from a pin to its supply, in ohms."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.driven = dict(self.OUTPUTS)
        self.supply_v = 0.0
        self.plan = 0
        """Counts how often what was planned was forgotten."""

    def begin(self) -> None:
        """Power has come: be as the data sheet says after power on."""

    def power(self, on: bool) -> None:
        self.forget()
        self.driven = dict(self.OUTPUTS)
        if on and self.supply:
            self.supply_v = self.volts(self.supply[0])
            self.begin()

    def drive(self, pin: str, level: bool | None) -> None:
        """Put a level on an output, or let go of it, now."""
        if self.driven[pin] != level:
            self.driven[pin] = level
            self.changed()

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        """Do something so much later, unless it is forgotten or the power goes."""
        plan = self.plan
        self.world.at(self.world.now_ns + delay_ns, lambda: fn() if plan == self.plan else None)

    def foretell(self, delay_ns: int, pin: str, level: bool | None) -> None:
        """Drive an output so much later, whatever it hears until then: the board is told before,
        which costs much less."""
        self.world.foretell(self.world.now_ns + delay_ns, OutputStep(self, pin, level, self.plan))

    def forget(self) -> None:
        """Drop all that was planned."""
        self.plan += 1

    def measured(self, *faults: str) -> None:
        """Once `fault_count` measurements were made (0: never) these faults are over."""
        if self.values["fault_count"]:
            self.values["fault_count"] -= 1
            if not self.values["fault_count"]:
                self.values |= dict.fromkeys(faults, 0.0)

    @property
    def state(self) -> Hashable:
        is_own = type(self).stamp is not Module.stamp  # who stamps more reads more
        return None if is_own else (self.supply_v, *self.driven.values())

    def stamp(self, net: Stamp) -> None:
        for pin, level in self.driven.items():
            volts = self.supply_v if level else 0.0
            net.source(pin, volts, OPEN if level is None else DRIVE_OHMS)
        for pin, ohms in self.PULL_UPS.items():
            assert self.supply
            net.resistor(self.supply[0], pin, ohms)
