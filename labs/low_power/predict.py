"""L16: how long the board is awake in an hour, and how long a battery lasts with that."""

from grader import Episode, Run, observe
from grader.measure.power import charge, power_spans, time_in

CURRENTS = {"active": 100, "light_sleep": 0.8, "deep_sleep": 0.01}
"""In milliamps, as in the question."""
BATTERY_MAH, HOURS = 2000, 24


@observe(Episode("predict", seconds=3600))
def battery(run: Run) -> dict[str, str]:
    """The time awake in an hour, and the days that a battery lasts."""
    awake_s = time_in(power_spans(run), "active") / 1000
    days = BATTERY_MAH / (HOURS * charge(run, CURRENTS))
    return {"awake": f"{awake_s:.0f} s", "days": f"{days:.0f}"}
