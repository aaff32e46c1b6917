"""L10's stimulus: steps of the knob with rests, a fast ramp, presses of the button; and another
display at another address.

`data["rests"]` are the times in which nothing changes, in order. Each has its first `event`
(`start`, `step`, `press`, `hold`, `twice`, `ramp`, `sweep`), when it begins and ends (`at`,
`until`), how long the button is `held`, the `page`, and the `volts` with the `least` and the
`most` until then. `data["ramp"]` is the start and the end of the ramp. Times are ms since t = 0.
"""

import json
import random
from pathlib import Path
from typing import Any

from grader import BoardType, Episode, Step, ms, press, set_control

Rest = dict[str, Any]
Config = dict[str, Any]
"""cfg.json: `addr`, `title`, `full_v`, `x`, `y`."""

LABELS = Path(__file__).parent / "labels"
KNOB_STEPS = 1023
PUBLIC: Config = {"addr": 0x3C, "title": "PUMP 1", "full_v": 15.0, "x": 40, "y": 45}
PUBLIC_LABEL = Path(__file__).parent / "given" / "label.pbm"
PLANS = {
    "main": "step step step step ramp step step step",
    "pages": "press press step press step press step press step sweep press hold press twice",
    "alt": "step",
}
"""The events of each episode. `pages` has ten presses; its sweep comes while page 2 is shown."""
LOW, HIGH, EXTREME = 0.24, 0.7, 0.08
"""The shares of full scale between which the knob rests; and how much farther it goes while the
second page is shown, so that MIN or MAX changes there."""
NEW_MIN = 0.02
"""How far below the last MIN, as a share of full scale, it goes at least while the button is held:
more than the 0.1 V that a check forgives."""
RAMP_MS, RAMP_STEP_MS = 3000, 20
SWEEP_STEPS, SWEEP_STEP_MS = 12, 100
PEAK_MS = (400, 1100)
"""When the knob goes to a new MIN during a long press, and back: so long that the mean of many
reads reaches it, too."""
SHORT_MS, AGAIN_MS = 200, 450
"""How long each of two quick presses is, and when the second one begins."""
BELOW_BAR, HEIGHT, WIDTH = 43, 64, 128
"""The first row under the frame of the bar, and the dots of the display."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The voltage of a machine, the pages of its display; and a display with another address,
    label and place."""
    rng = random.Random(seed)
    config = {**PUBLIC, "title": title(rng), "full_v": hidden_full(rng)} if seed else PUBLIC
    label = rng.choice(sorted(LABELS.glob("*.pbm"))).read_bytes()
    return [
        episode("main", rng, config, PUBLIC_LABEL.read_bytes()),
        episode("pages", rng, config, PUBLIC_LABEL.read_bytes()),
        episode("alt", rng, {**config, "addr": 0x3D, **place(rng, label)}, label),
    ]


def title(rng: random.Random) -> str:
    """The name of another machine."""
    return f"{rng.choice(('TANK', 'WELL', 'OVEN', 'FAN', 'MOTOR'))} {rng.randrange(2, 10)}"


def hidden_full(rng: random.Random) -> float:
    """A full scale that differs from the public one."""
    return round(rng.choice((rng.uniform(9, 13.5), rng.uniform(16.5, 18))), 1)


def place(rng: random.Random, label: bytes) -> Config:
    """Another place for the label, below the bar."""
    wide, high = (int(number) for number in label.split(b"\n", 2)[1].split())
    x = rng.choice([n for n in range(WIDTH - wide + 1) if abs(n - PUBLIC["x"]) > 8])
    return {"x": x, "y": rng.randrange(BELOW_BAR, HEIGHT - high + 1)}


class Line:
    """Collects the events and rests of an episode. Shares are places of the knob, 0 to 1."""

    def __init__(self, rng: random.Random, full_v: float) -> None:
        self.rng, self.full_v = rng, full_v
        self.share = self.first = self.between(0.4, 0.5)
        self.least = self.most = self.share
        self.page, self.at_ms, self.ramped = 1, 0.0, (0.0, 0.0)
        self.steps: list[Step] = []
        self.rests: list[Rest] = []

    def between(self, low: float, high: float) -> float:
        """A share whose voltage is 0.03 to 0.07 V above a full tenth, so that one decimal is
        wrong, and whose bar has no whole number of dots: it may be rounded or cut."""
        while True:
            tenths = int(self.rng.uniform(low, high) * self.full_v * 10)
            share = (tenths / 10 + self.rng.uniform(0.03, 0.07)) / self.full_v
            if 0.15 < 100 * share % 1 < 0.85:
                return share

    def rest(self, event: str, low_ms: float, high_ms: float, held_ms: float = 0.0) -> None:
        """Nothing changes for a time after an event."""
        begin, self.at_ms = self.at_ms, self.at_ms + self.rng.uniform(low_ms, high_ms)
        rest = {"event": event, "at": begin, "until": self.at_ms, "held": held_ms}
        shares = {"volts": self.share, "least": self.least, "most": self.most}
        volts = {name: self.full_v * share for name, share in shares.items()}
        self.rests.append({**rest, "page": self.page, **volts})

    def turn(self, share: float) -> None:
        """Turn the knob, now."""
        self.share = share
        self.least, self.most = min(self.least, share), max(self.most, share)
        self.steps += set_control("knob", "position", share, at=ms(self.at_ms))

    def step(self) -> None:
        """A step of the knob, up and down in turn; a new MIN or MAX on the second page."""
        low, high = (0.52, HIGH) if self.share < (LOW + HIGH) / 2 else (LOW, 0.42)
        if self.page == 2:
            low, high = (HIGH, HIGH + EXTREME) if high == HIGH else (LOW - EXTREME, LOW)
        self.turn(self.between(low, high))
        self.rest("step", 3000, 3400)

    def press(self) -> None:
        """A press of the button, which changes the page."""
        held_ms, self.page = self.rng.uniform(400, 600), 3 - self.page
        self.steps += press("btn1", at=ms(self.at_ms), hold=ms(held_ms))
        self.rest("press", held_ms + 900, held_ms + 1200, held_ms)

    def hold(self) -> None:
        """A long press, during which the knob goes to a new MIN and back."""
        held_ms, self.page = self.rng.uniform(1800, 2200), 3 - self.page
        self.steps += press("btn1", at=ms(self.at_ms), hold=ms(held_ms))
        begin, share = self.at_ms, self.share
        self.at_ms = begin + PEAK_MS[0]
        self.turn(self.between(LOW - 2 * EXTREME, min(0.15, self.least - NEW_MIN)))
        self.at_ms = begin + PEAK_MS[1]
        self.turn(share)
        self.at_ms = begin
        self.rest("hold", held_ms + 900, held_ms + 1200, held_ms)

    def twice(self) -> None:
        """Two quick presses, after which the page is the one before."""
        for after_ms in (0, AGAIN_MS):
            self.steps += press("btn1", at=ms(self.at_ms + after_ms), hold=ms(SHORT_MS))
        self.rest("twice", 1500, 1800, SHORT_MS)

    def sweep(self) -> None:
        """The knob moves, and stays between the least and the greatest voltage until now."""
        begin = self.at_ms
        for n in range(SWEEP_STEPS):
            self.at_ms = begin + n * SWEEP_STEP_MS
            self.turn(self.between(0.43, 0.51))
        self.at_ms = begin
        self.rest("sweep", 2000, 2400)

    def ramp(self) -> None:
        """A fast ramp to the other end, and a rest."""
        begin, start = self.at_ms, self.share
        end = self.between(*((LOW, 0.3) if start > 0.45 else (0.62, HIGH)))
        count = RAMP_MS // RAMP_STEP_MS
        for n in range(1, count + 1):
            self.at_ms = begin + n * RAMP_STEP_MS
            self.turn(start + (end - start) * n / count)
        self.ramped = begin, self.at_ms
        self.rest("ramp", 1000, 1400)


def episode(name: str, rng: random.Random, config: Config, label: bytes) -> Episode:
    """An episode of that name, with its files and its display."""
    line = Line(rng, config["full_v"])
    line.rest("start", 1800, 2300)
    for event in PLANS[name].split():
        getattr(line, event)()
    return Episode(
        name,
        seconds=line.at_ms / 1000 + 0.2,
        files={"cfg.json": json.dumps(config).encode(), "label.pbm": label},
        steps=line.steps,
        data={
            "rests": line.rests,
            "ramp": line.ramped,
            "config": config,
            "public": PUBLIC,
            "label": label,
        },
        is_quiet=True,
        attrs={
            "knob": {"value": str(line.first * KNOB_STEPS)},
            "oled": {"i2cAddress": hex(config["addr"])},
        },
    )
