"""L16's stimulus: hours on a battery, presses, a sensor that hangs, a broken file, power traces.

`data` of the board's episodes: `topic`, `id` and `period_s`. `btn` and `bad_cfg` have `presses`,
the times of presses; `hang` has `hangs`, from when to when DRDY is low. Times are seconds since
t = 0. `host` has `traces`: rows of a time and the current from then on.
"""

import json
import math
import random
import zlib
from typing import Any

from grader import BoardType, Episode, Step, ms, press, set_control

PUBLIC_NET = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "site": "assiut",
}
PUBLIC: dict[str, Any] = {"period_s": 60, "mode": "deep", "id": "light-05"}
FACTORY: dict[str, Any] = {"period_s": 60, "mode": "deep", "id": "factory"}
SITES = ("aswan", "minya", "luxor", "qena", "sohag", "damietta", "fayoum", "suez")
SENSOR, DRDY, BUTTON, AP = "ldr", "drdy", "btn1", "ap"
DEEP_S, BTN_S, CYCLES = 4 * 3600, 30 * 60, 200
BATCH, AWAY = 5, 0.93
"""A fifth reading finds no broker, after this share of the four hours: a program that ends there
has been awake at most of its times."""
DIM, RANGE, APART = 60, 30, 0.15
"""The light is DIM lux at least and RANGE times that at most. From one step to the next it changes
by a share APART of that range (of its logarithm) or more: no reading is like the one before."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Five episodes of the board and one of the function on the computer."""
    rng = random.Random(seed)
    periods = [n for n in range(45, 91) if not 57 <= n <= 63]
    net, cfg = PUBLIC_NET, PUBLIC
    if seed:
        net = PUBLIC_NET | {
            "ssid": f"net-{rng.randrange(100, 1000)}",
            "password": f"{rng.choice(('green', 'white', 'red'))}-river-{rng.randrange(10, 100)}",
            "site": rng.choice(SITES),
        }
        cfg = PUBLIC | {"period_s": rng.choice(periods), "id": f"light-{rng.randrange(10, 100)}"}
    light = cfg | {"mode": "light"}
    return [
        episode("deep", rng, net, cfg, DEEP_S, broker_away(cfg["period_s"])),
        btn(rng, net, cfg),
        hang(rng, net, cfg),
        bad_cfg(rng, net, cfg | {"period_s": rng.choice(periods)}),
        episode("light", rng, net, light, (CYCLES + 0.5) * light["period_s"]),
        Episode("host", 0.5, data={"traces": [trace(rng) for _ in range(3)]}),
    ]


def signed(cfg: dict[str, Any]) -> bytes:
    """The file cfg.json: the CRC-32 of the object's text, then the object."""
    text = json.dumps(cfg)
    return f"[{zlib.crc32(text.encode())}, {text}]\n".encode()


def episode(
    name: str,
    rng: random.Random,
    net: dict[str, str],
    cfg: dict[str, Any],
    seconds: float,
    steps: list[Step] | None = None,
    file: bytes = b"",
    **data: Any,
) -> Episode:
    """One of the board. Light and network change between two wakes of the grid."""
    every = cfg["period_s"]
    first, weather = conditions(rng, every, seconds)
    return Episode(
        name,
        seconds,
        {"cfg.json": file or signed(cfg), "net.json": json.dumps(net).encode()},
        [*weather, *(steps or [])],
        {"topic": f"mcit/{net['site']}/{cfg['id']}/telemetry", **cfg, **data},
        attrs={
            SENSOR: {"lux": first},
            AP: {"ssid": net["ssid"], "password": net["password"]},
        },
    )


def conditions(rng: random.Random, every_s: float, seconds: float) -> tuple[str, list[Step]]:
    """The light at the start, and its steps with those of the time that Wi-Fi takes to connect."""
    share = rng.random()
    first = f"{DIM * RANGE**share:.0f}"
    steps: list[Step] = set_control(AP, "join_ms", rng.randrange(50, 2000), at=ms(0))
    at = every_s / 2
    while at < seconds:
        share = rng.choice([n / 100 for n in range(101) if abs(n / 100 - share) >= APART])
        steps += set_control(SENSOR, "lux", round(DIM * RANGE**share), at=ms(1000 * at))
        steps += set_control(AP, "join_ms", rng.randrange(50, 2000), at=ms(1000 * at))
        at += every_s
    return first, steps


def pressed(rng: random.Random, at_s: list[float]) -> list[Step]:
    """A short press at each of these times."""
    return [
        step
        for at in at_s
        for step in press(BUTTON, at=ms(1000 * at), hold=ms(rng.randrange(100, 300)))
    ]


def broker_away(every_s: float) -> list[Step]:
    """There is no broker at one of the wakes at which five readings are due."""
    wakes = AWAY * DEEP_S / every_s
    wake = BATCH * math.ceil(wakes / BATCH) + BATCH - 1  # the first reading has no wake
    return [
        *set_control(AP, "broker", 0, at=ms(1000 * (wake - 0.4) * every_s)),
        *set_control(AP, "broker", 1, at=ms(1000 * (wake + 0.4) * every_s)),
    ]


def late_in(rng: random.Random, wake: int, every_s: float) -> float:
    """A time after that wake of the grid: the light has changed, and the next wake is not near."""
    return (wake + rng.uniform(0.6, 0.75)) * every_s


def btn(rng: random.Random, net: dict[str, str], cfg: dict[str, Any]) -> Episode:
    """Six presses while it sleeps."""
    every = cfg["period_s"]
    wakes = sorted(rng.sample(range(int(BTN_S / every) - 1), k=6))
    presses = [late_in(rng, wake, every) for wake in wakes]
    steps = pressed(rng, presses)
    return episode("btn", rng, net, cfg, BTN_S, steps, presses=presses)


def hang(rng: random.Random, net: dict[str, str], cfg: dict[str, Any]) -> Episode:
    """Three times the sensor hangs, for more than a period: a wake meets it, whenever it comes."""
    every = cfg["period_s"]
    hangs = [(n * every - 12, (n + 1) * every + 3) for n in (2, 6, 10)]
    steps = [
        step for a, b in hangs for step in press(DRDY, at=ms(1000 * a), hold=ms(1000 * (b - a)))
    ]
    return episode("hang", rng, net, cfg, 13.5 * every, steps, hangs=hangs)


def bad_cfg(rng: random.Random, net: dict[str, str], cfg: dict[str, Any]) -> Episode:
    """The file has values of sense, but the CRC of others; the button is pressed once."""
    file = signed(cfg).replace(b'"period_s": ', b'"period_s": 1')
    at = late_in(rng, rng.randrange(3, 9), FACTORY["period_s"])
    steps = pressed(rng, [at])
    return episode("bad_cfg", rng, net, FACTORY, 12 * 60, steps, file, presses=[at])


def trace(rng: random.Random) -> list[list[float]]:
    """A power trace: wakes of a board whose regulator and LED take current also in sleep."""
    asleep, awake, radio = rng.uniform(1, 8), rng.uniform(30, 60), rng.uniform(90, 160)
    at, rows = rng.uniform(0, 100), []
    for _ in range(rng.randrange(5, 12)):
        for seconds, milliamps in ((0.4, awake), (1.5, radio), (60, asleep)):
            rows.append([round(at, 3), round(milliamps * rng.uniform(0.9, 1.1), 2)])
            at += seconds * rng.uniform(0.5, 1.5)
    return [*rows, [round(at, 3), 0.0]]
