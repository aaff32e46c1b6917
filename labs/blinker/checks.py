"""L00: an LED blinks with the two times of a file."""

import json
import random

from grader import BoardType, Episode, Millis, Run, Within, check, ms
from grader.measure.pins import other_pin

PUBLIC = (300, 700)
"""Milliseconds on and off of the example that trainees have."""
FLASHES = 5
APART = 60
"""Hidden times differ so much from the example, and from each other, that each mutant shows."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """One episode, with other times for each seed; seed 0 is the example."""
    on, off = PUBLIC if seed == 0 else hidden_times(random.Random(seed))
    # Long enough also for who takes the longer time for both: those flashes can be right.
    longest = 2 * max(on, off)
    return [
        Episode(
            "blink",
            seconds=longest * (FLASHES + 2) / 1000,
            files={"blink.json": json.dumps([on, off]).encode()},
            data={"on": ms(on), "off": ms(off)},
        )
    ]


def hidden_times(rng: random.Random) -> tuple[int, int]:
    """Times by which every mutant is told from the right program."""
    while True:
        on, off = rng.randrange(200, 1000, 10), rng.randrange(200, 1000, 10)
        if min(abs(on - off), abs(on - PUBLIC[0]), abs(off - PUBLIC[1])) > APART:
            return on, off


def planned_on(run: Run) -> Millis:
    """The time that the file says for on."""
    planned: Millis = run.data["on"]
    return planned


def planned_off(run: Run) -> Millis:
    """The time that the file says for off."""
    planned: Millis = run.data["off"]
    return planned


def why_on(run: Run) -> str:
    """Another pin, or the example's time, whatever the file says."""
    if reason := other_pin(run, "LED_G"):
        return reason
    times = run.signal("LED_G").widths(True)
    told = planned_on(run) == ms(PUBLIC[0])
    return "hardcoded" if not told and times and near(times, PUBLIC[0]) else ""


def why_off(run: Run) -> str:
    """The same, or the time of on once more."""
    if reason := why_on(run):
        return reason
    times = run.signal("LED_G").widths(False)
    return "same_time" if times and near(times, planned_on(run)) else ""


def near(times: list[Millis], wanted: float) -> bool:
    """Whether all times are that one, or nearly so."""
    return all(abs(time - wanted) < APART / 2 for time in times)


@check(
    "a",
    points=9,
    expect=Within(ms(10), of=planned_on),
    partial={Within(ms(30), of=planned_on): 5},
    on_miss="on_time",
    why=why_on,
    stated=[FLASHES],
)
def on_times(run: Run) -> list[Millis] | None:
    """How long each flash was; nothing when there were too few."""
    found = run.signal("LED_G").widths(True)
    return found if len(found) >= FLASHES else None


@check(
    "b",
    points=9,
    expect=Within(ms(10), of=planned_off),
    partial={Within(ms(30), of=planned_off): 5},
    on_miss="off_time",
    why=why_off,
    stated=[FLASHES],
)
def off_times(run: Run) -> list[Millis] | None:
    """How long it was dark between two flashes; nothing when there were too few."""
    found = run.signal("LED_G").widths(False)
    return found if len(found) >= FLASHES else None
