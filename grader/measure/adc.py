"""ADC conversions: when they were made, and the voltage at the pin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import Run
from grader.lab.units import Volts
from grader.measure.answers import refuse_driven
from grader.measure.times import Times, inside_of
from hardware.bench.decode import adc


@dataclass(frozen=True)
class Conversions:
    """The conversions of one pin from t = 0 on."""

    at_ns: Times
    """When each was made, since t = 0."""
    volts: NDArray[np.float64]
    """The voltage at the pin in the bench, not the value that the program computed."""

    def __len__(self) -> int:
        return len(self.at_ns)

    def values(self) -> list[Volts]:
        """The voltages, each with its time."""
        pairs = zip(self.volts.tolist(), self.at_ns.tolist(), strict=True)
        return [Volts(volts, at_ns) for volts, at_ns in pairs]

    def between(self, from_ns: int, to_ns: int) -> "Conversions":
        """The conversions from `from_ns` on, up to but not including `to_ns`."""
        chosen = inside_of(self.at_ns, from_ns, to_ns)
        return Conversions(self.at_ns[chosen], self.volts[chosen])


def conversions(run: Run, role: str) -> Conversions:
    """The conversions of a pin from t = 0 on: all of them, but at most 16 in a millisecond in
    which the voltage does not change.

    Raises: DrivenWire when the program drove the pin while it converted the voltage there."""
    made = adc.conversions(run.trace, run.pins[role])
    times = made.t_ns - run.zero_ns
    seen = (times >= 0) & (made.t_ns <= run.end_ns)
    refuse_driven(run.signal(role), times[seen], times[seen] + 1)
    return Conversions(times[seen], made.microvolts[seen] / 1e6)
