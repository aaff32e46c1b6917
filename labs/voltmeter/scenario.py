"""L05's stimulus: steps, spikes, slow crossings with noise, a converter that is off.

A *path* is the panel's voltage over time: pairs of a time (ms since t = 0) and the volts from then
on. It goes through a divider: the pin has 1/ratio of it, and the knob sets the pin.
"""

import json
import random

import numpy as np

from grader import BoardType, Episode, Step, ms, set_control

SUPPLY_V = 3.3
PUBLIC = {"ratio": 8.0, "v_on": 11.5, "v_off": 12.0}
NOMINAL = [[0.5, 0.5], [2.5, 2.5]]
NOISE_V, SPIKE_V = 0.1, (0.35, 0.6)
SPIKES = (21, 23, 27, 29)
"""A spike comes once in this many reads. With these numbers a program that uses each tenth read
also gets one."""
MARGIN_V = 0.35
RAMP_STEP = ms(100)
RAMP_STEP_V = 0.01
WAIT_MS, PAUSE_MS = (2000, 14_000), (8000, 20_000)

Path = list[tuple[float, float]]
Config = dict[str, float]
"""cfg.json: `ratio`, `v_on`, `v_off`."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Steps, spikes, slow crossings with noise, and a calibrated converter with wrong gain and
    offset."""
    rng = random.Random(seed)
    config = hidden_config(rng) if seed else PUBLIC
    # Gain and offset err in the same direction: one must not hide the other.
    sign = rng.choice((1, -1))
    error = {"gain": 1 + sign * rng.uniform(0.04, 0.08), "offset": sign * rng.uniform(0.06, 0.1)}
    spike = {
        "spike": rng.choice((1, -1)) * rng.uniform(*SPIKE_V),
        "spike_every": rng.choice(SPIKES),
    }
    return [
        episode("quiet", config, steps(rng, 12)),
        episode("spikes", config, [(0, rng.uniform(11, 17))], seconds=18, spoil=spike),
        episode(
            "cross", config, crossings(rng, config), spoil={"noise": NOISE_V / config["ratio"]}
        ),
        episode("recal", config, steps(rng, 4, 19), spoil=error, cal=calibration(rng, **error)),
    ]


def episode(
    name: str,
    config: Config,
    path: Path,
    *,
    seconds: float = 0.0,
    spoil: dict[str, float] | None = None,
    cal: list[list[float]] = NOMINAL,
) -> Episode:
    """The panel follows its path until 3 s after its end. `spoil` sets controls of the
    converter."""
    turns: list[Step] = []
    for control, value in (spoil or {}).items():
        turns += set_control("panel", control, value, at=ms(0))
    for at, volts in path:
        position = volts / config["ratio"] / SUPPLY_V
        turns += set_control("panel", "position", position, at=ms(at))
    files = {
        "cfg.json": json.dumps(config).encode(),
        "cal.json": json.dumps({"points": cal}).encode(),
    }
    return Episode(
        name,
        seconds=seconds or path[-1][0] / 1000 + 3,
        files=files,
        steps=turns,
        data={"config": config, "path": path, "public": PUBLIC, "cal": cal, **(spoil or {})},
    )


def hidden_config(rng: random.Random) -> Config:
    """A config that differs from the public one, and for which a program that uses whole volts is
    wrong at a threshold."""
    while True:
        ratio = round(rng.uniform(7.6, 8.4), 2)
        v_on = round(rng.uniform(10.5, 12.7), 2)
        v_off = round(v_on + rng.uniform(0.3, 0.6), 2)
        apart = min(abs(a - b) for a in (v_on, v_off) for b in (PUBLIC["v_on"], PUBLIC["v_off"]))
        late = max(np.ceil(v_on) - v_on, np.floor(v_off) + 1 - v_off)
        if abs(ratio - PUBLIC["ratio"]) > 0.15 and apart >= 0.4 and late > 0.4 and v_off <= 13:
            return {"ratio": ratio, "v_on": v_on, "v_off": v_off}


def steps(rng: random.Random, count: int, top: int = 22) -> Path:
    """Voltages from 8 to `top` volts, each for 2.5 to 3 s; one high, one just below a whole
    volt. None is so near to a whole volt that a program which cuts off the rest prints two
    different ones. The lowest is the last: a list that keeps its largest reads is found."""
    whole = [rng.randrange(8, top) for _ in range(count - 2)]
    volts = [volt + rng.uniform(0.2, 0.85) for volt in [*whole, rng.randrange(top - 2, top)]]
    volts.append(rng.randrange(9, top - 2) + rng.uniform(0.6, 0.85))
    rng.shuffle(volts)
    volts.append(volts.pop(volts.index(min(volts))))
    times = np.cumsum([0, *(rng.uniform(2500, 3000) for _ in volts[1:])])
    return list(zip(times.tolist(), volts, strict=True))


def calibration(rng: random.Random, gain: float, offset: float) -> list[list[float]]:
    """Two calibration points of this converter, at the pin: measured and true volts."""
    return [
        [round(true * gain + offset, 4), round(true, 4)]
        for true in (rng.uniform(0.7, 1), rng.uniform(2, 2.6))
    ]


def crossings(rng: random.Random, config: Config) -> Path:
    """Slowly down with a pause at v_on, up, and down again; far from both thresholds it jumps.

    The jumps also cross the public thresholds, so that a program that uses those is found. The
    waits are so different that a program that knows the thresholds cannot know the times.
    """
    top, bottom = config["v_off"] + MARGIN_V, config["v_on"] - MARGIN_V
    high, low = max(top, PUBLIC["v_off"] + 0.4), min(bottom, PUBLIC["v_on"] - 0.4)
    path: Path = [(0, high)]
    ramp(path, rng.uniform(*WAIT_MS), top, config["v_on"])
    ramp(path, rng.uniform(*PAUSE_MS), config["v_on"], bottom)
    path.append((path[-1][0] + 500, low))
    ramp(path, rng.uniform(*WAIT_MS), bottom, top)
    path.append((path[-1][0] + 500, high))
    ramp(path, rng.uniform(*WAIT_MS), top, bottom)
    return path


def ramp(path: Path, wait_ms: float, start: float, end: float) -> None:
    """Add to the path: after a wait, from one voltage to another at 0.1 V/s."""
    begin = path[-1][0] + wait_ms
    count = round(abs(end - start) / RAMP_STEP_V)
    volts = np.linspace(start, end, count + 1).tolist()
    path += [(begin + n * RAMP_STEP, v) for n, v in enumerate(volts)]
