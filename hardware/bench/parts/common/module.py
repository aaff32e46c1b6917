"""Parts with a supply of their own: what their outputs drive, now and later."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import OPEN, Control, Part, Stamp

FAULT_COUNT = Control(0, 1000, whole=True, fault=True)
"""For how many more measurements the faults of a sensor last; 0: until they are switched off."""
DRIVE_OHMS = 100.0
"""Output resistance of a small module: enough to drive an input, too much to do damage."""


@dataclass(eq=False, slots=True)  # many are made: not frozen, which takes three times as long
class OutputStep:
    """A module drives a pin, at a time in the future, or at several."""

    part: "Module"
    pin: str
    level: bool | None
    plan: int

    def __call__(self) -> None:
        """Drives the pin, unless the plan was dropped."""
        if self.valid:
            self.part.drive(self.pin, self.level)

    @property
    def valid(self) -> bool:
        """Whether the module still plans to do this."""
        return self.part.plan == self.plan

    def is_like(self, *others: "OutputStep") -> bool:
        """Whether the other steps are of the same part and pin."""
        return all(o.part is self.part and o.pin == self.pin for o in others)


class PulseAnswer(NamedTuple):
    """How a sensor answers the next pulses at a pin: each that is long enough, and that ends while
    it is idle, with one pulse at another pin. Times are virtual nanoseconds."""

    trigger: str
    output: str
    least_ns: int
    """The shortest pulse that it answers."""
    delay_ns: int
    """From the end of the pulse to the answer."""
    width_ns: int
    rose_ns: int
    """When the trigger rose last."""


class Module(Part):
    """A part whose outputs go to its own supply and ground. It needs `SUPPLY`.

    All that it planned is dropped when the power goes.
    """

    OUTPUTS: ClassVar[dict[str, bool | None]] = {}
    """Pins that it drives, and the level after power on; None: not driven."""
    PULL_UPS: ClassVar[dict[str, float]] = {}
    """Resistors on the module from a pin to its supply, in ohms."""

    ANSWERS: ClassVar[bool] = False
    """Whether it may say in advance how it answers pulses (`pulse_answer`)."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.driven = dict(self.OUTPUTS)
        self.supply_v = 0.0
        self.plan = 0
        """The number of the present plan: `forget` begins a new one."""

    def begin(self) -> None:
        """Power has come: take the state that the data sheet gives for power on."""

    def power(self, on: bool) -> None:
        self.forget()
        self.driven = dict(self.OUTPUTS)
        if on and self.supply:
            self.supply_v = self.volts(self.supply[0])
            self.begin()

    def drive(self, pin: str, level: bool | None) -> None:
        """Drive an output to a level, or release it (None), now."""
        if self.driven[pin] != level:
            self.driven[pin] = level
            self.changed()

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        """Do something after a delay, unless the plan is dropped or the power goes."""
        plan = self.plan
        self.world.at(self.world.now_ns + delay_ns, lambda: fn() if plan == self.plan else None)

    def announce(self, pin: str, steps: Sequence[tuple[int, bool | None]]) -> None:
        """Drive an output after each of these delays to a level, whatever happens until then. This
        is announced to the board, which costs much less than a request of the board at each
        edge."""
        now = self.world.now_ns
        levels = {level for _, level in steps}
        to = {level: OutputStep(self, pin, level, self.plan) for level in levels}
        self.world.announce([(now + delay_ns, to[level]) for delay_ns, level in steps])

    def ignores(self, pin: str) -> bool:
        """Whether it takes no notice now of the level at a pin that it drives."""
        return pin not in self.listens

    def pulse_answer(self) -> PulseAnswer | None:
        """How it answers the next pulses, where it is idle now and no chance has a part in it;
        else None."""
        return None

    def forget(self) -> None:
        """Drop all that was planned."""
        self.plan += 1

    def measured(self, *faults: str) -> None:
        """Count a measurement: after `fault_count` of them (0: never) these faults end."""
        if self.values["fault_count"]:
            self.values["fault_count"] -= 1
            if not self.values["fault_count"]:
                self.values |= dict.fromkeys(faults, 0.0)

    @property
    def state(self) -> Hashable:
        is_own = type(self).stamp is not Module.stamp  # a stamp of its own may read more
        return None if is_own else (self.supply_v, *self.driven.values())

    def stamp(self, net: Stamp) -> None:
        for pin, level in self.driven.items():
            volts = self.supply_v if level else 0.0
            net.source(pin, volts, OPEN if level is None else DRIVE_OHMS)
        for pin, ohms in self.PULL_UPS.items():
            assert self.supply
            net.resistor(self.supply[0], pin, ohms)
