"""The waveform of a missed item: the signals around the time that decided."""

import math
from collections.abc import Sequence

from grader.html_text import visible
from grader.lab.limits import shortened
from grader.lab.run import MOST_CALLS, Run
from grader.measure.pins import unassigned_pins
from grader.score.results import ItemResult, SeedResult
from hardware.bench.decode.buses import buses
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.trace.edges import TimeWindow

AROUND_NS = 1_500_000_000
"""How much is shown before and after that time."""

MOST_UNASSIGNED_PINS = 4
"""At most this many pins without a role are shown."""

OPENING_NS = 10_000_000_000
"""How much is shown from t = 0 on when there is no such time."""


class ItemWaveforms:
    """An `Observer` that draws the waveform of each missed item on its worst seed."""

    def __init__(self) -> None:
        self._worst: dict[str, float] = {}
        self._drawn: dict[str, str] = {}
        self._of_seed: dict[str, str] = {}

    def add_run(self, run: Run, missed: Sequence[ItemResult]) -> None:
        """Draw the items that may be worse on this seed than on all earlier ones."""
        for part in missed:
            item = part.id.partition(".")[0]
            # An item that depends on another one has nothing to show.
            if part.key != "after" and self._worst.get(item) != 0:
                self._of_seed[item] = item_waveform(run, part)

    def add_seed(self, seed: SeedResult) -> None:
        """Keep those that are worse."""
        for result in seed.items.values():
            if result.points < self._worst.get(result.id, math.inf):
                self._worst[result.id] = result.points
                if result.id in self._of_seed:
                    self._drawn[result.id] = self._of_seed[result.id]
        self._of_seed.clear()

    def of(self, item: str) -> str:
        """An SVG, or empty."""
        return self._drawn.get(item, "")


def item_waveform(run: Run, result: ItemResult) -> str:
    """An SVG of the episode of a result: serial input, the pins that were set up, driven pins
    without a role, buses in place of their pins, serial output, and the time that decided. ""
    when there is nothing of it."""
    others = {f"GPIO {gpio}": gpio for gpio in unassigned_pins(run)[:MOST_UNASSIGNED_PINS]}
    trace = run.trace.named({**run.pins, **others})
    at_ns = None if result.at_ns is None else run.zero_ns + result.at_ns
    window = _window(run, at_ns)
    used = run.once("buses", lambda: buses(trace, MOST_CALLS))
    of_buses = {gpio for bus in used for gpio in bus.pins}
    roles = [role for role in run.pins if trace.was_set_up(role)]
    signals = [name for name in (*roles, *others) if trace.gpio(name) not in of_buses]
    if not (signals or used or trace.serial().data or trace.sent().data):
        return ""
    marks = [WaveformMark(t_ns, t_ns, "reset", kind="note") for t_ns in trace.boots()[1:]]
    if at_ns is not None:
        error = result.detail.partition(" (main.py")[0]
        words = error if result.key == "exception" else result.measured
        marks.append(WaveformMark(at_ns, at_ns, shortened(visible(words))))
    shown = [bus.within(window) for bus in used]
    return waveform(trace, signals, window, marks, origin_ns=run.zero_ns, serial=True, buses=shown)


def _window(run: Run, at_ns: int | None) -> TimeWindow:
    """What is shown, in the trace's time."""
    if at_ns is None:
        return TimeWindow(run.zero_ns, min(run.end_ns, run.zero_ns + OPENING_NS))
    start = max(0, at_ns - AROUND_NS)
    return TimeWindow(start, max(start + 1, min(run.end_ns, at_ns + AROUND_NS)))
