"""L17's stimulus: signed, forged and repeated commands, a reset, and bad certificates.

`data` has the base topic (`base`), the `secrets` of this board and those of the example
(`public`), and the `commands`. All times are milliseconds since t = 0.
"""

import hashlib
import hmac
import json
import random
from typing import Any, NamedTuple

from grader import BoardType, Episode, Step, hard_reset, ms, publish

BROKER = "broker.warsha"
PUBLIC_DEVICE = {"broker": BROKER, "site": "aswan", "dev": "pump-01"}
PUBLIC = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "key": "6f1d0c52a9b84e7733c0de5af2914b08d7e65a3c8f0219b4e6ad70c5183f92b1",
}
FAULTS = ("self-signed", "wrong-host", "expired")
"""The faults of certificates; each has a host of the bench."""
SITES = ("assiut", "benha", "luxor", "qena", "tanta")
KINDS = ("pump", "fan", "boiler", "valve")
CONNECTED_MS = 15_000
"""A board is at the broker by then: on a Pico W the handshake takes 2 s or more."""
FAKE_S = 30
"""A board has tried by CONNECTED_MS, and tries again in this time."""
RESET_MS = 500
"""The reset comes so long after a command. A board has obeyed it by then, and has kept its number
before it did."""
NO_JSON = ("on {}", "{{cmd: on, n: {}}}", "{{'cmd': 'on', 'n': {}}}", "cmd=on&n={}")


class Command(NamedTuple):
    """A message on the topic `cmd`. One that must be refused has the n None; `level` is that of
    the relay after it."""

    at: float
    text: str
    n: int | None
    level: int


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Commands, replays with a reset between them, and a broker that only says who it is."""
    rng = random.Random(seed)
    device, secrets = hidden(rng) if seed else (PUBLIC_DEVICE, PUBLIC)
    fakes = [fake(fault, device, secrets) for fault in FAULTS]
    return [cmd(rng, device, secrets), replay(rng, device, secrets), *fakes]


def hidden(rng: random.Random) -> tuple[dict[str, str], dict[str, str]]:
    """Another network, site, device and key."""
    device = {
        "broker": BROKER,
        "site": rng.choice(SITES),
        "dev": f"{rng.choice(KINDS)}-{rng.randrange(10, 100)}",
    }
    secrets = {
        "ssid": f"hall-{rng.randrange(10, 100)}",
        "password": f"{rng.choice(('red', 'green', 'white'))}-river-{rng.randrange(100, 1000)}",
        "key": rng.randbytes(32).hex(),
    }
    return device, secrets


def episode(
    name: str,
    seconds: float,
    device: dict[str, str],
    secrets: dict[str, str],
    steps: list[Step],
    **data: Any,
) -> Episode:
    """An episode near the access point that the secrets name."""
    return Episode(
        name,
        seconds,
        {
            "device.json": json.dumps(device).encode(),
            "secrets.json": json.dumps(secrets).encode(),
        },
        steps,
        {"base": base_of(device), "secrets": secrets, "public": PUBLIC, **data},
        attrs={"ap": {name: secrets[name] for name in ("ssid", "password")}},
    )


def base_of(device: dict[str, str]) -> str:
    """The base topic."""
    return f"mcit/{device['site']}/{device['dev']}"


def mac(secrets: dict[str, str], text: str) -> str:
    """The code of a text."""
    return hmac.new(bytes.fromhex(secrets["key"]), text.encode(), hashlib.sha256).hexdigest()


def order(secrets: dict[str, str], n: int, cmd: str) -> str:
    """A good command."""
    return signed(n, cmd, mac(secrets, f"cmd {n} {cmd}"))


def signed(n: int, cmd: str, code: str) -> str:
    """A command with any code."""
    return json.dumps({"n": n, "cmd": cmd, "mac": code})


def nearly(code: str) -> str:
    """A code that is wrong in its last digit."""
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def cmd(rng: random.Random, device: dict[str, str], secrets: dict[str, str]) -> Episode:
    """Four good commands; four forged ones; three texts that are none; and a good one. The numbers
    of the forged ones are the highest: no forged number may count."""
    numbers = [rng.randrange(100, 1000)]
    for _ in range(11):
        numbers.append(numbers[-1] + rng.randrange(2, 40))
    good, (text, types, unknown, last), forged = numbers[:4], numbers[4:8], numbers[8:]
    forgeries = [
        signed(forged[0], "on", nearly(mac(secrets, f"cmd {forged[0]} on"))),
        json.dumps({"n": forged[1], "cmd": "on"}),
        signed(forged[2], "on", mac(secrets, f"cmd {forged[2]} off")),
        signed(forged[3], "on", mac(secrets, f"cmd {good[0]} on")),
    ]
    rng.shuffle(forgeries)
    messages: list[tuple[str, int | None, int]] = [
        (order(secrets, n, word), n, level)
        for n, (word, level) in zip(good, [("on", 1), ("off", 0)] * 2, strict=True)
    ]
    messages += [(one, None, 0) for one in forgeries]
    messages += [
        (rng.choice(NO_JSON).format(text), None, 0),
        (json.dumps({"n": str(types), "cmd": 1, "mac": types}), None, 0),
        (order(secrets, unknown, "open"), None, 0),
        (order(secrets, last, "on"), last, 1),
    ]
    commands = placed(rng, messages, CONNECTED_MS)
    seconds = commands[-1].at / 1000 + 6
    steps = sent(commands, device)
    return episode("cmd", seconds, device, secrets, steps, commands=commands)


def replay(rng: random.Random, device: dict[str, str], secrets: dict[str, str]) -> Episode:
    """Good commands, old ones again, a good one and a reset soon after it, all old ones again, and
    a new one."""
    on = rng.randrange(100, 1000)
    off, newest, new = (on + rng.randrange(2, 40) + more for more in (0, 40, 80))
    messages: list[tuple[str, int | None, int]] = [
        (order(secrets, on, "on"), on, 1),
        (order(secrets, off, "off"), off, 0),
        (order(secrets, on, "on"), None, 0),
        (order(secrets, off, "off"), None, 0),
        (order(secrets, newest, "on"), newest, 1),
    ]
    before = placed(rng, messages, CONNECTED_MS)
    reset = before[-1].at + RESET_MS
    messages = [
        (order(secrets, on, "on"), None, 0),
        (order(secrets, off, "off"), None, 0),
        (order(secrets, newest, "on"), None, 0),
        (order(secrets, new, "on"), new, 1),
    ]
    after = placed(rng, messages, reset + CONNECTED_MS + 3000)
    commands = before + after
    seconds = after[-1].at / 1000 + 6
    steps = sent(commands, device) + hard_reset(at=ms(reset))
    return episode("replay", seconds, device, secrets, steps, commands=commands, reset=reset)


def fake(fault: str, device: dict[str, str], secrets: dict[str, str]) -> Episode:
    """The broker's certificate is signed by itself, is for another name, or has expired."""
    return episode(fault, FAKE_S, device | {"broker": f"{fault}.warsha"}, secrets, [])


def placed(
    rng: random.Random, messages: list[tuple[str, int | None, int]], at: float
) -> list[Command]:
    """The messages with their times."""
    commands = []
    for message in messages:
        at += rng.uniform(1500, 2500)
        commands.append(Command(at, *message))
    return commands


def sent(commands: list[Command], device: dict[str, str]) -> list[Step]:
    """The steps that publish commands."""
    topic = f"{base_of(device)}/cmd"
    return [
        step
        for one in commands
        for step in publish(topic, one.text.encode(), at=ms(one.at), qos=1)
    ]
