"""The time axis of a waveform: its window, its ticks (at 1, 2 or 5 of a unit, or at round hours,
minutes and seconds), and durations as text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
TICK_PX = 62.0
"""About the distance of two ticks."""
MOST_UNITS = 10_000
"""From this number on a label has the next larger unit: 1795.9 ms, not 1795900 µs."""
SECOND = 1_000_000_000
LONG_NS = 600 * SECOND
"""From this time on labels are in hours, minutes and seconds."""
ROUND_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
"""Steps of such labels; the next ones are days."""
LETTER_PX = 6.0
"""About the width of a label's letter."""


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
    if max(abs(window.start_ns - origin_ns), abs(window.end_ns - origin_ns)) >= LONG_NS:
        return _long_ticks(window, origin_ns, step)
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


def spelled(ns: int) -> str:
    """A time in hours, minutes and seconds: `17 h 19 min 30.5 s`, without parts that are 0."""
    minutes, left = divmod(abs(ns), 60 * SECOND)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n]
    if left or not parts:
        parts.append(f"{left / SECOND:.9f}".rstrip("0").rstrip(".") + " s")
    return "-" * (ns < 0) + " ".join(parts)


def _long_ticks(window: Window, origin_ns: int, least: int) -> list[tuple[float, str]]:
    """The ticks of a late or long window. Their labels are long, and need more room."""
    for step in _long_steps(least):
        first = -((origin_ns - window.start_ns) // step)
        last = (window.end_ns - origin_ns) // step
        found = [
            (window.x(origin_ns + step * i), spelled(step * i)) for i in range(first, last + 1)
        ]
        longest = max((len(label) for _x, label in found), default=0)
        if (longest + 2) * LETTER_PX <= step * window.width / (window.end_ns - window.start_ns):
            break
    return found


def _long_steps(least: int) -> Iterator[int]:
    """The steps (ns) from `least` on: 1, 2, 5 times a power of ten below a second."""
    power = 10 ** (len(str(least)) - 1)
    while power < SECOND:
        yield from (factor * power for factor in (1, 2, 5) if factor * power >= least)
        power *= 10
    yield from (s * SECOND for s in ROUND_S if s * SECOND >= least)
    yield from (86_400 * SECOND * days for days in count(1) if 86_400 * SECOND * days >= least)


def _step(window: Window) -> int:
    """The smallest of 1, 2, 5 times a power of ten (ns) that leaves room between ticks."""
    wanted = (window.end_ns - window.start_ns) * TICK_PX / window.width
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= wanted:
                return factor * power
        power *= 10
