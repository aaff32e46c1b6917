"""Times in columns: their distances, their rate, and the next one after a stimulus.

All measurements in columns have `at_ns`, their times since t = 0 in order; these functions take
any such times.
"""

import numpy as np
from numpy.typing import NDArray

from grader.lab.signal import spans_ms
from grader.lab.units import NS_PER_S, Hertz, Millis, Moment, millis_of_ns, moment_of_ns

Times = NDArray[np.int64]


def moments(at_ns: Times) -> list[Moment]:
    """The times as values for a limit such as `Never`."""
    return [moment_of_ns(t_ns) for t_ns in at_ns.tolist()]


def periods(at_ns: Times) -> list[Millis]:
    """The time from each to the next, in ms."""
    return spans_ms(np.diff(at_ns), at_ns[:-1])


def rate(at_ns: Times) -> Hertz | None:
    """The rate per second, from the first to the last; None with fewer than two."""
    if len(at_ns) < 2 or at_ns[-1] == at_ns[0]:
        return None
    span_ns = int(at_ns[-1] - at_ns[0])
    return Hertz((len(at_ns) - 1) * NS_PER_S / span_ns, int(at_ns[0]))


def rates(at_ns: Times, each: Millis, from_ns: int, to_ns: int) -> list[Hertz]:
    """The rate per second in each complete window of that length, one window after the other."""
    edges = np.arange(from_ns, to_ns + 1, each.ns)
    many = np.diff(np.searchsorted(at_ns, edges)) * (NS_PER_S / each.ns)
    return [Hertz(n, t) for n, t in zip(many.tolist(), edges[:-1].tolist(), strict=True)]


def longest_gap(at_ns: Times, from_ns: int, to_ns: int) -> Millis:
    """The longest gap in a window. The start and the end of the window count as times, too."""
    inside = at_ns[inside_of(at_ns, from_ns, to_ns)]
    edges = np.concatenate(([from_ns], inside, [to_ns]))
    gaps = np.diff(edges)
    worst = int(gaps.argmax())
    return millis_of_ns(gaps[worst], edges[worst])


def inside_of(at_ns: Times, from_ns: int, to_ns: int) -> slice:
    """The slice of the entries from `from_ns` on, but before `to_ns`. It fits all columns of the
    measurement."""
    first, last = np.searchsorted(at_ns, (from_ns, to_ns))
    return slice(int(first), int(last))


def delay(at_ns: Times, stimulus_ns: int) -> Millis:
    """The delay from a stimulus to the first time at or after it, in ms; infinite if there is
    none: no limit accepts that."""
    index = int(np.searchsorted(at_ns, stimulus_ns))
    if index == len(at_ns):
        return Millis(float("inf"), stimulus_ns)
    return millis_of_ns(at_ns[index] - stimulus_ns, stimulus_ns)
