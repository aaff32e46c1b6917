"""The waveform beside a missed item: the lab's signals around the place that was judged."""

import math

from grader.mark import ItemResult, SeedResult
from grader.run import Run
from hardware.bench.drawing.waveform import Mark, waveform

AROUND_NS = 1_500_000_000
"""How much is shown on either side of that place."""

OPENING_NS = 10_000_000_000
"""How much is shown from t = 0 where no place is named."""


class Pictures:
    """Of each missed item that of its worst seed, drawn while that seed's traces are there."""

    def __init__(self) -> None:
        self._worst: dict[str, float] = {}
        self._drawn: dict[str, str] = {}

    def draw(self, seed: SeedResult) -> None:
        """Draw what no earlier seed has shown at least as badly."""
        for result in seed.items.values():
            if result.points >= self._worst.get(result.id, math.inf):
                continue
            self._worst[result.id] = result.points
            if result.key and result.episode:
                self._drawn[result.id] = picture(seed.runs[result.episode], result)

    def of(self, item: str) -> str:
        """An SVG, or empty."""
        return self._drawn.get(item, "")


def picture(run: Run, result: ItemResult) -> str:
    """An SVG of the episode that the result tells of; empty when no pin was used."""
    trace = run.trace.named(run.pins)
    signals = [role for role in run.pins if trace.modes(role)]
    if not signals:
        return ""
    at_ns = None if result.at_ns is None else run.zero_ns + result.at_ns
    spots = [] if at_ns is None else [Mark(at_ns, at_ns, result.measured)]
    return waveform(trace, signals, _window(run, at_ns), spots, origin_ns=run.zero_ns)


def _window(run: Run, at_ns: int | None) -> tuple[int, int]:
    """From and to, in the trace's time."""
    if at_ns is None:
        return run.zero_ns, min(run.end_ns, run.zero_ns + OPENING_NS)
    start = max(0, at_ns - AROUND_NS)
    return start, max(start + 1, min(run.end_ns, at_ns + AROUND_NS))
