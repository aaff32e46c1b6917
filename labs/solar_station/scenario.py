"""C1's stimulus: a day of the sun, a battery that runs low, and half a dozen short runs.

`data` of the board's episodes: `device` (what device.json has), `base` (the beginning of its
topics), `utc` (the seconds since 1970 at t = 0), and `paths`: the steps of the bus voltage `v`,
the panel current `i` (None: its cable is open), the irradiance `g` and the panel temperature `t`
(None: its sensor is silent), each a list of (seconds since t = 0, value). `day` has `reset`;
`load` has `due`, when the load must be switched, and to which level; the runs with dust have
`dust` and `dark`, from when to when; `hot` and `dust_2` have `silent`, from when on there is no
temperature. `day` has `down` and `back`, when the broker goes and comes back. `host` has
`batches`, and what the functions must know.
"""

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from grader import BoardType, Episode, Step, hard_reset, ms, set_control

PUBLIC = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "site": "assiut",
    "n": 1,
    "tz_min": 120,
    "ratio": 12.0,
    "u_zero": 0.5,
    "a_per_v": 8.0,
    "rl10": 16.0,
    "k": 0.3,
    "gamma": 0.004,
    "v_off": 22.5,
    "v_on": 24.5,
    "tracker": [
        [0, 90],
        [360, 30],
        [480, 55],
        [600, 80],
        [720, 100],
        [840, 125],
        [960, 150],
        [1080, 90],
    ],
}
SITES = ("borg-el-arab", "assiut", "aswan", "minya", "benban", "qena")
SUPPLY_V = 3.3
HOUR = 3600
FIRST_H, LAST_H = 6, 18
TEMPERATURE_S = 300
APART_S = 3
"""A panel's temperature changes slowly; its sensor costs the most time on the bench."""

Path = list[tuple[float, float | None]]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The episodes of the board, and one of the functions on the computer."""
    rng = random.Random(seed)
    device = hidden_device(rng) if seed else PUBLIC
    return [
        day(rng, device),
        load(rng, device),
        clear(rng, device),
        cloudy(rng, device),
        hot(rng, device),
        sunset(rng, device),
        dusty(rng, device, "dust_1"),
        dusty(rng, device, "dust_2"),
        host(rng),
    ]


def hidden_device(rng: random.Random) -> dict[str, Any]:
    """Another network, station and calibration than the public one."""
    v_off = round(rng.uniform(21.5, 23.0), 1)
    return {
        "ssid": f"net-{rng.randrange(100, 1000)}",
        "password": f"{rng.choice(('green', 'white', 'red'))}-river-{rng.randrange(10, 100)}",
        "broker": PUBLIC["broker"],
        "site": rng.choice(SITES),
        "n": rng.randrange(2, 20),
        "tz_min": rng.choice((120, 180)),
        "ratio": round(rng.uniform(11.5, 13.0), 1),
        "u_zero": round(rng.uniform(0.40, 0.49), 2),
        "a_per_v": round(rng.uniform(8.3, 9.0), 1),
        "rl10": round(rng.uniform(13, 19), 1),
        "k": round(rng.uniform(0.24, 0.29), 3),
        "gamma": round(rng.uniform(0.0038, 0.0046), 4),
        "v_off": v_off,
        "v_on": round(v_off + rng.uniform(1.8, 2.4), 1),
        "tracker": tracker(rng),
    }


def tracker(rng: random.Random) -> list[list[int]]:
    """Parked at night; by day from east to west, in steps at odd minutes."""
    at, angle = 60 * FIRST_H + rng.randrange(15, 40), rng.randrange(15, 31)
    rows = [[0, rng.choice((80, 90, 100))]]
    while at < 60 * LAST_H - 40:
        rows.append([at, angle])
        at += rng.randrange(47, 84)
        angle += rng.randrange(11, 17)
    return [*rows, [60 * LAST_H - 20, 90]]


def episode(
    name: str,
    rng: random.Random,
    device: dict[str, Any],
    seconds: float,
    paths: dict[str, Path],
    steps: Sequence[Step] = (),
    *,
    hour: float = 11.0,
    display: bool = False,
    **data: Any,
) -> Episode:
    """One of the board, that begins at this hour of local time."""
    local = datetime(
        rng.randrange(2026, 2031), rng.randrange(4, 10), rng.randrange(1, 29), tzinfo=UTC
    )
    utc = (local + timedelta(hours=hour, minutes=-device["tz_min"])).timestamp()
    shown = device | {"display": display}
    return Episode(
        name,
        seconds,
        {"device.json": json.dumps(shown).encode()},
        [*set_control("ap", "utc", utc, at=ms(0)), *controls(device, paths), *steps],
        {
            "device": shown,
            "base": f"mcit/{device['site']}/solar/{device['n']}/",
            "utc": utc,
            "paths": paths,
            **data,
        },
        attrs={
            "ap": {"ssid": device["ssid"], "password": device["password"]},
            "sun": {"rl10": str(device["rl10"])},
            "panel": {"temperature": str(paths["t"][0][1])},
        },
    )


def controls(device: dict[str, Any], paths: dict[str, Path]) -> list[Step]:
    """The steps of all parts: pins see volts, not what they mean."""
    steps: list[Step] = []
    for at, v in paths["v"]:
        steps += put("bus", "position", (v or 0) / device["ratio"] / SUPPLY_V, at)
    for at, i in paths["i"]:
        volts = 0.0 if i is None else device["u_zero"] + i / device["a_per_v"]
        steps += put("current", "position", volts / SUPPLY_V, at)
    for at, g in paths["g"]:
        steps += put("sun", "lux", g or 0, at)
    for at, t in paths["t"]:
        steps += put("panel", "silent", t is None, at)
        steps += put("panel", "temperature", t, at) if t is not None else []
    return steps


def put(part: str, control: str, value: float, at_s: float) -> list[Step]:
    """A control of a part, at a second."""
    return set_control(part, control, round(float(value), 6), at=ms(1000 * at_s))


# The sun and the panel.


def panel(
    rng: random.Random,
    device: dict[str, Any],
    seconds: float,
    sun: Callable[[float], float],
    share: Callable[[float], float],
    celsius: Callable[[float], float],
    every_s: tuple[float, float] = (30, 80),
) -> dict[str, Path]:
    """The paths of a panel under a sun (W/m² at a second), which gives this share of the power
    that it should give."""
    temperatures: Path = [(0.0, round(celsius(0), 1))]
    paths: dict[str, Path] = {"v": [], "i": [], "g": [], "t": temperatures}
    at = 0.0
    while at < seconds:
        if at - temperatures[-1][0] >= TEMPERATURE_S:
            temperatures.append((at, round(celsius(at), 1)))
        t = temperatures[-1][1] or 0.0
        g = round(max(1.0, sun(at)), 1)
        v = round(rng.uniform(25.2, 27.8), 2)
        watts = share(at) * device["k"] * g * (1 - device["gamma"] * (t - 25))
        paths["v"].append((at, v))
        paths["i"].append((at, round(watts / v, 3)))
        paths["g"].append((at, g))
        at = round(at + rng.uniform(*every_s), 1)
    return paths


def apart(path: Path, at: float) -> float:
    """The next moment that is 3 s away from each step of a path: a program that reads each second
    would take a shorter piece for a whole second, or miss it."""
    while any(abs(at - step) < APART_S for step, _value in path):
        at += 1
    return at


def replaced(path: Path, spans: Sequence[tuple[float, float]]) -> Path:
    """A path without a value in these spans."""
    for begin, end in ((apart(path, begin), apart(path, end)) for begin, end in spans):
        before = [step for step in path if step[0] <= begin]
        path = [
            *before,
            (begin, None),
            (end, [value for at, value in path if at <= end][-1]),
            *[step for step in path if step[0] > end],
        ]
    return path


def day(rng: random.Random, device: dict[str, Any]) -> Episode:
    """06:00 to 18:00 with clouds. Some times the cable of the current sensor is open, and once the
    temperature sensor is silent. The broker is away for nearly as long as a log must
    have room for, and meanwhile the board is reset, when a ring of 240 minutes has gone round."""
    seconds = (LAST_H - FIRST_H) * HOUR
    noon = rng.uniform(900, 1000)

    def sun(at: float) -> float:
        height = math.sin(math.pi * (at / HOUR + 0.3) / (LAST_H - FIRST_H + 0.6))
        return noon * height * rng.choice((1.0, 0.95, 0.9, 0.6))

    def celsius(at: float) -> float:
        return 25 + 30 * math.sin(math.pi * at / seconds) + rng.uniform(-1, 1)

    paths = panel(rng, device, seconds, sun, lambda at: rng.uniform(0.88, 0.98), celsius)
    opened = [(HOUR * h + rng.uniform(0, 600), rng.uniform(22, 40)) for h in range(1, 11, 2)]
    opened.append((HOUR * 2 + rng.uniform(0, 600), rng.uniform(150, 180)))
    paths["i"] = replaced(paths["i"], sorted((at, at + wide) for at, wide in opened))
    loose = HOUR * 9 + rng.uniform(0, 600)
    paths["t"] = [
        *[step for step in paths["t"] if step[0] < loose],
        (loose, None),
        *[step for step in paths["t"] if step[0] > loose + 1000],
    ]
    down = HOUR * rng.uniform(3.9, 4.4)
    reset = down + rng.uniform(1000, 1600)
    back = down + 60 * rng.uniform(186, 191)
    steps = [
        *put("ap", "broker", 0, down),
        *hard_reset(at=ms(1000 * reset)),
        *put("ap", "broker", 1, back),
    ]
    data: dict[str, Any] = {"down": down, "reset": reset, "back": back}
    return episode("day", rng, device, seconds, paths, steps, hour=FIRST_H, **data)


def load(rng: random.Random, device: dict[str, Any]) -> Episode:
    """A battery that runs low and is charged again, with short dips and rises in between; and a
    display."""
    low, high = device["v_off"], device["v_on"]

    def below() -> float:
        return float(low - rng.uniform(0.3, 1.5))

    def above() -> float:
        return float(high + rng.uniform(0.3, 1.5))

    def between() -> float:
        return rng.uniform(low + 0.3, high - 0.3)

    rows = [  # volts, for how long, and the level of the load after OFF or ON seconds
        (above(), rng.uniform(14, 18), None),
        (below(), rng.uniform(2.2, 3.4), None),
        (between(), rng.uniform(2.2, 3.4), None),
        (below(), rng.uniform(2.2, 3.4), None),
        (between(), rng.uniform(14, 18), None),
        (below(), rng.uniform(12, 16), 0),
        (between(), rng.uniform(34, 38), None),
        (above(), rng.uniform(20, 25), None),
        (between(), rng.uniform(2.2, 3.4), None),
        (above(), rng.uniform(20, 25), None),
        (below(), rng.uniform(8, 10), None),
        (above(), rng.uniform(40, 46), 1),
        (between(), rng.uniform(12, 16), None),
        (below(), rng.uniform(9, 12), 0),
        (above(), rng.uniform(40, 46), 1),
        (between(), rng.uniform(20, 25), None),
    ]
    volts: Path = []
    amps: Path = []
    due = []
    at = 0.0
    for v, length, level in rows:
        volts.append((round(at, 2), round(v, 2)))
        amps.append((round(at, 2), round(rng.uniform(5.5, 12), 2)))
        if level is not None:
            due.append((round(at, 2) + (30 if level else 5), level))
        at += length
    paths: dict[str, Path] = {"v": volts, "i": amps, "g": [(0.0, 600.0)], "t": [(0.0, 40.0)]}
    return episode("load", rng, device, round(at, 2), paths, display=True, due=due)


# The runs for the dust alarm.

RUN_S = 30 * 60
"""Long enough for the alarm, which takes ten minutes."""


def clear(rng: random.Random, device: dict[str, Any]) -> Episode:
    """A panel that gives what it should."""
    noon = rng.uniform(800, 1000)
    paths = panel(
        rng,
        device,
        RUN_S,
        lambda at: noon - at / 20,
        lambda at: rng.uniform(0.85, 1.0),
        lambda at: rng.uniform(35, 50),
        (50, 90),
    )
    return episode("clear", rng, device, RUN_S, paths)


def cloudy(rng: random.Random, device: dict[str, Any]) -> Episode:
    """Clouds, and twice a shadow on the panel alone: each for less than ten minutes, with a good
    minute in between."""
    first = rng.uniform(200, 300)
    length = rng.uniform(420, 480)
    again = first + length + rng.uniform(100, 140)
    shadows = ((first, first + length), (again, again + length))

    def share(at: float) -> float:
        in_shadow = any(begin <= at < end for begin, end in shadows)
        return rng.uniform(0.45, 0.6) if in_shadow else rng.uniform(0.85, 1.0)

    def sun(at: float) -> float:
        return rng.choice((260, 350, 600, 900)) * rng.uniform(0.95, 1.05)

    paths = panel(rng, device, RUN_S, sun, share, lambda at: rng.uniform(30, 40), (20, 40))
    return episode("cloudy", rng, device, RUN_S, paths)


def hot(rng: random.Random, device: dict[str, Any]) -> Episode:
    """A hot panel gives less, and is clean. Its sensor falls silent."""
    cooling = 1 - device["gamma"] * 45
    paths = panel(
        rng,
        device,
        RUN_S,
        lambda at: rng.uniform(850, 1000),
        lambda at: rng.uniform(0.62, 0.66) / cooling,
        lambda at: rng.uniform(68, 72),
        (50, 90),
    )
    silent = rng.uniform(320, 450)
    paths["t"] = [*[step for step in paths["t"] if step[0] < silent], (silent, None)]
    return episode("hot", rng, device, RUN_S, paths, hour=13, silent=silent)


def sunset(rng: random.Random, device: dict[str, Any]) -> Episode:
    """The sun goes down. A shadow is on the panel alone, with a dark cloud in its middle. With
    little light the charger is off."""
    first = rng.uniform(90, 120)
    cloud = first + rng.uniform(460, 470)
    again = cloud + 70

    def height(at: float) -> float:
        return rng.uniform(100, 150) if cloud <= at < again else 380 - at / 5.8

    def share(at: float) -> float:
        if 380 - at / 5.8 < 190:
            return 0.0
        return rng.uniform(0.45, 0.6) if first <= at < again + 340 else rng.uniform(0.85, 1.0)

    paths = panel(rng, device, RUN_S, height, share, lambda at: rng.uniform(25, 35), (30, 60))
    return episode("sunset", rng, device, RUN_S, paths, hour=17)


def dusty(rng: random.Random, device: dict[str, Any], name: str) -> Episode:
    """A dust storm, and some time later somebody cleans the panel. A dark cloud comes in between.
    In one of these runs the temperature sensor is silent."""
    begin = rng.uniform(240, 400)
    end = begin + rng.uniform(1000, 1100)
    cloud = begin + rng.uniform(780, 800)

    def share(at: float) -> float:
        return rng.uniform(0.45, 0.6) if begin <= at < end else rng.uniform(0.85, 1.0)

    def sun(at: float) -> float:
        return rng.uniform(100, 150) if cloud <= at < cloud + 60 else rng.uniform(600, 900)

    paths = panel(rng, device, RUN_S, sun, share, lambda at: rng.uniform(30, 45), (20, 40))
    times = [at for at, _ in paths["i"]]
    dust, dark = (
        tuple(next(at for at in times if at >= edge) for edge in edges)
        for edges in ((begin, end), (cloud, cloud + 60))
    )
    data: dict[str, Any] = {"dust": dust, "dark": dark}
    if name == "dust_2":
        paths["t"] = [paths["t"][0], (0.0, None)]
        data["silent"] = 0.0
    return episode(name, rng, device, RUN_S, paths, **data)


# The functions on the computer.


def host(rng: random.Random) -> Episode:
    """What three stations at two sites sent on one day: some messages twice, and some late."""
    sites = rng.sample(SITES, k=2)
    midnight = 86_400 * rng.randrange(20_600, 21_000)
    k, gamma = round(rng.uniform(0.25, 0.33), 3), 0.004
    messages = []
    for site, n in ((sites[0], 1), (sites[0], 2), (sites[1], 1)):
        messages += list(one_station(rng, site, n, midnight, k, gamma))
    rng.shuffle(messages)
    half = len(messages) // 2
    early, late = messages[:half], messages[half:]
    batches = [early + rng.sample(early, k=8), late + rng.sample(early, k=8)]
    data = {"batches": batches, "midnight": midnight, "k": k, "gamma": gamma}
    return Episode("host", 0.5, data=data)


def one_station(
    rng: random.Random, site: str, n: int, midnight: int, k: float, gamma: float
) -> Iterator[list[str]]:
    """Messages of a station, as the broker gives them: topic and payload."""
    wh, seq = rng.uniform(100, 9000), rng.randrange(1, 100)
    for minute in sorted(rng.sample(range(8 * 60, 16 * 60), k=45)):
        v, g, t = rng.uniform(25, 28), rng.uniform(50, 1000), rng.uniform(25, 65)
        share = rng.choice((0.9, 0.95, 0.62, 0.9, 0.75))
        i: float | None = share * k * g * (1 - gamma * (t - 25)) / v
        wh += v * (i or 0) * rng.uniform(0.1, 0.3)
        i = None if rng.random() < 0.1 else i
        seq += 1
        m = {
            "v": round(v, 3),
            "i": None if i is None else round(i, 3),
            "g": round(g, 1),
            "t": round(t, 1),
            "wh": round(wh, 2),
        }
        payload = {
            "v": 1,
            "id": f"{site}-{n}",
            "seq": seq,
            "ts": midnight + 60 * minute,
            "q": int(i is None),
            "m": m,
        }
        yield [f"mcit/{site}/solar/{n}/telemetry", json.dumps(payload)]
