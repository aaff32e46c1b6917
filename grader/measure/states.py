"""States of several pins: which combination of levels held from when to when.

The work is done in columns, because a loop without a sleep, the most common mistake, makes a
million states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.lab.signal import Signal
from grader.lab.units import Millis, Moment, millis_of_ns, moment_of_ns


@dataclass(frozen=True)
class State:
    """A combination of levels: the pins that were high, and from when to when (ns since t = 0)."""

    high: frozenset[str]
    from_ns: int
    to_ns: int

    @property
    def length(self) -> Millis:
        """How long the state lasted."""
        return millis_of_ns(self.to_ns - self.from_ns, self.from_ns)


class _Spans(NamedTuple):
    """States in columns; bit n of `high` is the level of signal n."""

    high: NDArray[np.int64]
    from_ns: NDArray[np.int64]
    to_ns: NDArray[np.int64]


def states(signals: Mapping[str, Signal]) -> list[State]:
    """Every state in order; each ends when the next one begins."""
    return _named(signals, _spans(signals))


def phases(signals: Mapping[str, Signal], shortest: Millis) -> list[State]:
    """The states that last at least `shortest`. A shorter one is added to the next state."""
    spans = _spans(signals)
    lasting = spans.to_ns - spans.from_ns >= shortest.ns
    high, to_ns = spans.high[lasting], spans.to_ns[lasting]
    from_ns = np.append(spans.from_ns[:1], to_ns[:-1])[: len(to_ns)]
    first = np.append(True, high[1:] != high[:-1])[: len(high)]
    last = np.append(first[1:], True)[: len(high)]
    return _named(signals, _Spans(high[first], from_ns[first], to_ns[last]))


def together(signals: Mapping[str, Signal], names: Sequence[str]) -> list[Moment]:
    """The moments at which all of these pins became high together."""
    spans = _spans(signals)
    wanted = sum(1 << list(signals).index(name) for name in names)
    return [moment_of_ns(t) for t in spans.from_ns[spans.high & wanted == wanted]]


def _spans(signals: Mapping[str, Signal]) -> _Spans:
    end_ns = min(signal.end_ns for signal in signals.values())
    times = np.sort(np.concatenate([signal.t_ns for signal in signals.values()]))
    times = times[np.append(True, times[1:] != times[:-1]) & (times < end_ns)]
    high = np.zeros(len(times), np.int64)
    for bit, signal in enumerate(signals.values()):
        high |= signal.at_all(times).astype(np.int64) << bit
    change = np.append(True, high[1:] != high[:-1])[: len(high)]
    from_ns = times[change]
    return _Spans(high[change], from_ns, np.append(from_ns[1:], end_ns)[: len(from_ns)])


def _named(signals: Mapping[str, Signal], spans: _Spans) -> list[State]:
    names = list(signals)
    columns = zip(spans.high.tolist(), spans.from_ns.tolist(), spans.to_ns.tolist(), strict=True)
    return [
        State(frozenset(name for bit, name in enumerate(names) if high >> bit & 1), start, stop)
        for high, start, stop in columns
    ]
