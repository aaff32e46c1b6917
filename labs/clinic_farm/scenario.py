"""C4's stimulus: 36 hours of a vaccine refrigerator, and 36 hours of a field.

`data` of the board's episodes: `device`, `topic`, `utc` (the seconds since 1970 at t = 0) and
`reset`. `vaccine` has `paths` (for each probe the steps of its temperature; None: its cable is
broken), `excursions` (probe, begin, end, extreme, door) and `presses`. `irrigation` has `due`
(spans in which the pump must run), `manual` (presses that must be answered), `never` (spans in
which it must be off) and `blocked`. Times are seconds since t = 0. `host` has `batches`.
"""

import json
import random
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
    "pulses_per_l": 450,
    "quota_l": 11.0,
    "manual_s": 30,
}
SITES = ("aswan", "minya", "luxor", "qena", "sohag", "damietta", "fayoum", "kharga")
HOUR, SECONDS = 3600, 36 * 3600
SUPPLY_V = 3.3
START_H = 17
"""Local time at t = 0. So midnight is at 7 h and 31 h, 10:00 at 17 h and 16:00 at 23 h."""

Path = list[tuple[float, float | None]]


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
        "pulses_per_l": rng.randrange(400, 500, 10),
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
            **data,
        },
        attrs={"ap": {"ssid": device["ssid"], "password": device["password"]}},
    )


def put(part: str, control: str, value: float, at_s: float) -> list[Step]:
    """A control of a part, at a second."""
    return set_control(part, control, round(float(value), 4), at=ms(1000 * at_s))


# The refrigerator.


def vaccine(rng: random.Random, device: dict[str, Any]) -> Episode:
    """Seven excursions, some of them over midnight or with an open door; short ones; and one in
    which the mean of both probes is fine. Then the cable of a probe breaks for two hours."""
    spans: list[tuple[float, float, int, float, int]] = []  # hour, minutes, probe, extreme, door
    for hour, probe, warm, is_open, is_long in (
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
    ):
        minutes = rng.uniform(13, 24) if is_long else rng.uniform(6, 8.4)
        extreme = rng.uniform(9.5, 12.0) if warm else rng.uniform(-4.0, 0.5)
        spans.append((hour + rng.uniform(0, 0.04), minutes, probe, round(extreme, 1), is_open))
    paths: dict[str, Path] = {}
    steps: list[Step] = []
    excursions = []
    for hour, minutes, probe, extreme, is_open in spans:
        begin, end = round(HOUR * hour, 1), round(HOUR * hour + 60 * minutes, 1)
        if minutes > 10:
            excursions.append((probe, begin, end, extreme, is_open))
        if is_open:
            steps += put("door", "value", 1, begin - 100) + put("door", "value", 0, begin + 200)
    for probe in (1, 2):
        path: Path = [(0.0, round(rng.uniform(3, 6.5), 1))]
        own = [
            (HOUR * hour, HOUR * hour + 60 * minutes, extreme)
            for hour, minutes, of, extreme, _ in spans
            if of == probe
        ]
        at = rng.uniform(300, 900)
        while at < SECONDS:
            if not any(a - 60 <= at <= b + 60 for a, b, _ in own):
                path.append((round(at, 1), round(rng.uniform(2.6, 7.4), 1)))
            at += rng.uniform(600, 1500)
        for begin, end, extreme in own:
            half = extreme - 1.2 if extreme > 5 else extreme + 1.2
            half = max(8.3, half) if extreme > 5 else min(1.7, half)
            path.append((round(begin, 1), round(half, 1)))
            path.append((round((begin + end) / 2 - 60, 1), extreme))
            path.append((round((begin + end) / 2 + 120, 1), round(half, 1)))
            path.append((round(end, 1), 5.0))
        paths[str(probe)] = sorted(path)
    broken = HOUR * rng.uniform(21.5, 22)
    mended = broken + HOUR * 2
    for probe in (1, 2):
        for at, t in paths[str(probe)]:
            steps += put(f"probe{probe}", "temperature", t or 0, at)
    steps += put("probe2", "broken", 1, broken) + put("probe2", "broken", 0, mended)
    presses = []
    for n, (_, begin, end, _, _) in enumerate(excursions):
        late = rng.uniform(60, 170) if n % 2 else end - begin - 600 + rng.uniform(200, 500)
        presses.append(round(begin + 600 + 40 + late, 1))
    for at in presses:
        steps += press("btn1", at=ms(1000 * at), hold=ms(rng.randrange(150, 400)))
    return episode(
        "vaccine",
        rng,
        device,
        steps,
        reset=HOUR * rng.uniform(7.9, 8.4),
        paths=paths,
        broken=(broken, mended),
        excursions=excursions,
        presses=presses,
    )


# The field.


def irrigation(rng: random.Random, device: dict[str, Any]) -> Episode:
    """The soil gets dry and wet, in hours in which the pump may run, and in others; the tank gets
    low, the sensor of the soil breaks, the hose is blocked, and the button is pressed."""
    steps: list[Step] = []
    rate = rng.randrange(10, 15)
    wet, dry = device["wet"] + 8, device["dry"] - 8
    middle = (device["wet"] + device["dry"]) // 2
    due: list[tuple[float, float]] = []
    never: list[tuple[float, float]] = []

    def soil(percent: float, at: float) -> list[Step]:
        return put("soil", "position", (0.5 + percent / 50) / SUPPLY_V, at)

    def level(mm: float, at: float) -> list[Step]:
        return put("tank", "distance", (device["tank_mm"] - mm) / 10, at)

    steps += put("pump", "rate", rate, 0) + soil(middle, 0) + level(1000, 0)

    def thirst(hour: float, length: float) -> tuple[float, float]:
        begin = round(HOUR * hour + rng.uniform(0, 100), 1)
        nonlocal steps
        steps += soil(dry, begin) + soil(wet, begin + length) + soil(middle, begin + length + 900)
        return begin, begin + length

    due.append(thirst(1.5, rng.uniform(60, 80)))  # 18:30
    begin, end = thirst(3, 400)  # 20:00, the tank is low
    steps += level(device["min_mm"] - 60, begin - 60) + level(1000, end + 60)
    never.append((begin, end))
    begin = round(HOUR * 4.2, 1)  # the sensor of the soil is broken: 0 V
    steps += put("soil", "position", 0, begin) + soil(middle, begin + 900)
    never.append((begin, begin + 900))
    # The quota of the first day: what is left after the first run runs out.
    quota = thirst(5.3, 700)  # 22:20
    reset = HOUR * rng.uniform(6.6, 6.75)
    after = thirst(6.85, 300)  # 23:51: the board has forgotten nothing
    never.append(after)
    due.append(thirst(8.0, rng.uniform(60, 80)))  # 01:00, a new day
    blocked = thirst(10, 500)
    steps += put("pump", "blocked", 1, blocked[0] - 60) + put(
        "pump", "blocked", 0, blocked[1] + 60
    )
    noon = thirst(17.3, 300)  # 10:18 local, and not 10 by UTC
    never.append(noon)
    due.append(thirst(26.2, rng.uniform(60, 80)))  # 19:12 local: 16 or later by UTC, too
    manual = [round(HOUR * hour + rng.uniform(0, 300), 1) for hour in (27, 28.2)]
    steps += put("ap", "online", 0, manual[1] - 600) + put("ap", "online", 1, manual[1] + 900)
    for at in manual:
        steps += press("btn1", at=ms(1000 * at), hold=ms(rng.randrange(150, 400)))
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
        quota=quota,
        blocked=blocked,
        manual=manual,
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
