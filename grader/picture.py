"""The waveform beside a missed item: the lab's signals around the place that was judged."""

from grader.mark import ItemResult, LabScore
from grader.run import Run
from hardware.bench.drawing.waveform import Mark, waveform

AROUND_NS = 1_500_000_000
"""How much is shown on either side of that place."""

OPENING_NS = 10_000_000_000
"""How much is shown from t = 0 where no place is named."""


def picture(marks: LabScore, result: ItemResult) -> str:
    """An SVG of the seed and episode that the result tells of; empty when no pin was used."""
    seed = min(marks.seeds, key=lambda seed: seed.items[result.id].points)
    run = seed.runs[result.episode]
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
