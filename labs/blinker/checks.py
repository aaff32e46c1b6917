"""L00: an LED blinks with the two times of a file."""

import json
import random

from grader import BoardType, Episode, Millis, Run, Within, check, ms, observe
from grader.measure.pins import other_pin

PUBLIC = (300, 700)
"""On and off in ms, in the example that trainees get."""
FLASHES = 5
APART = 60
"""Hidden times differ by more than this (ms) from the example and from each other, so that each
mutant is found."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """One episode. Each seed has other times; seed 0 is the example."""
    on, off = PUBLIC if seed == 0 else hidden_times(random.Random(seed))
    # Long enough also for a program that uses the longer time for both on and off.
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
    """Times with which every mutant differs from the right program."""
    while True:
        on, off = rng.randrange(200, 1000, 10), rng.randrange(200, 1000, 10)
        if min(abs(on - off), abs(on - PUBLIC[0]), abs(off - PUBLIC[1])) > APART:
            return on, off


def planned_on(run: Run) -> Millis:
    """The time in the file for on."""
    planned: Millis = run.data["on"]
    return planned


def planned_off(run: Run) -> Millis:
    """The time in the file for off."""
    planned: Millis = run.data["off"]
    return planned


def why_on(run: Run) -> str:
    """It drives another pin, or uses the example's time and not the file's."""
    if reason := other_pin(run, "LED_G"):
        return reason
    times = run.signal("LED_G").widths(True)
    is_public = planned_on(run) == ms(PUBLIC[0])
    return "hardcoded" if not is_public and times and near(times, PUBLIC[0]) else ""


def why_off(run: Run) -> str:
    """The same, or it uses the time of on."""
    if reason := why_on(run):
        return reason
    times = run.signal("LED_G").widths(False)
    return "same_time" if times and near(times, planned_on(run)) else ""


def near(times: list[Millis], wanted: float) -> bool:
    """Whether all times are about as long as `wanted`."""
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
    """The length of each flash; None when there are too few."""
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
    """The length of each dark time between two flashes; None when there are too few."""
    found = run.signal("LED_G").widths(False)
    return found if len(found) >= FLASHES else None


@observe(Episode("predict", seconds=10))
def flashes(run: Run) -> dict[str, str]:
    """How often the LED went on in 10 s, with the times of the example."""
    lamp = run.signal("LED_G")
    return {"count": str(len(lamp.rises_ns()) + int(lamp.at(0)))}
