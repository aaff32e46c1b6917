"""The waveform of a missed item: the signals around the time that decided."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.html_text import visible
from grader.lab.limits import shortened
from grader.lab.run import MOST_CALLS, Run
from grader.measure.pins import unassigned_pins
from grader.score.results import ItemResult, SeedResult
from hardware.bench.decode.buses import Bus, buses
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.protocol import frames
from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace

AROUND_NS = 1_500_000_000
"""How much is shown before and after that time, at least; a measured time is shown as a whole."""
FEWEST, SHARES = 4, 100
"""Where less happens than in so many hundredths of what is shown, twice as much is shown: in a run
of hours seconds would be empty."""

MOST_UNASSIGNED_PINS = 4
"""At most this many pins without a role are shown."""

OPENING_NS = 10_000_000_000
"""How much is shown from t = 0 on when there is no such time, at least."""


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
    when there is nothing of it, and where functions on the computer decided."""
    at_ns = None if result.at_ns is None else run.zero_ns + result.at_ns
    if run.host.was_called and at_ns is None:  # nothing on the board decided
        return ""
    others = {f"GPIO {gpio}": gpio for gpio in unassigned_pins(run)[:MOST_UNASSIGNED_PINS]}
    trace = run.trace.named({**run.pins, **others})
    used = run.once("buses", lambda: buses(trace, MOST_CALLS))
    of_buses = {gpio for bus in used for gpio in bus.pins}
    roles = [role for role in run.pins if trace.was_set_up(role)]
    signals = [name for name in (*roles, *others) if trace.gpio(name) not in of_buses]
    if not (signals or used or trace.serial().data or trace.sent().data):
        return ""
    window = _window(run, at_ns, result.length_ns, _changes(trace, signals, used))
    marks = [WaveformMark(t_ns, t_ns, "reset", kind="note") for t_ns in trace.boots()[1:]]
    if at_ns is not None:
        error = result.detail.partition(" (main.py")[0]
        words = error if result.key == "exception" else result.measured
        marks.append(WaveformMark(at_ns, at_ns, shortened(visible(words))))
    shown = [bus.within(window) for bus in used]
    return waveform(trace, signals, window, marks, origin_ns=run.zero_ns, serial=True, buses=shown)


def _changes(trace: Trace, signals: Sequence[str], used: Sequence[Bus]) -> NDArray[np.int64]:
    """When something changes in the picture of a whole run, in any order."""
    console = trace.serial()
    parts = [
        *(trace.edges(name).t_ns[1:] for name in signals),
        *(trace.rows(frames.REC_PWM, name)["t"] for name in signals),
        console.t_ns[np.frombuffer(console.data, np.uint8) == ord("\n")],
        [one.t_ns for one in trace.controls],
        [one.t_ns for bus in used for one in bus.transfers],
    ]
    return np.concatenate([np.asarray(part, np.int64) for part in parts])


def _window(run: Run, at_ns: int | None, length_ns: int, changes: NDArray[np.int64]) -> TimeWindow:
    """What is shown, in the trace's time: the time that decided, and what is around it."""
    around_ns = OPENING_NS if at_ns is None else max(AROUND_NS, length_ns * 5 // 4)
    while True:
        start = run.zero_ns if at_ns is None else max(0, at_ns - around_ns)
        middle = start if at_ns is None else at_ns
        end = max(start + 1, min(run.end_ns, middle + around_ns))
        inside = changes[(changes > start) & (changes < end)]
        places = np.unique((inside - start) * SHARES // (end - start))
        if len(places) >= FEWEST or around_ns >= run.end_ns:
            return TimeWindow(start, end)
        around_ns *= 2
