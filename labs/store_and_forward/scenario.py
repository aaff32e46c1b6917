"""L15's stimulus: outages, a reset while the log is sent, a night without a network, and messages.

`data` of the board's episodes: `topic`, `dev`, `tz_min`, `period_s` (the time from one sample to
the next), `utc` (the seconds since 1970 at power-on), and `faults`, when the sensor fails (from,
to). `outage` has `online`, from when to when a board can reach the broker. `long` has `back_s`,
the end of its outage, and `reset_s`, when the board is reset after it. Times are seconds since
t = 0. `host` has `batches`: what came from the broker.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from grader import BoardType, Episode, Step, hard_reset, ms, read_file, set_control

PUBLIC = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "site": "assiut",
    "dev": "store-07",
    "tz_min": 120,
}
PERIOD_S, FAST_S = 10, 2
"""The time from one sample to the next, in seconds. In `long` there are so many that ten seconds
would take hours."""
PROBE, AP, CLOCK, LOG = "ds", "ap", "rtc", "log.bin"
SITES = ("aswan", "minya", "luxor", "qena", "sohag", "damietta", "fayoum", "suez")
DRAIN_S, RESET_S = 270, 90
"""Enough for 500 messages and those of new samples, at three a second; and when the board is reset
meanwhile."""
RETRY_S = 15
"""By then a program is connected again and has sent some messages."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Three episodes of the board and one of the functions on the computer."""
    rng = random.Random(seed)
    device = hidden_device(rng) if seed else PUBLIC
    return [outage(rng, device), cut(rng, device), long(rng, device), host(rng)]


def hidden_device(rng: random.Random) -> dict[str, Any]:
    """Another network, site and name than the public ones."""
    return {
        "ssid": f"net-{rng.randrange(100, 1000)}",
        "password": f"{rng.choice(('green', 'white', 'red'))}-river-{rng.randrange(10, 100)}",
        "broker": PUBLIC["broker"],
        "site": rng.choice(SITES),
        "dev": f"store-{rng.randrange(10, 100)}",
        "tz_min": rng.choice((120, 180)),
    }


def episode(
    name: str,
    rng: random.Random,
    device: dict[str, Any],
    seconds: float,
    steps: list[Step],
    period_s: int = PERIOD_S,
    **data: Any,
) -> Episode:
    """One of the board. The clock begins soon after midnight of a first day of a month: the day
    in UTC is another one."""
    local = datetime(rng.randrange(2026, 2031), rng.randrange(1, 13), 1, tzinfo=UTC)
    local += timedelta(minutes=rng.randrange(5, 50), seconds=rng.randrange(60))
    utc = local - timedelta(minutes=device["tz_min"])
    topic = f"mcit/{device['site']}/{device['dev']}/telemetry"
    return Episode(
        name,
        seconds,
        {"device.json": json.dumps(device | {"period_s": period_s}).encode()},
        steps,
        {
            "topic": topic,
            "dev": device["dev"],
            "utc": utc.timestamp(),
            "tz_min": device["tz_min"],
            "period_s": period_s,
            **data,
        },
        attrs={
            AP: {"ssid": device["ssid"], "password": device["password"]},
            CLOCK: {"initTime": local.replace(tzinfo=None).isoformat()},
        },
    )


def weather(rng: random.Random, seconds: float, every_s: float = PERIOD_S) -> list[Step]:
    """The temperature of a cold store. It changes from one sample to the next."""
    steps: list[Step] = []
    at, celsius = 0.0, rng.uniform(-8, 8)
    while at < seconds:
        steps += set_control(PROBE, "temperature", round(celsius, 1), at=ms(1000 * at))
        celsius += rng.choice((-1, 1)) * rng.uniform(0.5, 2.5)
        celsius = min(max(celsius, -30), 40)
        at += every_s * rng.uniform(0.8, 1.2)
    return steps


def ap(control: str, value: float, at_s: float) -> list[Step]:
    """A control of the access point."""
    return set_control(AP, control, value, at=ms(1000 * at_s))


def loses(what: str, nth: int, from_s: float, to_s: float) -> list[Step]:
    """The n-th message is lost, and the broker stops, at the latest at the end of that time."""
    return ap(what, nth, from_s) + ap(what, 0, to_s) + ap("broker", 0, to_s)


def between(at_s: float, period_s: int = PERIOD_S) -> float:
    """A time between two samples, if the first one comes at READY."""
    return (at_s // period_s + 0.8) * period_s


def fault(what: str, from_s: float, to_s: float) -> list[Step]:
    """The sensor fails for that time."""
    return [
        *set_control(PROBE, what, 1, at=ms(1000 * from_s)),
        *set_control(PROBE, what, 0, at=ms(1000 * to_s)),
    ]


def outage(rng: random.Random, device: dict[str, Any]) -> Episode:
    """Three outages: WiFi for some minutes; the broker for half an hour, beginning with a lost
    PUBLISH of the log; the broker for some minutes, and then a lost PUBACK.

    The sensor hangs on a loose cable: it is away for most of each outage. Its answers cost the
    most time on the bench.
    """
    first = rng.uniform(25, 35)
    back1 = first + rng.uniform(180, 200)
    down2 = back1 + 2 * RETRY_S
    back2 = down2 + rng.uniform(1500, 1680)
    down3 = back2 + rng.uniform(75, 90)
    back3 = down3 + rng.uniform(180, 200)
    down4 = back3 + 2 * RETRY_S
    back4 = down4 + RETRY_S
    seconds = back4 + rng.uniform(55, 65)
    steps = weather(rng, seconds)
    steps += ap("online", 0, first) + ap("online", 1, back1)
    steps += loses("lose_publish", rng.randrange(5, 13), back1, down2) + ap("broker", 1, back2)
    steps += ap("broker", 0, down3) + ap("broker", 1, back3)
    steps += loses("lose_puback", rng.randrange(5, 13), back3, down4) + ap("broker", 1, back4)
    faults = [(between(first + 20), between(first + 20) + 2 * PERIOD_S)]
    for down, back in ((first + 40, back1), (down2, back2), (down3, back3)):
        faults.append((between(down + rng.uniform(20, 40)), between(back - rng.uniform(20, 40))))
    for what, span in zip(("bad_checksum", "silent", "silent", "silent"), faults, strict=True):
        steps += fault(what, *span)
    online = [(0.0, first), (back2, down3), (back4, seconds)]
    return episode("outage", rng, device, seconds, steps, faults=faults, online=online)


def cut(rng: random.Random, device: dict[str, Any]) -> Episode:
    """The log is being sent, a PUBLISH is lost, and the board is reset. After that there is no
    broker, for longer than a board may go without a sample."""
    down = rng.uniform(15, 25)
    back = down + rng.uniform(120, 150)
    reset = ((back + RETRY_S) // PERIOD_S + 1.5) * PERIOD_S
    again = reset + rng.uniform(40, 50)
    seconds = again + rng.uniform(50, 60)
    steps = weather(rng, seconds) + ap("broker", 0, down) + ap("broker", 1, back)
    steps += loses("lose_publish", rng.randrange(4, 9), back, reset - 1)
    steps += read_file(LOG, at=ms(1000 * back - 1000))
    steps += hard_reset(at=ms(1000 * reset)) + ap("broker", 1, again)
    return episode("cut", rng, device, seconds, steps, faults=[])


def long(rng: random.Random, device: dict[str, Any]) -> Episode:
    """More samples than the log can hold, most of them without a sensor, and time to send them.
    The board is reset meanwhile: the newest record lies in the middle of the file."""
    down = rng.uniform(15, 25)
    back = down + FAST_S * rng.randrange(520, 540)
    seconds = back + DRAIN_S
    steps = weather(rng, 100) + ap("broker", 0, down)
    loose = between(down + rng.uniform(5, 15), FAST_S)
    steps += fault("silent", loose, seconds)
    steps += read_file(LOG, at=ms(1000 * back - 1000)) + ap("broker", 1, back)
    reset = between(back + RESET_S, FAST_S)
    steps += hard_reset(at=ms(1000 * reset))
    data = {"faults": [(loose, seconds)], "back_s": back, "reset_s": reset}
    return episode("long", rng, device, seconds, steps, FAST_S, **data)


def host(rng: random.Random) -> Episode:
    """What three devices at two sites sent: with gaps, twice, and late."""
    sites = rng.sample(SITES, k=2)
    numbers = rng.sample(range(10, 100), k=3)
    messages = []
    for number, site in zip(numbers, [*sites, sites[0]], strict=True):
        first = rng.randrange(1, 30)
        for seq in rng.sample(range(first, first + 40), k=30):
            messages.append(message(rng, f"store-{number}", site, seq))
    rng.shuffle(messages)
    half = len(messages) // 2
    early, late = messages[:half], messages[half:]
    batches = [early + rng.sample(early, k=8), late + rng.sample(early, k=8)]
    return Episode("host", 0.5, data={"batches": batches})


def message(rng: random.Random, device: str, site: str, seq: int) -> list[str]:
    """A message as the broker gives it: topic and payload."""
    q = int(rng.random() < 0.15)
    values = {"t": None if q else round(rng.uniform(-20, 30), 2)}
    payload = {"v": 1, "id": device, "seq": seq, "ts": 1_772_000_000 + 10 * seq, "q": q, "drop": 0}
    return [f"mcit/{site}/{device}/telemetry", json.dumps(payload | {"m": values})]
