"""L14's stimulus: weather for the telemetry, commands, and outages of the broker and of the Wi-Fi.

`data` has the base topic and the device's name (`base`, `dev`), the base topic of the example
(`public_base`), and all `commands`; `cmd` has which of them are the repeated one (`again`), the
`bad` ones and the `last` one; `outage` has when the Wi-Fi comes first (`late_ms`), the `outages`
and the repeated command. All times are milliseconds since t = 0.
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
FIRST_MS, LATE_MS = 10_000, (8000, 12_000)
"""Commands begin after FIRST_MS: the board has connected by then. In `outage` the Wi-Fi is there
LATE_MS after power-on: a program that waits for it before its READY line is found."""
REMEMBERED = 8
"""Of so many commands a repetition is known."""
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
    """Two minutes of telemetry, commands, and two outages with commands after each."""
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
    name: str,
    seconds: float,
    device: dict[str, str],
    steps: list[Step],
    from_reset: bool = False,
    **data: Any,
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
        from_reset=from_reset,
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
    """On and off in turn, the first one once more, three bad ones, and on again. The first one is
    the oldest that has to be remembered."""
    *good, last, bad = rng.sample(range(100, 10_000), k=REMEMBERED + 2)
    in_turn = [(order(1 - n % 2, id), id, 1 - n % 2) for n, id in enumerate(good)]
    messages: list[tuple[str, int | None, int]] = [
        *in_turn,
        (order(1, good[0]), good[0], 0),
        (rng.choice(NO_JSON).format(bad), None, 0),
        (json.dumps({"id": bad}), None, 0),
        (json.dumps({"relay": 1}), None, 0),
        (order(1, last), last, 1),
    ]
    commands, at = [], float(FIRST_MS)
    for message in messages:
        at += rng.uniform(2000, 4000)
        commands.append(Command(at, *message))
    again, *wrong, final = commands[REMEMBERED:]
    return episode(
        "cmd",
        (at + 2 * ANSWER_MS) / 1000,
        device,
        sent(commands, device),
        commands=commands,
        again=again,
        bad=wrong,
        last=final,
    )


def outage(rng: random.Random, device: dict[str, str]) -> Episode:
    """There is no Wi-Fi when the board starts. Later the broker and the Wi-Fi are away for a
    while, in any order. After the first outage, when the board must be back, come on and off;
    after the second one the same on, and another one."""
    first, second, third = rng.sample(range(100, 10_000), k=3)
    waiting = [[(first, 1, 1), (second, 0, 0)], [(first, 1, 0), (third, 1, 1)]]
    late_ms = rng.uniform(*LATE_MS)
    steps = set_control("ap", "online", 0, at=ms(0))
    steps += set_control("ap", "online", 1, at=ms(late_ms))
    outages, commands, at = [], [], late_ms + BACK_MS
    for control, orders in zip(rng.sample(["broker", "online"], k=2), waiting, strict=True):
        away = Outage(control, at + rng.uniform(2000, 7000))
        outages.append(away)
        steps += set_control("ap", control, 0, at=ms(away.from_ms))
        steps += set_control("ap", control, 1, at=ms(away.to_ms))
        at = away.to_ms + BACK_MS
        for id, wanted, level in orders:
            at += 2 * ANSWER_MS
            commands.append(Command(at, order(wanted, id), id, level))
    on, off, again, last = commands
    return episode(
        "outage",
        (at + 2 * ANSWER_MS) / 1000,
        device,
        steps + sent(commands, device),
        from_reset=True,
        commands=[on, off, last],
        again=again,
        outages=outages,
        late_ms=late_ms,
    )


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
