"""L16: how long a battery lasts with deep sleep, and with `time.sleep()`."""

from itertools import pairwise

from grader import Episode, Run, observe
from grader.measure import power

CELL_MAH, WORKS_MA, WAITS_MA, ASLEEP_MA = 2000, 100, 40, 0.01
TURNS = 10


@observe(Episode("predict", seconds=1260, from_reset=True), program="experiment.py")
def days(run: Run) -> dict[str, str] | None:
    """The days that the battery lasts by the currents of the lesson."""
    lines = [one for one in run.all_lines() if one.text in ("work", "wait")]
    begins = [one.at_ns for one in lines if one.text == "work"]
    if len(begins) < 2 * TURNS:
        return None
    half = begins[TURNS]
    spans = [one for one in power.power_spans(run) if one.at_ns < half]
    states = {"active": WORKS_MA, "deep_sleep": ASLEEP_MA}
    deep = sum(
        (min(one.to_ns, half) - max(one.at_ns, begins[0])) * states.get(one.state, 0.0)
        for one in spans
    )
    end = begins[2 * TURNS - 1]
    waited = sum(
        (b.at_ns - a.at_ns) * (WORKS_MA if a.text == "work" else WAITS_MA)
        for a, b in pairwise(lines)
        if half <= a.at_ns < end
    )
    return {
        "deep": _days(deep / (half - begins[0])),
        "waits": _days(waited / (end - half)),
    }


def _days(milliamps: float) -> str:
    return f"{CELL_MAH / milliamps / 24:.0f}"
