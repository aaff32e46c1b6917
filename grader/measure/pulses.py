"""Pulses on a pin: their width and distance; and the echo that follows a trigger pulse."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.signal import Signal
from grader.lab.units import NS_PER_US, Micros
from grader.measure.answers import refuse_driven
from grader.measure.times import Times, inside_of


@dataclass(frozen=True)
class Pulses:
    """Complete pulses of one level, in order."""

    at_ns: Times
    """When each began, since t = 0."""
    width_ns: Times

    def __len__(self) -> int:
        return len(self.at_ns)

    def widths(self) -> list[Micros]:
        """The width of each pulse."""
        pairs = zip((self.width_ns / NS_PER_US).tolist(), self.at_ns.tolist(), strict=True)
        return [Micros(width, t_ns) for width, t_ns in pairs]

    def between(self, from_ns: int, to_ns: int) -> "Pulses":
        """The pulses that begin from `from_ns` on, but before `to_ns`."""
        chosen = inside_of(self.at_ns, from_ns, to_ns)
        return Pulses(self.at_ns[chosen], self.width_ns[chosen])


def pulses(
    signal: Signal, level: bool, shortest: Micros | None = None, longest: Micros | None = None
) -> Pulses:
    """The complete pulses of a level. With `shortest` or `longest`, only pulses with a width in
    these limits.

    Example: the start pulse of a DHT22 is a low pulse of 800 µs or more; its answer has only
    shorter ones.
    """
    begins, widths = signal.t_ns[1:-1], np.diff(signal.t_ns)[1:]
    chosen = signal.level[1:-1] == level
    if shortest is not None:
        chosen &= widths >= shortest.ns
    if longest is not None:
        chosen &= widths <= longest.ns
    return Pulses(begins[chosen], widths[chosen])


@dataclass(frozen=True)
class Echoes:
    """Trigger pulses and their echoes in columns, one row for each trigger; -1 means no echo.
    `blind`: the echo was still high when the trigger began."""

    at_ns: Times
    """When each trigger pulse began, since t = 0."""
    trigger_ns: Times
    """The width of the trigger pulse."""
    rise_ns: Times
    """When the echo rose: its first rise after the end of this trigger and before the end of the
    next."""
    echo_ns: Times
    """The width of the echo; -1 also when it stays high until the end of the window."""
    blind: NDArray[np.bool_]
    """Whether the echo was still high when the trigger began."""

    def __len__(self) -> int:
        return len(self.at_ns)


def echoes(trigger: Signal, echo: Signal) -> Echoes:
    """Every high pulse of the trigger with its echo.

    Raises: DrivenWire when the program itself drove the echo's wire after the first trigger."""
    sent = pulses(trigger, True)
    ends = sent.at_ns + sent.width_ns
    refuse_driven(echo, ends[:1], np.full(len(ends[:1]), echo.end_ns))
    rises = echo.rises_ns()
    index = np.searchsorted(rises, ends)
    following = np.append(ends[1:], echo.end_ns)
    found = index < len(rises)
    rise_ns = np.where(found, rises[np.minimum(index, len(rises) - 1)] if len(rises) else -1, -1)
    rise_ns = np.where(rise_ns < following, rise_ns, -1)
    return Echoes(
        sent.at_ns, sent.width_ns, rise_ns, _lengths(echo, rise_ns), echo.at_all(sent.at_ns)
    )


def _lengths(echo: Signal, rise_ns: Times) -> Times:
    """The width of the pulse that rises at each time; -1 when there is none."""
    falls = echo.falls_ns()
    index = np.searchsorted(falls, rise_ns)
    ended = (rise_ns >= 0) & (index < len(falls))
    lengths = np.full(len(rise_ns), -1, np.int64)
    lengths[ended] = falls[index[ended]] - rise_ns[ended]
    return lengths
