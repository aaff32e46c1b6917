"""C4's stimulus: 36 hours of a vaccine refrigerator, and 36 hours of a field.

`data` of the board's episodes: `device`, `topic`, `utc` (the seconds since 1970 at t = 0) and
`reset`. `vaccine` has `paths` (for each probe the steps of its temperature), `broken` (from when
to when the cable of probe 2 is), `excursions` (probe, begin, end, extreme, door) and `presses`.
`irrigation` has `rate` (the pump's pulses in a second), `due` (spans in which the pump must run),
`manual` (presses that must be answered), `denied` (those that must not), `never` (spans in which
it must be off), `blocked` (when no water flows), `cut` (the reset while the pump runs) and
`field` (the steps of soil and tank, None for no value).
Times are seconds since t = 0. `host` has `batches`.
"""

import json
import math
import random
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from grader import BoardType, Episode, Step, hard_reset, ms, press, set_control

PUBLIC: dict[str, Any] = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "site": "assiut",
    "n": 1,
    "tz_min": 120,
    "low": 2.0,
    "high": 8.0,
    "dry": 30,
    "wet": 60,
    "min_mm": 300,
    "tank_mm": 1500,
    "pulses_per_l": 150,
    "quota_l": 11.0,
    "manual_s": 30,
}
SITES = ("aswan", "minya", "luxor", "qena", "sohag", "damietta", "fayoum", "kharga")
HOUR, HALF_HOUR, SECONDS, SENT_S = 3600, 1800, 36 * 3600, 60
"""SENT_S: the messages of a half hour are sent by then."""
SUPPLY_V = 3.3
CUT_S = 60
"""From dry soil to the reset in a run: by then the pump has run for 25 s, and the quota is not
used up."""
RUN_S = 240
"""No run may be longer."""
START_H = 17
"""Local time at t = 0. So midnight is at 7 h and 31 h, 10:00 at 17 h and 16:00 at 23 h."""

Path = list[tuple[float, float]]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """A refrigerator, a field, and the functions on the computer."""
    rng = random.Random(seed)
    device = hidden_device(rng) if seed else PUBLIC
    return [vaccine(rng, device), irrigation(rng, device), host(rng)]


def hidden_device(rng: random.Random) -> dict[str, Any]:
    """Another network, place and limits than the public ones."""
    return PUBLIC | {
        "ssid": f"net-{rng.randrange(100, 1000)}",
        "password": f"{rng.choice(('green', 'white', 'red'))}-river-{rng.randrange(10, 100)}",
        "site": rng.choice(SITES),
        "n": rng.randrange(2, 20),
        "tz_min": rng.choice((120, 180)),
        "dry": rng.randrange(25, 36),
        "wet": rng.randrange(55, 66),
        "min_mm": rng.randrange(250, 400, 10),
        "tank_mm": rng.randrange(1300, 1800, 10),
        "pulses_per_l": rng.randrange(130, 171, 5),
        "quota_l": rng.randrange(100, 121) / 10,
        "manual_s": rng.randrange(20, 36),
    }


def episode(
    name: str, rng: random.Random, device: dict[str, Any], steps: list[Step], **data: Any
) -> Episode:
    """One of the board: the broker is away over midnight, and meanwhile the board is reset."""
    day = datetime(
        rng.randrange(2026, 2031), rng.randrange(4, 10), rng.randrange(1, 28), tzinfo=UTC
    )
    utc = (day + timedelta(hours=START_H, minutes=-device["tz_min"])).timestamp()
    down, back = HOUR * rng.uniform(6.2, 6.5), HOUR * rng.uniform(8.6, 8.9)
    reset = data["reset"]
    air = {"t": rng.randrange(250, 400) / 10, "h": rng.randrange(200, 700) / 10}
    own = device | {"profile": name}
    return Episode(
        name,
        SECONDS,
        {"device.json": json.dumps(own).encode()},
        [
            *set_control("ap", "utc", utc, at=ms(0)),
            *put("ap", "broker", 0, down),
            *put("ap", "broker", 1, back),
            *hard_reset(at=ms(1000 * reset)),
            *steps,
        ],
        {
            "device": own,
            "topic": f"mcit/{device['site']}/{name}/{device['n']}/telemetry",
            "utc": utc,
            "air": air,
            **data,
        },
        attrs={
            "ap": {"ssid": device["ssid"], "password": device["password"]},
            "air": {"temperature": str(air["t"]), "humidity": str(air["h"])},
        },
    )


def put(part: str, control: str, value: float, at_s: float) -> list[Step]:
    """A control of a part, at a second."""
    return set_control(part, control, round(float(value), 4), at=ms(1000 * at_s))


# The refrigerator.


@dataclass(frozen=True)
class Outside:
    """A time of a probe outside the limits, with the door at its beginning (1: open)."""

    probe: int
    begin: float
    end: float
    extreme: float
    door: int

    @property
    def is_excursion(self) -> bool:
        """Whether it is long enough to be reported."""
        return self.end - self.begin > 600


OUTSIDE = (  # from this hour on: the probe, whether too warm, the door, whether longer than 10 min
    (1.2, 1, True, 1, True),
    (2.5, 2, True, 0, False),
    (3.6, 2, False, 0, True),
    (6.8, 1, True, 0, True),  # over midnight, in the outage
    (9.6, 1, True, 0, False),
    (9.85, 1, True, 0, False),
    (12.4, 2, True, 0, True),
    (15.2, 1, False, 1, True),
    (19.5, 2, True, 1, True),
    (27.3, 1, True, 0, True),
    (33.0, 1, False, 0, False),
)


def vaccine(rng: random.Random, device: dict[str, Any]) -> Episode:
    """Eight excursions, and four times that are too short. In one of them the cable of the probe
    breaks, which ends it."""
    broken = round(HOUR * rng.uniform(21.5, 22), 1)
    mended = broken + HOUR * 2
    begin = round(broken - 60 * rng.uniform(13, 20), 1)
    cut_off = Outside(2, begin, broken, round(rng.uniform(9.5, 12.0), 1), 0)
    found = sorted([*outside(rng), cut_off], key=lambda one: one.begin)
    excursions = [one for one in found if one.is_excursion]
    paths = {n: path(rng, [one for one in found if one.probe == n]) for n in (1, 2)}
    presses = acknowledged(rng, excursions)
    steps = put("probe2", "broken", 1, broken) + put("probe2", "broken", 0, mended)
    for n, own in paths.items():
        for at, celsius in own:
            steps += put(f"probe{n}", "temperature", celsius, at)
    for one in found:
        if one.door:
            steps += put("door", "value", 1, one.begin - 100)
            steps += put("door", "value", 0, one.begin + 200)
    for at in presses:
        steps += press("btn1", at=ms(1000 * at), hold=ms(rng.randrange(150, 400)))
    return episode(
        "vaccine",
        rng,
        device,
        steps,
        reset=HOUR * rng.uniform(7.9, 8.4),
        paths={str(n): own for n, own in paths.items()},
        broken=(broken, mended),
        excursions=[astuple(one) for one in excursions],
        presses=presses,
    )


def outside(rng: random.Random) -> list[Outside]:
    """The times of `OUTSIDE`, each with a length and an extreme by chance."""
    found = []
    for hour, probe, is_warm, door, is_long in OUTSIDE:
        begin = HOUR * (hour + rng.uniform(0, 0.04))
        end = begin + 60 * (rng.uniform(13, 24) if is_long else rng.uniform(6, 8.4))
        extreme = rng.uniform(9.5, 12.0) if is_warm else rng.uniform(-4.0, 0.5)
        found.append(Outside(probe, round(begin, 1), round(end, 1), round(extreme, 1), door))
    return found


def path(rng: random.Random, own: list[Outside]) -> Path:
    """The steps of a probe's temperature: inside the limits, but for these times. Each of them
    has its extreme for three minutes in the middle."""
    found: Path = [(0.0, round(rng.uniform(3, 6.5), 1))]
    at = rng.uniform(300, 900)
    while at < SECONDS:
        if not any(one.begin - 60 <= at <= one.end + 60 for one in own):
            found.append((round(at, 1), round(rng.uniform(2.6, 7.4), 1)))
        at += rng.uniform(600, 1500)
    for one in own:
        is_warm = one.extreme > 5
        mild = max(8.3, one.extreme - 1.2) if is_warm else min(1.7, one.extreme + 1.2)
        middle = (one.begin + one.end) / 2
        found += [
            (one.begin, round(mild, 1)),
            (round(middle - 60, 1), one.extreme),
            (round(middle + 120, 1), round(mild, 1)),
            (one.end, 5.0),
        ]
    return sorted(found)


def acknowledged(rng: random.Random, excursions: list[Outside]) -> list[float]:
    """When the button is pressed for each of them: soon after its tenth minute, or only after its
    end, so that the buzzer must go on until then. Not while the messages of the half hour are
    sent: that may take seconds."""
    found = []
    for n, one in enumerate(excursions):
        at = one.begin + 640 + rng.uniform(60, 170) if n % 2 else one.end + rng.uniform(240, 540)
        found.append(round(at + (SENT_S if (at + 1) % HALF_HOUR < SENT_S else 0), 1))
    return found


# The field.


def irrigation(rng: random.Random, device: dict[str, Any]) -> Episode:
    """The soil gets dry and wet, in hours in which the pump may run, and in others; the tank gets
    low, the sensor of the soil breaks, the hose is blocked, and the button is pressed. Two runs of
    four minutes use up the quota: a pump that keeps to that time does not run when the button is
    pressed."""
    steps: list[Step] = []
    least = 1.05 * device["quota_l"] * device["pulses_per_l"] / (2 * RUN_S)
    rate = math.ceil(10 * least + rng.randrange(6)) / 10
    wet, dry = device["wet"] + 8, device["dry"] - 8
    middle = (device["wet"] + device["dry"]) // 2
    due: list[tuple[float, float]] = []
    never: list[tuple[float, float]] = []

    field: dict[str, list[tuple[float, float | None]]] = {"soil": [], "mm": []}

    def soil(percent: float, at: float) -> list[Step]:
        field["soil"].append((at, percent))
        return put("soil", "position", (0.5 + percent / 50) / SUPPLY_V, at)

    def level(mm: float, at: float) -> list[Step]:
        field["mm"].append((at, mm))
        return put("tank", "distance", (device["tank_mm"] - mm) / 10, at)

    steps += put("pump", "rate", rate, 0) + soil(middle, 0) + level(1000, 0)

    def thirst(hour: float, length: float) -> tuple[float, float]:
        begin = round(HOUR * hour + rng.uniform(0, 100), 1)
        nonlocal steps
        steps += soil(dry, begin) + soil(wet, begin + length) + soil(middle, begin + length + 900)
        return begin, begin + length

    due.append(thirst(2.2, rng.uniform(60, 80)))  # 19:12, and 16:00 or later by UTC
    begin, end = thirst(3, 400)  # 20:00, the tank is low
    steps += level(device["min_mm"] - 60, begin - 60) + level(1000, end + 60)
    never.append((begin, end))
    denied = [round(begin + rng.uniform(100, 300), 1)]
    begin = round(HOUR * 4.2, 1)  # the sensor of the soil is broken: 0 V
    field["soil"].append((begin, None))
    steps += put("soil", "position", 0, begin) + soil(middle, begin + 900)
    never.append((begin, begin + 900))
    thirst(5.3, 700)  # 22:18: what the first run has left of the day's quota runs out
    reset = HOUR * rng.uniform(6.6, 6.75)
    after = thirst(6.85, 300)  # 23:51: the board has forgotten nothing
    never.append(after)
    due.append(thirst(8.0, rng.uniform(60, 70)))  # 01:00, a new day
    blocked = thirst(10, 500)
    steps += put("pump", "blocked", 1, blocked[0] - 60)
    steps += put("pump", "blocked", 0, blocked[1] + 60)
    noon = thirst(17.3, 120)  # 10:18 local, and not 10 by UTC
    never.append(noon)
    denied.append(round(noon[0] + rng.uniform(40, 80), 1))
    due.append(thirst(26.2, rng.uniform(60, 70)))  # 19:12 again
    # Not while the messages of the half hour are sent: that may take seconds.
    manual = [round(HOUR * hour + rng.uniform(60, 300), 1) for hour in (27, 28.2)]
    steps += put("ap", "online", 0, manual[1] - 600) + put("ap", "online", 1, manual[1] + 900)
    for at in denied + manual:
        steps += press("btn1", at=ms(1000 * at), hold=ms(rng.randrange(150, 400)))
    cut = thirst(29.6, 900)[0] + CUT_S  # 22:36: the quota runs out, and a reset counts nothing
    steps += hard_reset(at=ms(1000 * cut))
    due.append(thirst(32.5, rng.uniform(60, 80)))
    return episode(
        "irrigation",
        rng,
        device,
        steps,
        reset=reset,
        rate=rate,
        due=due,
        never=never,
        blocked=blocked,
        cut=cut,
        field=field,
        manual=manual,
        denied=denied,
    )


# The functions on the computer.


def host(rng: random.Random) -> Episode:
    """What two refrigerators and two fields sent: some messages twice, some corrected later."""
    midnight = 86_400 * rng.randrange(20_600, 21_000)
    messages = []
    for name in ("assiut-1", "minya-2"):
        for seq in range(1, 13):
            begin = midnight + rng.randrange(86_400)
            m: dict[str, Any] = {"t1": rng.randrange(20, 80) / 10, "t2": None, "door": 0}
            kind = "sample"
            if seq % 3 == 0:
                kind = "excursion"
                m = {
                    "probe": rng.choice((1, 2)),
                    "start": begin,
                    "end": begin + 60 * rng.randrange(11, 50),
                    "extreme": rng.randrange(90, 140) / 10,
                    "door": rng.choice((0, 1)),
                }
            messages.append(message(name, "vaccine", seq, begin, kind, m))
    for name in ("kharga-1", "qena-3"):
        for seq in range(1, 13):
            begin = midnight + rng.randrange(3 * 86_400)
            kind = "water" if seq % 2 else "sample"
            m = {"soil": 40.0, "mm": 800, "t": 30.0, "h": 40.0, "l": 1.0}
            if kind == "water":
                litres = rng.randrange(200, 4000) / 1000
                m = {"why": "dry", "start": begin, "end": begin + 60, "l": litres}
            messages.append(message(name, "irrigation", seq, begin, kind, m))
    rng.shuffle(messages)
    half = len(messages) // 2
    corrected = [changed(one) for one in messages[:half]]
    batches = [messages[:half], messages[half:] + corrected, messages[:3] and corrected[:3]]
    return Episode("host", 0.5, data={"batches": batches})


def message(name: str, profile: str, seq: int, ts: int, kind: str, m: dict[str, Any]) -> list[str]:
    """A message as the broker gives it: topic and payload."""
    site, n = name.split("-")
    q = int(None in m.values())
    payload = {"v": 1, "id": name, "seq": seq, "ts": ts, "kind": kind, "q": q, "m": m}
    return [f"mcit/{site}/{profile}/{n}/telemetry", json.dumps(payload)]


def changed(one: list[str]) -> list[str]:
    """The same message, corrected: its values are new."""
    topic, payload = one
    document = json.loads(payload)
    m = document["m"]
    if document["kind"] == "excursion":
        m["extreme"] = round(m["extreme"] + 0.3, 1)
    elif document["kind"] == "water":
        m["l"] = round(m["l"] + 0.25, 3)
    return [topic, json.dumps(document)]
