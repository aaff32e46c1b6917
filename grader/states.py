"""Several pins seen together: which combination held from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.levels import Signal
from grader.units import Millis, Moment, millis_of_ns, moment_of_ns


@dataclass(frozen=True)
class State:
    """The pins that were high together, and from when to when (ns since t = 0)."""

    high: frozenset[str]
    from_ns: int
    to_ns: int

    @property
    def length(self) -> Millis:
        """How long it held."""
        return millis_of_ns(self.to_ns - self.from_ns, self.from_ns)


def states(signals: Mapping[str, Signal]) -> list[State]:
    """Every combination of levels in turn; each ends where the next begins."""
    end_ns = min(signal.end_ns for signal in signals.values())
    times = np.unique(np.concatenate([signal.t_ns for signal in signals.values()]))
    times = times[times < end_ns]
    columns = {name: _levels(signal, times) for name, signal in signals.items()}
    found: list[State] = []
    for index, start in enumerate(times):
        high = frozenset(name for name, levels in columns.items() if levels[index])
        stop = int(times[index + 1]) if index + 1 < len(times) else end_ns
        if found and found[-1].high == high:
            found[-1] = State(high, found[-1].from_ns, stop)
        else:
            found.append(State(high, int(start), stop))
    return found


def phases(signals: Mapping[str, Signal], shortest: Millis) -> list[State]:
    """The states that last; a shorter one is the beginning of the state that follows it."""
    found: list[State] = []
    from_ns: int | None = None
    for state in states(signals):
        from_ns = state.from_ns if from_ns is None else from_ns
        if state.to_ns - state.from_ns < shortest.ns:
            continue
        if found and found[-1].high == state.high:
            found[-1] = State(state.high, found[-1].from_ns, state.to_ns)
        else:
            found.append(State(state.high, from_ns, state.to_ns))
        from_ns = None
    return found


def together(signals: Mapping[str, Signal], names: Sequence[str]) -> list[Moment]:
    """The moments at which all of these pins became high together."""
    wanted = frozenset(names)
    return [moment_of_ns(s.from_ns) for s in states(signals) if wanted <= s.high]


def _levels(signal: Signal, times: "np.typing.NDArray[np.int64]") -> "np.typing.NDArray[np.bool_]":
    index = np.maximum(np.searchsorted(signal.t_ns, times, side="right") - 1, 0)
    return signal.level[index]
