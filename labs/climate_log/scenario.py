"""L08's stimulus: two minutes of weather, a minute with faults of the sensor, and a wrap of ticks.

`data` has the threshold of cfg.json (`hot_c`), the public one, and the number of `faults`.
"""

import json
import random

from grader import BoardType, Episode, Step, ms, set_control

PUBLIC_HOT = 35.0
PERIOD_S = 2.0
CLEAN_S, WRAP_S = 120, 12
TICKS_PERIOD, WRAP_AT_MS = 1 << 30, 5500
"""`ticks_ms()` begins again after so many ms. In `wrap` that is WRAP_AT_MS after power-on: READY
was there, and three readings follow."""
BURSTS = [(fault, times) for fault in ("bad_checksum", "silent") for times in (1, 2, 5)]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The weather with three crossings of the threshold, the faults in any order, and the wrap."""
    rng = random.Random(seed)
    hot_c = hidden_hot(rng) if seed else PUBLIC_HOT
    return [clean(rng, hot_c), faults(rng, hot_c), wrap(rng, hot_c)]


def hidden_hot(rng: random.Random) -> float:
    """A threshold two degrees or more from the public one, so that a program that uses the public
    one is found."""
    return round(rng.choice([rng.uniform(26, 33), rng.uniform(37, 42)]), 1)


def config(hot_c: float) -> dict[str, bytes | None]:
    """The file with the threshold."""
    return {"cfg.json": json.dumps({"hot_c": hot_c}).encode()}


def clean(rng: random.Random, hot_c: float) -> Episode:
    """Frost, and three times heat with small changes (a short pause between the first two), with
    frost between."""
    frost = [rng.uniform(-9, -6), rng.uniform(-6, -0.1)]
    weather = [*frost, rng.uniform(5, 20), *excursion(rng, hot_c)]
    weather += [hot_c - rng.uniform(0.8, 1.5), *excursion(rng, hot_c)]
    weather += [*rng.sample(frost, k=2), *excursion(rng, hot_c), rng.uniform(0.1, 20)]
    steps: list[Step] = []
    at = 0.0
    for celsius in weather:
        steps += set_control("dht", "temperature", round(celsius, 1), at=ms(at))
        steps += set_control("dht", "humidity", round(rng.uniform(20, 90), 1), at=ms(at))
        at += rng.uniform(4200, 5800)
    data = {"hot_c": hot_c, "public_hot_c": PUBLIC_HOT, "faults": 0}
    return Episode("clean", CLEAN_S, config(hot_c), steps, data)


def excursion(rng: random.Random, hot_c: float) -> list[float]:
    """One crossing: above, a little below (less than 0.5), above again, high above. The last step
    also crosses the public threshold, so that a program that uses it is found."""
    above = [hot_c + rng.uniform(0.3, 1.5) for _ in range(2)]
    below = hot_c - rng.choice([0.2, 0.3])
    return [above[0], below, above[1], rng.uniform(max(hot_c, PUBLIC_HOT) + 2, 49)]


def faults(rng: random.Random, hot_c: float) -> Episode:
    """1, 2 and 5 wrong checksums and as many missing answers, with right answers before and
    after. The weather changes with each fault and one reading before it, so that the rows beside
    a fault have values of their own."""
    steps = weather(12, 22, rng, 0)
    at = PERIOD_S * rng.uniform(3, 4)
    for fault, times in rng.sample(BURSTS, k=len(BURSTS)):
        steps += set_control("dht", "fault_count", times, at=ms(1000 * at))
        steps += set_control("dht", fault, 1, at=ms(1000 * at))
        at += PERIOD_S * (times + rng.uniform(2, 3))
        steps += weather(-9, 24, rng, at - 0.1 - PERIOD_S)
        steps += weather(-9, 24, rng, at - 0.1)
    data = {"faults": sum(times for _, times in BURSTS)}
    return Episode("faults", at + PERIOD_S, config(hot_c), steps, data)


def weather(least_c: float, most_c: float, rng: random.Random, at_s: float) -> list[Step]:
    """Other weather from now on."""
    celsius, percent = round(rng.uniform(least_c, most_c), 1), round(rng.uniform(45, 90), 1)
    return [
        *set_control("dht", "temperature", celsius, at=ms(1000 * at_s)),
        *set_control("dht", "humidity", percent, at=ms(1000 * at_s)),
    ]


def wrap(rng: random.Random, hot_c: float) -> Episode:
    """A few readings, and `ticks_ms()` begins again at 0 in between."""
    steps = weather(12, 22, rng, 0)
    ticks0_ms = TICKS_PERIOD - WRAP_AT_MS
    return Episode("wrap", WRAP_S, config(hot_c), steps, data={"faults": 0}, ticks0_ms=ticks0_ms)
