"""L14's stimulus: weather for the telemetry, commands, and outages of the broker and of the Wi-Fi.

`data` has the base topic and the device's name (`base`, `dev`), the base topic of the example
(`public_base`), the `commands` and the `outages`. All times are milliseconds since t = 0.
"""

import json
import random
from typing import Any, NamedTuple

from grader import BoardType, Episode, Step, ms, publish, set_control

PUBLIC = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "site": "aswan",
    "dev": "pump-01",
}
SITES = ("assiut", "benha", "luxor", "qena", "tanta")
KINDS = ("pump", "fan", "boiler", "valve")
MAIN_S = 120
FIRST_MS = 10_000
"""Commands and outages begin after this: the board has connected by then."""
OUTAGE_MS, BACK_MS = 20_000, 15_000
"""How long an outage is, and how long a board may take to be back."""
ANSWER_MS = 1000
"""No command comes sooner than this after another one, or before the end of the episode."""

NO_JSON = ("on {}", "{{relay: 1, id: {}}}", "{{'relay': 1, 'id': {}}}", "relay=1&id={}")
"""Texts that `json.loads` refuses. MicroPython accepts an object whose last brace is missing."""


class Command(NamedTuple):
    """A message on the topic `cmd`. A bad one has the id None; `level` is that of the relay after
    it."""

    at: float
    text: str
    id: int | None
    level: int


class Outage(NamedTuple):
    """A time without the broker, or without the Wi-Fi."""

    control: str
    from_ms: float

    @property
    def to_ms(self) -> float:
        """When it is over."""
        return self.from_ms + OUTAGE_MS


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Two minutes of telemetry, six commands, and two outages with a command after each."""
    rng = random.Random(seed)
    device = hidden_device(rng) if seed else PUBLIC
    return [main(rng, device), cmd(rng, device), outage(rng, device)]


def hidden_device(rng: random.Random) -> dict[str, str]:
    """Another network, site and device."""
    return {
        "ssid": f"hall-{rng.randrange(10, 100)}",
        "password": f"{rng.choice(('red', 'green', 'white'))}-river-{rng.randrange(100, 1000)}",
        "broker": PUBLIC["broker"],
        "site": rng.choice(SITES),
        "dev": f"{rng.choice(KINDS)}-{rng.randrange(10, 100)}",
    }


def episode(
    name: str, seconds: float, device: dict[str, str], steps: list[Step], **data: Any
) -> Episode:
    """An episode near the access point of `device`."""
    base = f"mcit/{device['site']}/{device['dev']}"
    public_base = f"mcit/{PUBLIC['site']}"
    return Episode(
        name,
        seconds,
        {"device.json": json.dumps(device).encode()},
        steps,
        {"base": base, "dev": device["dev"], "public_base": public_base, **data},
        attrs={"ap": {name: device[name] for name in ("ssid", "password")}},
    )


def main(rng: random.Random, device: dict[str, str]) -> Episode:
    """Weather that changes every few seconds."""
    steps: list[Step] = []
    at = 0.0
    while at < 1000 * MAIN_S:
        steps += set_control("dht", "temperature", round(rng.uniform(-9, 45), 1), at=ms(at))
        steps += set_control("dht", "humidity", round(rng.uniform(20, 90), 1), at=ms(at))
        at += rng.uniform(4000, 7000)
    return episode("main", MAIN_S, device, steps)


def cmd(rng: random.Random, device: dict[str, str]) -> Episode:
    """On, off, the first one once more, two bad ones, and on again."""
    on, off, last, bad = rng.sample(range(100, 10_000), k=4)
    messages = [
        (order(1, on), on, 1),
        (order(0, off), off, 0),
        (order(1, on), on, 0),
        (rng.choice(NO_JSON).format(bad), None, 0),
        (json.dumps({"id": bad}), None, 0),
        (order(1, last), last, 1),
    ]
    commands, at = [], float(FIRST_MS)
    for message in messages:
        at += rng.uniform(2000, 4000)
        commands.append(Command(at, *message))
    seconds = (at + 2 * ANSWER_MS) / 1000
    return episode("cmd", seconds, device, sent(commands, device), commands=commands)


def outage(rng: random.Random, device: dict[str, str]) -> Episode:
    """The broker and the Wi-Fi are away for a while, in any order. A command comes after each
    outage, when the board must be back."""
    outages, commands, at = [], [], float(FIRST_MS)
    ids = rng.sample(range(100, 10_000), k=2)
    steps: list[Step] = []
    for control, level in zip(rng.sample(["broker", "online"], k=2), (1, 0), strict=True):
        away = Outage(control, at + rng.uniform(2000, 7000))
        outages.append(away)
        steps += set_control("ap", control, 0, at=ms(away.from_ms))
        steps += set_control("ap", control, 1, at=ms(away.to_ms))
        at = away.to_ms + BACK_MS + ANSWER_MS
        commands.append(Command(at, order(level, ids[level]), ids[level], level))
    seconds = (at + 2 * ANSWER_MS) / 1000
    steps += sent(commands, device)
    return episode("outage", seconds, device, steps, commands=commands, outages=outages)


def order(level: int, id: int) -> str:
    """A good command."""
    return json.dumps({"relay": level, "id": id})


def sent(commands: list[Command], device: dict[str, str]) -> list[Step]:
    """The steps that publish commands."""
    topic = f"mcit/{device['site']}/{device['dev']}/cmd"
    return [
        step
        for one in commands
        for step in publish(topic, one.text.encode(), at=ms(one.at), qos=1)
    ]
