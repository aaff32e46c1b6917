"""L07's stimulus: distances, temperatures, faults of the echo, and a moving level.

All times in `data` are milliseconds since t = 0. `path` is the distance of the surface:
pairs of a time and the mm from then on. `spans` are the times in which distances count.
"""

import json
import random
from collections.abc import Sequence
from itertools import pairwise

from grader import BoardType, Episode, Step, ms, serial, set_control

PUBLIC_HEIGHT = 2000
UPPER, LOWER, TOLERANCE = 70, 30, 0.5
"""Limits of the bar and the noise at them, in percent of the height."""
REST_MS, STEP_MS = 5000, 40
SETTLED_MS = 300
"""After this time a program uses a TEMP that has arrived."""

Path = list[tuple[float, float]]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Distances; two temperatures; lost and stuck echoes; the tank empties and fills."""
    rng = random.Random(seed)
    height = hidden_height(rng) if seed else PUBLIC_HEIGHT
    return [distances(rng, height), warm(rng, height), fault(rng, height), bar(rng, height)]


def hidden_height(rng: random.Random) -> int:
    """A height so far from the public one that `bar` finds a program that uses the public one."""
    return rng.choice([rng.randrange(1500, 1701), rng.randrange(2350, 3501)])


def distances(rng: random.Random, height: int) -> Episode:
    """Twelve distances at 20 °C, both ends of the range among them. A near one and a far one in
    turn: then a line that comes late, like the median of the last three, is always a wrong one."""
    lengths = [rng.uniform(50, 90), rng.uniform(3300, 3500)]
    lengths = sorted([*lengths, *(rng.uniform(100, 3300) for _ in range(10))])
    near, far = rng.sample(lengths[:6], k=6), rng.sample(lengths[6:], k=6)
    path, end = steps_of(rng, [mm for pair in zip(near, far, strict=True) for mm in pair], 0)
    data = {"path": path, "spans": [(0, end)]}
    return Episode("range", end / 1000, config(height), surface(path), data)


def warm(rng: random.Random, height: int) -> Episode:
    """Six distances at 5 °C, and six at 45 °C."""
    path: Path = []
    steps: list[Step] = []
    spans, at = [], 0.0
    for celsius in (5, 45):
        lengths = [rng.uniform(3000, 3500), *(rng.uniform(500, 3500) for _ in range(5))]
        more, end = steps_of(rng, rng.sample(lengths, k=len(lengths)), at)
        sent_at = at + rng.uniform(50, 250)
        steps += set_control("sonar", "temperature", celsius, at=ms(at))
        steps += serial(b"TEMP %d\n" % celsius, at=ms(sent_at))
        spans.append((sent_at + SETTLED_MS, end - STEP_MS))  # a trigger takes some time
        path, at = path + more, end
    data = {"path": path, "spans": spans}
    return Episode("warm", at / 1000, config(height), steps + surface(path), data)


def fault(rng: random.Random, height: int) -> Episode:
    """Three triggers without an echo, and later three echoes that are stuck. A program that does
    not look at ECHO cannot know when."""
    path = [(0.0, height * rng.uniform(0.15, 0.6))]
    lost = rng.uniform(700, 2200)
    stuck = lost + rng.uniform(900, 2200)
    steps = surface(path) + echo_fault("silent", 1, 3, lost) + echo_fault("stuck", 1, 3, stuck)
    return Episode("fault", (stuck + 1800) / 1000, config(height), steps, {"path": path})


def bar(rng: random.Random, height: int) -> Episode:
    """Through both limits and back, with 5 s of noise at each limit, and a ghost echo elsewhere.

    The lowest level and the one between the limits are chosen so that a program with another
    height than the one in cfg.json shows a wrong LED there.
    """
    high, low = rng.uniform(80, 92), rng.uniform(20, 25)
    turns = [high, UPPER, rng.uniform(34, 38), LOWER, low]
    turns += [LOWER, rng.uniform(34, 38), UPPER, high]
    if rng.random() < 0.5:
        turns = turns[4:] + turns[1:5]
    rests = {turns.index(UPPER, rng.choice([0, 4])), turns.index(LOWER, rng.choice([0, 4]))}
    ghost_in = 4 if turns[0] == high else 8  # at the lowest level it moves a mean of three, too
    speed, at, ghost_at = rng.uniform(22, 30), rng.uniform(1200, 1600), 0.0
    path: Path = [(0.0, turns[0])]
    steps: list[Step] = []
    for number, (before, level) in enumerate(pairwise(turns), 1):
        more, at = ramp(before, level, at, speed)
        path += more
        if number in rests:
            share = TOLERANCE / (100 - level)
            steps += set_control("sonar", "noise", share, at=ms(at))
            steps += set_control("sonar", "noise", 0, at=ms(at + REST_MS))
            at += REST_MS
        elif level not in (UPPER, LOWER):
            ghost_at = at + rng.uniform(700, 800) if number == ghost_in else ghost_at
            at += rng.uniform(1300, 1700)
    steps += echo_fault("ghost", height * rng.uniform(0.05, 0.2) / 10, 1, ghost_at)
    mm = [(t, height * (1 - level / 100)) for t, level in path]
    data = {"path": mm, "height": height, "ghost": ghost_at}
    return Episode("bar", at / 1000, config(height), surface(mm) + steps, data)


def config(height: int) -> dict[str, bytes | None]:
    """The file with the tank's height."""
    return {"cfg.json": json.dumps({"height_mm": height}).encode()}


def steps_of(rng: random.Random, lengths: Sequence[float], at: float) -> tuple[Path, float]:
    """The distances one after the other, each for 320 to 450 ms; and the end of the last one."""
    path = []
    for mm in lengths:
        path.append((at, mm))
        at += rng.uniform(320, 450)
    return path, at


def ramp(before: float, level: float, at: float, speed: float) -> tuple[Path, float]:
    """The path from one level to another at `speed` percent per second; and when it ends."""
    count = max(1, round(abs(level - before) / speed * 1000 / STEP_MS))
    path = [(at + STEP_MS * n, before + (level - before) * n / count) for n in range(1, count + 1)]
    return path, path[-1][0]


def surface(path: Path) -> list[Step]:
    """Move the water's surface."""
    return [s for at, mm in path for s in set_control("sonar", "distance", mm / 10, at=ms(at))]


def echo_fault(name: str, value: float, times: int, at: float) -> list[Step]:
    """A fault of the sensor for a number of measurements."""
    count = set_control("sonar", "fault_count", times, at=ms(at))
    return count + set_control("sonar", name, value, at=ms(at))
