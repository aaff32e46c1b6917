"""The time axis of a waveform: its window, its ticks (at 1, 2 or 5 of a unit), and durations as
text.
"""

from dataclasses import dataclass

UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
TICK_PX = 62.0
"""About the distance of two ticks."""
MOST_UNITS = 10_000
"""From this number on a label has the next larger unit: 1795.9 ms, not 1795900 µs."""


@dataclass(frozen=True)
class Window:
    """The part of time that is drawn, and how wide."""

    start_ns: int
    end_ns: int
    width: float

    def x(self, t_ns: float) -> float:
        """A time in pixels."""
        return (t_ns - self.start_ns) * self.width / max(1, self.end_ns - self.start_ns)


def ticks(window: Window, origin_ns: int) -> list[tuple[float, str]]:
    """Position in pixels and label of each tick; the labels count from `origin_ns`."""
    step = _step(window)
    first = -((origin_ns - window.start_ns) // step)
    last = (window.end_ns - origin_ns) // step
    least = max(abs(first), abs(last)) * step / MOST_UNITS
    fitting = [u for u in UNITS if u[0] >= least] or UNITS[:1]
    unit_ns, unit = next((u for u in fitting if step >= u[0]), fitting[-1])
    times = (origin_ns + step * i for i in range(first, last + 1))
    return [(window.x(t), f"{(t - origin_ns) / unit_ns:.12g} {unit}") for t in times]


def duration(ns: float, digits: int = 3) -> str:
    """A length of time (ns) as text in a suitable unit, with so many significant digits."""
    unit_ns, unit = next((u for u in UNITS if abs(ns) >= u[0]), UNITS[-1])
    return f"{ns / unit_ns:.{digits}g} {unit}"


def _step(window: Window) -> int:
    """The smallest of 1, 2, 5 times a power of ten (ns) that leaves room between ticks."""
    wanted = (window.end_ns - window.start_ns) * TICK_PX / window.width
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= wanted:
                return factor * power
        power *= 10
