"""The level of a pin over time, and what can be measured in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grader.lab.units import NS_PER_MS, Millis, Percent, millis_of_ns


@dataclass(frozen=True)
class Signal:
    """A level over time: `level[i]` holds from `t_ns[i]` until `t_ns[i + 1]`, the last one until
    `end_ns`. `t_ns[0]` is the start of the window."""

    t_ns: NDArray[np.int64]
    level: NDArray[np.bool_]
    end_ns: int
    role: str = ""
    """The pin's role (LED_G); "" for a signal that is not the level of one pin."""
    driven: Signal | None = None
    """High while the program itself drives the pin: see `grader.measure.answers`."""

    def since(self, t_ns: int) -> Signal:
        """The part from a time on; its first entry is the level at that time."""
        first = max(int(np.searchsorted(self.t_ns, t_ns, side="right")) - 1, 0)
        times = self.t_ns[first:].copy()
        times[0] = max(t_ns, int(times[0]))
        return replace(self, t_ns=times, level=self.level[first:])

    def at(self, t_ns: int) -> bool:
        """The level at a time; before the first entry it is the first level."""
        index = int(self.t_ns.searchsorted(t_ns, side="right")) - 1
        return bool(self.level[max(index, 0)])

    def at_all(self, times_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The level at each of several times."""
        index = np.searchsorted(self.t_ns, times_ns, side="right") - 1
        return self.level[np.maximum(index, 0)]

    def high_ns(self, from_ns: NDArray[np.int64], to_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """For how long it is high in each of several spans; before the first entry it is low."""
        spans = np.diff(self.t_ns, append=self.end_ns)
        before = np.append(0, np.cumsum(spans * self.level))

        def until(times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
            index = np.maximum(np.searchsorted(self.t_ns, times_ns, side="right") - 1, 0)
            into = np.maximum(times_ns - self.t_ns[index], 0)
            return np.asarray(before[index] + into * self.level[index], np.int64)

        return until(to_ns) - until(from_ns)

    def edges_ns(self) -> NDArray[np.int64]:
        """When the level changed. The start and the end of the window are no edges."""
        return self.t_ns[1:]

    def rises_ns(self, lasting_ns: int = 0) -> NDArray[np.int64]:
        """When the level went high and stayed high for at least `lasting_ns`."""
        lasting = np.diff(self.t_ns, append=self.end_ns) >= lasting_ns
        return self.t_ns[1:][(self.level & lasting)[1:]]

    def falls_ns(self) -> NDArray[np.int64]:
        """When the level went low."""
        return self.t_ns[1:][~self.level[1:]]

    def widths(self, level: bool) -> list[Millis]:
        """The width of each pulse of that level which has both edges in the window."""
        spans = np.diff(self.t_ns)[1:]
        starts, levels = self.t_ns[1:-1], self.level[1:-1]
        keep = levels == level
        return spans_ms(spans[keep], starts[keep])

    def periods(self) -> list[Millis]:
        """The time from each rise to the next."""
        rises = self.rises_ns()
        return spans_ms(np.diff(rises), rises[:-1])

    def duties(self) -> list[Percent]:
        """The duty cycle of each period (rise to rise)."""
        rises, falls = self.rises_ns(), self.falls_ns()
        falls = falls[falls > rises[0]] if len(rises) else falls
        spans = np.diff(rises)
        highs = falls[: len(spans)] - rises[: len(spans)]
        shares = 100 * highs / np.maximum(spans, 1)
        pairs = zip(shares.tolist(), rises.tolist(), strict=False)
        return [Percent(share, t_ns) for share, t_ns in pairs]

    def latency(self, stimulus_ns: int, level: bool) -> Millis | None:
        """The time from a stimulus until the signal has that level; None if it never has."""
        after = self.since(stimulus_ns)
        reached = after.t_ns[after.level == level]
        return millis_of_ns(int(reached[0]) - stimulus_ns, stimulus_ns) if len(reached) else None


def spans_ms(spans_ns: NDArray[np.int64], at_ns: NDArray[np.int64]) -> list[Millis]:
    """Spans in ms, each with its time. Fast also for hundreds of thousands."""
    pairs = zip((spans_ns / NS_PER_MS).tolist(), at_ns.tolist(), strict=True)
    return [Millis(span, t_ns) for span, t_ns in pairs]
