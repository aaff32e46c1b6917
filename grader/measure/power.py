"""Power: when the chip was awake, asleep or off, what woke it, and what it took from a battery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.lab.run import Run
from grader.lab.units import MilliampHours, Millis, millis_of_ns
from hardware.bench.protocol import frames

NS_PER_HOUR = 3_600_000_000_000


@dataclass(frozen=True)
class PowerSpan:
    """The chip was in one state (`active`, `light_sleep`, `deep_sleep`, `off`) from when to when
    (ns since t = 0)."""

    at_ns: int
    to_ns: int
    state: str

    @property
    def length(self) -> Millis:
        """How long it was, in ms."""
        return millis_of_ns(self.to_ns - self.at_ns, self.at_ns)


@dataclass(frozen=True)
class Boot:
    """A start of the interpreter (ns since t = 0), with the value of `machine.reset_cause()`."""

    at_ns: int
    cause: int


@dataclass(frozen=True)
class Wake:
    """The end of a sleep (ns since t = 0), with the value of `machine.wake_reason()`. On an ESP32:
    2 for one pin, 3 for one of several pins, 4 for the timer."""

    at_ns: int
    reason: int


def power_spans(run: Run) -> list[PowerSpan]:
    """The power states from t = 0 to the end, in order. The first and the last one are cut off
    there."""
    changes = [(one.t_ns, one.state) for one in run.trace.power()]
    ends = [*changes, (run.end_ns, "")]
    return [
        PowerSpan(max(a, run.zero_ns) - run.zero_ns, min(b, run.end_ns) - run.zero_ns, state)
        for (a, state), (b, _) in pairwise(ends)
        if b > run.zero_ns and a < run.end_ns
    ]


def time_in(spans: Sequence[PowerSpan], *states: str) -> Millis:
    """How long the chip was in any of these states, in ms."""
    return millis_of_ns(sum(one.to_ns - one.at_ns for one in spans if one.state in states))


def awake_spans(run: Run) -> list[PowerSpan]:
    """The times in which the chip was awake. A reset does not end such a time."""
    return [one for one in power_spans(run) if one.state == "active"]


def boots(run: Run) -> list[Boot]:
    """Every start of the interpreter since power-on (times before t = 0 are negative): resets,
    soft or hard, and the end of a deep sleep."""
    states = [one for one in run.trace.states() if one.state == frames.STATE_BOOT]
    return [Boot(one.t_ns - run.zero_ns, one.cause) for one in states]


def wakes(run: Run) -> list[Wake]:
    """Every end of a sleep since power-on, light or deep (times before t = 0 are negative)."""
    rows = run.trace.records[run.trace.records["kind"] == frames.REC_SLEEP]
    woke = rows[(rows["a"] == frames.SLEEP_AWAKE) & (rows["b"] != 0)]
    return [Wake(t_ns - run.zero_ns, why) for _kind, _a, why, _c, t_ns in woke.tolist()]


def charge(run: Run, milliamps: Mapping[str, float]) -> MilliampHours:
    """The charge that the chip took from a battery. `milliamps` is the current in each state; in
    other states it is 0."""
    spans = power_spans(run)
    total = sum((s.to_ns - s.at_ns) * milliamps.get(s.state, 0.0) for s in spans)
    return MilliampHours(total / NS_PER_HOUR)
