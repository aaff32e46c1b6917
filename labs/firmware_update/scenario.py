"""L18's stimulus: good updates, those that must be refused, power cuts, and versions that fail.

Each message on `update` is retained: a board gets the newest one at each connection. `data` has
the base topic (`base`), the `first` version, what is published (`updates`), the half of the lamp's
period of each good version (`halves`), the `cuts`, and in `update` from when on the broker is
`away`. All times are milliseconds since t = 0.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from grader import BoardType, Episode, Step, hard_reset, ms, publish, set_control

SITE = "http://http.warsha"
PUBLIC_KEY = "c2a9f17e05b84d6390e1d2774c8ab35f6617fe0294bd3c5a88e0719d42f6ab30"
PUBLIC_DEVICE = {"site": "aswan", "dev": "pump-01"}
WIFI = {"ssid": "workshop", "password": "blue-desert-17"}
SITES = ("assiut", "benha", "luxor", "qena", "tanta")
KINDS = ("pump", "fan", "boiler", "valve")
HALVES = (90, 140, 220, 350)
"""Half of the lamp's period: 20 % more or less leaves no doubt which one it is."""
FAST = HALVES[:3]
"""Those that are seen in the short time between a power cut and the next restart."""
CONNECTED_MS = 6000
INSTALLED_MS = 20_000
"""A good update runs by then, and is confirmed."""
BACK_MS = 30_000
"""The old version is back by then: the watchdog has reset a hung one twice."""
WATCHED_MS = 5000
"""Then the lamp is looked at for so long."""
LISTED_MS = 15_000
"""So long after the network is back the failed version is told of."""
BIG = 200_000
"""More than the heap of a board."""
RESETS, BETWEEN_MS = 3, 8000
"""So many resets after a good update, and the time between them: a device that is still on trial
goes back after two starts."""
JOIN_MS, NO_WIFI_MS, OFF_MS = 1200, 60_000, 10_000
"""The time to join the network, and that after the last update of `rollback`: the board gets the
file, and does not come back after its restart. OFF_MS later the network itself is off."""
AWAY_MS, AGAIN_MS = 3000, 9000
"""For how long the broker is away, and from then the time to connect again."""
BURST = 5
"""The shortest burst; the others are one pulse longer each."""

LATE = "ticks_diff(ticks_ms(), begun) > 1000"
FAULTS = {
    "import": "import sensors_v2\n",
    "stuck": "while True:\n    sleep_ms(100)\n",
    "raise": f"    if {LATE}:\n        led.value(HALF_MS // 0)\n",
    "hang": f"    while {LATE}:\n        sleep_ms(100)\n",
}
"""What is wrong with a version: at its top, or in its loop()."""
AT_TOP = ("import", "stuck")
APP = """from machine import Pin
from pins import LED_G
from time import sleep_ms, ticks_diff, ticks_ms

VERSION = {version}
HALF_MS = {half}

led = Pin(LED_G, Pin.OUT, value=0)
begun = ticks_ms()
{burst}{top}

def loop():
{wrong}    led.value(ticks_ms() // HALF_MS % 2)


def healthy():
    return {test}
"""
BURST_OF = """for _ in range({}):
    led.on()
    sleep_ms(3)
    led.off()
    sleep_ms(3)
"""


class Update(NamedTuple):
    """What is published on the topic `update`: when, its version, what is wrong with it ("" for a
    good one), and how many pulses its burst has. A good version makes none."""

    at: float
    version: int
    fault: str
    burst: int
    text: str
    path: str
    page: bytes


class Server:
    """Makes updates of one device: the versions, the files and the messages."""

    def __init__(self, rng: random.Random, seed: int) -> None:
        self.rng = rng
        self.key = rng.randbytes(32).hex() if seed else PUBLIC_KEY
        site, dev = rng.choice(SITES), f"{rng.choice(KINDS)}-{rng.randrange(10, 100)}"
        self.device = {"site": site, "dev": dev} if seed else PUBLIC_DEVICE
        self.first = rng.randrange(3, 9) if seed else 4
        self.half = rng.choice(FAST) if seed else FAST[-1]

    def others(self, half: int) -> list[int]:
        """The other halves in any order."""
        return self.rng.sample([one for one in HALVES if one != half], len(HALVES) - 1)

    def good(self, at: float, version: int, half: int, size: int = 0) -> Update:
        """An update that works."""
        return self._update(at, version, self.app(version, half, size or self.size()))

    def bad(self, at: float, version: int, fault: str, burst: int) -> Update:
        """An update with a fault, in the message or in the file. Its start makes a burst of
        pulses at the lamp."""
        size, half = self.size(), self.others(self.half)[0]
        page = self.app(version, half, size, fault, burst)
        made = self._update(at, version, page, fault, burst)
        order = json.loads(made.text)
        if fault == "key":
            order["mac"] = f"{self.rng.getrandbits(256):064x}"
        elif fault == "unsigned":
            del order["mac"]
        elif fault == "version":  # an old message, and its version is changed
            order = self._order(self.first - 1, made.path, page) | {"version": version}
        elif fault == "swapped":  # the server has another file than the one that was signed
            made = made._replace(page=self.app(version, half, size, fault, burst))
        elif fault == "half":  # all of it comments
            made = made._replace(page=page[: size // 2])
        elif fault == "short":
            order = self._order(version, made.path, page + b"# The end.\n")
        return made._replace(text=json.dumps(order))

    def size(self) -> int:
        """The size of a file."""
        return self.rng.randrange(20_000, 28_000)

    def app(self, version: int, half: int, size: int, fault: str = "", burst: int = 0) -> bytes:
        """The program of a version: comments, and then the code, so that a part of the file is no
        program."""
        wrong = FAULTS.get(fault, "")
        code = APP.format(
            version=version,
            half=half,
            burst=BURST_OF.format(burst) if burst else "",
            top=wrong if fault in AT_TOP else "",
            wrong=wrong if fault not in AT_TOP else "",
            test="False" if fault == "ill" else "ticks_diff(ticks_ms(), begun) > 3000",
        )
        lines, left = [], size - len(code)
        while left > 0:
            line = f"{self.rng.getrandbits(320):080x}"[: max(left - 3, 0)]
            lines.append(f"# {line}\n")
            left -= len(lines[-1])
        return ("".join(lines) + code).encode()

    def _update(
        self, at: float, version: int, page: bytes, fault: str = "", burst: int = 0
    ) -> Update:
        path = f"/{self.rng.choice(('app', 'fw', 'release'))}-{self.rng.getrandbits(32):08x}.py"
        text = json.dumps(self._order(version, path, page))
        return Update(at, version, fault, burst, text, path, page)

    def _order(self, version: int, path: str, page: bytes) -> dict[str, Any]:
        size, digest, url = len(page), hashlib.sha256(page).hexdigest(), SITE + path
        signed = f"update {version} {url} {size} {digest}"
        mac = hmac.new(bytes.fromhex(self.key), signed.encode(), hashlib.sha256).hexdigest()
        return {"version": version, "url": url, "size": size, "sha256": digest, "mac": mac}

    def episode(
        self,
        name: str,
        seconds: float,
        updates: Sequence[Update],
        cuts: Sequence[float],
        **data: Any,
    ) -> Episode:
        """An episode with these updates and resets."""
        base = f"mcit/{self.device['site']}/{self.device['dev']}"
        steps: list[Step] = [
            step
            for one in updates
            for step in publish(
                f"{base}/update", one.text.encode(), at=ms(one.at), qos=1, retain=True
            )
        ]
        steps += [step for at in cuts for step in hard_reset(at=ms(at))]
        device = WIFI | {"broker": "broker.warsha"} | self.device
        return Episode(
            name,
            seconds,
            {
                "device.json": json.dumps(device).encode(),
                "update.json": json.dumps({"key": self.key}).encode(),
                "app_a.py": self.app(self.first, self.half, 0),
            },
            steps,
            {"base": base, "first": self.first, "updates": updates, "cuts": cuts, **data},
            pages={one.path: one.page for one in updates},
        )


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Updates that are good, false, cut off by the power, and of versions that fail."""
    server = Server(random.Random(seed), seed)
    return [update(server), refuse(server), power(server), rollback(server)]


def update(server: Server) -> Episode:
    """A good update; resets; the broker is away; and an update that is larger than the heap."""
    rng, first = server.rng, server.first
    at = rng.uniform(CONNECTED_MS, CONNECTED_MS + 1500)
    resets = [at + INSTALLED_MS + WATCHED_MS + n * BETWEEN_MS for n in range(RESETS)]
    away = resets[-1] + BETWEEN_MS
    large = away + AWAY_MS + AGAIN_MS
    halves = [server.half, *server.others(server.half)[:2]]
    versions = [first, first + rng.randrange(1, 4), first + rng.randrange(4, 9)]
    updates = [
        server.good(at, versions[1], halves[1]),
        server.good(large, versions[2], halves[2], BIG),
    ]
    seconds = (large + INSTALLED_MS + WATCHED_MS) / 1000
    made = server.episode(
        "update",
        seconds,
        updates,
        resets,
        halves=dict(zip(versions, halves, strict=True)),
        away=away,
    )
    broker = [
        *set_control("ap", "broker", 0, at=ms(away)),
        *set_control("ap", "broker", 1, at=ms(away + AWAY_MS)),
    ]
    return replace(made, steps=[*made.steps, *broker])


def refuse(server: Server) -> Episode:
    """Updates that must be refused; a reset; and a good one."""
    rng, first = server.rng, server.first
    faults = ["key", "unsigned", "version", "swapped", "short", "old"]
    rng.shuffle(faults)
    at, version, updates = rng.uniform(CONNECTED_MS, CONNECTED_MS + 1500), first, []
    for number, fault in enumerate(faults):
        version += rng.randrange(1, 4)
        one = first - rng.randrange(1, 3) if fault == "old" else version
        updates.append(server.bad(at, one, fault, BURST + number))
        at += rng.uniform(5000, 6000)
    reset = at
    at += CONNECTED_MS + 2000
    half = server.others(server.half)[0]
    updates.append(server.good(at, version + 1, half))
    seconds = (at + INSTALLED_MS + WATCHED_MS) / 1000
    halves = {first: server.half, version + 1: half}
    return server.episode("refuse", seconds, updates, [reset], halves=halves)


def power(server: Server) -> Episode:
    """The power fails after a download that brings half of a file, during another one, at about
    the end of a whole one, and in the first start. LittleFS keeps the old content of a file until
    the new one is closed: that half shows an update that was written over the version that runs.
    It comes first: where a later version stays on trial, the program goes back to a whole one."""
    rng = server.rng
    moments = [(850, 1250), (150, 600), (850, 1250), (1600, 3000)]
    at, version = rng.uniform(CONNECTED_MS, CONNECTED_MS + 1500), server.first
    halves, updates, cuts = {version: server.half}, [], []
    fast = [one for one in FAST if one != server.half]
    rng.shuffle(fast)
    for moment, half in zip(moments, (None, fast[0], fast[1], HALVES[-1]), strict=True):
        version += rng.randrange(1, 4)
        if half is None:
            updates.append(server.bad(at, version, "half", BURST))
        else:
            halves[version] = half
            updates.append(server.good(at, version, half))
        cuts.append(at + rng.uniform(*moment))
        at = cuts[-1] + INSTALLED_MS + WATCHED_MS + rng.uniform(0, 500)
    return server.episode("power", at / 1000, updates, cuts, halves=halves)


def rollback(server: Server) -> Episode:
    """Signed versions that fail, each in another way; and a reset. While the last one is on trial
    there is no network, so that nothing can confirm it."""
    rng = server.rng
    faults = [rng.choice(("import", "raise")), "hang", "stuck"]
    rng.shuffle(faults)
    faults += ["ill", "offline"]  # where it stays, the next ones go back to it
    at, version, updates = rng.uniform(CONNECTED_MS, CONNECTED_MS + 1500), server.first, []
    for number, fault in enumerate(faults):
        version += rng.randrange(1, 4)
        updates.append(server.bad(at, version, fault, BURST + number))
        at += BACK_MS + WATCHED_MS + rng.uniform(0, 500)
    network = at
    reset = network + LISTED_MS
    made = server.episode(
        "rollback",
        (reset + 15_000) / 1000,
        updates,
        [reset],
        halves={server.first: server.half},
        network=network,
    )
    last, off = updates[-1].at, updates[-1].at + OFF_MS
    wifi = [
        *set_control("ap", "join_ms", NO_WIFI_MS, at=ms(last + 200)),
        *set_control("ap", "online", 0, at=ms(off)),
        *set_control("ap", "join_ms", JOIN_MS, at=ms(off)),
        *set_control("ap", "online", 1, at=ms(network)),
    ]
    return replace(made, steps=[*made.steps, *wifi])
