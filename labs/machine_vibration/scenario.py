"""L11's stimulus: a machine that vibrates below and above its limit, and one that is hit.

`data` has `config` (cfg.json), `public` (the same of the lesson) and the motion: `path` is the
acceleration without vibration, pairs of a time (ms since t = 0) and three g from then on; `swings`
are pairs of a time and the amplitude of each axis, at `hertz` and with the angles `phases` at that
time. `vib` has `levels` (a time and the RMS in mg), `long` (begin and end of the long time above
the limit), `references` (a time and the attitude from which TILT counts from then on), `cal_ms`
(the first CAL) and `other_ms` (another line); `shock` has `hits`: a time and the kind.
"""

import json
import math
import random
from itertools import combinations

from grader import BoardType, Episode, Step, ms, serial, set_control, wave

AXES = "XYZ"
LOW, HIGH = 0x68, 0x69
"""The addresses of an MPU6050, by its pin AD0."""
PUBLIC = {"addr": LOW, "range_g": 8, "limit_mg": 400}
QUIET, NEAR, LOUD = (0.3, 0.5), (0.8, 0.85), (1.15, 1.3)
"""RMS in parts of the limit. QUIET and LOUD together are so low that a window with a half of each
is below the limit: the short time above it fills at most two windows, wherever they begin."""
SHORT_MS, LONG_MS, NEAR_MS, REST_MS = 2000, 5000, 3300, (2400, 3000)
HITS, SHOCK_MS, SPIKE_MS, HIT_G, GAP_MS = 6, (40, 80), 5, (2.8, 3.4), (550, 750)
SOFT, SOFT_G, AGAIN_MS = 2, (1.8, 2.2), 250
TURNED_MS, OTHER_MS, AGAIN_CAL_MS = 250, 3000, 5500
"""From the first CAL to another attitude, to a line that is not CAL, and to the next CAL. Windows
are a second long, so that one of the two CAL is in the first half of a window, wherever they
begin: the end of this window has another attitude."""
UP = (0.0, 0.0, 1.0)

Vector = tuple[float, float, float]
Config = dict[str, int]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The vibrating machine, and the one that is hit. With a hidden seed each of them has another
    address, so that a program with either of them is found; and the long time above the limit
    comes after the short one, so that an LED with the times of the public seed is found, and one
    that counts windows which are not in a row."""
    rng = random.Random(seed)
    config = hidden_config(rng) if seed else PUBLIC
    blocks = rng.sample(["short", "near"], k=2)
    blocks.insert(rng.randint(blocks.index("short") + 1, 2) if seed else 0, "long")
    vibrating = config | {"addr": HIGH if seed else LOW}
    return [vib(rng, vibrating, blocks), shock(rng, config | {"addr": LOW})]


def hidden_config(rng: random.Random) -> Config:
    """A range and a limit so far from the public ones that a program with those is found. With up
    to 700 mg no sample of `vib` is beyond 2 g."""
    limit_mg = rng.choice([rng.randrange(200, 301), rng.randrange(600, 701)])
    return {"addr": HIGH, "range_g": rng.choice([4, 16]), "limit_mg": limit_mg}


def episode(
    name: str, config: Config, end_ms: float, steps: list[Step], data: dict[str, object]
) -> Episode:
    """An episode in which the switch at AD0 stands at the sensor's address."""
    return Episode(
        name,
        seconds=end_ms / 1000,
        files={"cfg.json": json.dumps(config).encode()},
        steps=steps,
        attrs={"ad0": {"value": "1" if config["addr"] == HIGH else ""}},
        data={"config": config, "public": PUBLIC, **data},
    )


def attitude(rng: random.Random, axis: int, is_over: bool = False) -> Vector:
    """Tilted by 20 to 70 degrees to the negative side of one axis, or by 110 to 160; the other is
    about level."""
    degrees = rng.uniform(110, 160) if is_over else rng.uniform(20, 70)
    tilt, level = math.radians(degrees), rng.uniform(-0.01, 0.01)
    side, up = -math.sin(tilt), math.cos(tilt)
    return (level, side, up) if axis else (side, level, up)


def angle(a: Vector, b: Vector) -> float:
    """The angle between two attitudes in degrees."""
    cos = sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))
    return math.degrees(math.acos(min(1.0, cos)))


def attitudes(rng: random.Random) -> tuple[Vector, Vector]:
    """Two attitudes, tilted to different sides, the second one upside down. The angle between
    them, that of each to +Z, the difference of those two, and the angle with the same sine
    differ, so that a wrong TILT tells which of them it is."""
    axis = rng.randrange(2)
    while True:
        first, second = attitude(rng, axis), attitude(rng, 1 - axis, is_over=True)
        between, *tilts = angle(first, second), angle(first, UP), angle(second, UP)
        angles = [between, *tilts, tilts[1] - tilts[0], 180 - between]
        if all(abs(a - b) > 5 for a, b in combinations(angles, 2)):
            return first, second


def move(vector: Vector, at_ms: float) -> list[Step]:
    """The sensor has this acceleration from now on, besides the vibration."""
    return [
        step
        for axis, g in zip(AXES, vector, strict=True)
        for step in set_control("imu", f"accel{axis}", g, at=ms(at_ms))
    ]


def vib(rng: random.Random, config: Config, blocks: list[str]) -> Episode:
    """A short and a long time above the limit and one just below it, with rests between; in one of
    the rests comes CAL, then another attitude, a line that is not CAL, CAL again, and then the
    first attitude."""
    limit_mg = config["limit_mg"]
    first, second = attitudes(rng)
    levels: list[tuple[float, float]] = []
    at = 0.0

    def run_at(parts: tuple[float, float], for_ms: float) -> None:
        nonlocal at
        levels.append((at, limit_mg * rng.uniform(*parts)))
        at += for_ms

    cal_before = rng.choice(blocks[1:])
    path, cal_ms, long = [(0.0, first)], 0.0, (0.0, 0.0)
    word = rng.choice(("CALL", "RESET", "STATUS"))
    run_at(QUIET, rng.uniform(*REST_MS))
    for block in blocks:
        if block == cal_before:
            cal_ms = at
            path.append((cal_ms + TURNED_MS, second))
            path.append((cal_ms + AGAIN_CAL_MS + TURNED_MS, first))
            at = path[-1][0] + rng.uniform(*REST_MS)
        if block == "short":
            run_at(LOUD, SHORT_MS)
        elif block == "near":
            run_at(NEAR, NEAR_MS)
        else:
            long = (at, at + LONG_MS)
            run_at(LOUD, LONG_MS)
        run_at(QUIET, rng.uniform(*REST_MS))

    hertz, phases = rng.randint(8, 25), [rng.uniform(0, 360) for _ in AXES]
    share = [rng.uniform(0.6, 1) for _ in AXES]
    swings = [
        (t, [math.sqrt(2) * mg / 1000 * s / math.hypot(*share) for s in share]) for t, mg in levels
    ]
    steps = [step for t, vector in path for step in move(vector, t)]
    lines = [(0, "CAL"), (OTHER_MS, word), (AGAIN_CAL_MS, "CAL")]
    for after_ms, line in lines:
        steps += serial(f"{line}\n".encode(), at=ms(cal_ms + after_ms))
    for t, amplitudes in swings:
        for axis, amplitude, phase in zip(AXES, amplitudes, phases, strict=True):
            steps += wave(
                "imu", f"accel{axis}", hertz=hertz, amplitude=amplitude, at=ms(t), degrees=phase
            )
    motion = {"path": path, "swings": swings, "hertz": hertz, "phases": phases}
    data = {
        "levels": levels,
        "long": long,
        "references": [(0.0, UP), (cal_ms, first), (cal_ms + AGAIN_CAL_MS, second)],
        "cal_ms": cal_ms,
        "other_ms": cal_ms + OTHER_MS,
    }
    return episode("vib", config, at, steps, motion | data)


def shock(rng: random.Random, config: Config) -> Episode:
    """Shocks, one of them soon after another, spikes, and soft pushes, in any order. Spikes come
    in pairs half a sample period apart: a program that samples each 10 ms has a sample in one of
    each pair. A soft push turns the vector round: far from rest, but not long enough. One of the
    shocks is almost along an axis: a sensor whose range is ±2 g does not see how large it is."""
    rest = attitude(rng, rng.randrange(2))
    kinds = ["shock", "spike"] * HITS + ["soft"] * SOFT
    rng.shuffle(kinds)
    of_shocks = [n for n, kind in enumerate(kinds) if kind == "shock"]
    straight, doubled = rng.choice(of_shocks), rng.choice(of_shocks)
    kinds.insert(doubled + 1, "again")
    straight += straight > doubled
    path, hits, at, spikes = [(0.0, rest)], [], 1200.0, 0
    for n, kind in enumerate(kinds):
        at = 10.0 * round(at / 10)
        if kind == "spike":
            at += 5 * (spikes % 2) + 1.5 * (spikes // 2)
            spikes += 1
        if kind == "soft":
            hit, size = [-part for part in rest], rng.uniform(*SOFT_G)
        else:
            hit = [rng.choice((-1, 1)) * rng.uniform(0.3, 1) for _ in AXES]
            size = rng.uniform(*HIT_G)
        if n == straight:
            hit[rng.randrange(3)] = rng.choice((-5, 5))
        x, y, z = (size * part / math.hypot(*hit) for part in hit)
        for_ms = SPIKE_MS if kind == "spike" else rng.uniform(*SHOCK_MS)
        hits.append((at, kind))
        path += [(at, (x, y, z)), (at + for_ms, rest)]
        at += AGAIN_MS if n == doubled else for_ms + rng.uniform(*GAP_MS)
    steps = [step for t, vector in path for step in move(vector, t)]
    return episode("shock", config, at + 1000, steps, {"path": path, "swings": [], "hits": hits})
