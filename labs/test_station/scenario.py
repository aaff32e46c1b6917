"""C2's stimulus. `line`: forty units and one empty place, one after the other. `shift`: as many
starts with an empty fixture as let `seq` go round.

Each place begins with the press of the start button. Before that the unit is exchanged, as an
operator does it. `data["places"]` has of each place: when it `starts` and `ends` (ms since t = 0),
the right `code`, the code of a later fault, `also` (0: none), and the unit's `serial`, `rail` (V)
and `standby` (mA).
"""

import json
import random
from dataclasses import dataclass

from grader import BoardType, Episode, Step, ms, press, set_control

PASS, LOW, HIGH, SLOW, HUNG, NO_SN, DUP_SN, BLINK, ID, STANDBY, EMPTY = range(11)
FAULTS = range(LOW, EMPTY)
UNITS, LOOSE, DOUBLE = 40, 2, 6
"""Units; good units that fail once; starts that are pressed twice."""
STARTS, EVERY_MS = 135, 8000
"""Of `shift`. Each start gives two frames: `seq` goes from 255 to 0."""
FIRST_MS, PLACE_MS, TAKEN_MS, SET_MS = 2000, 27_000, 1500, 1200
"""The first start; a place lasts so long. The unit is taken out, and the next one put in, so long
before the start."""
HUNG_BEFORE = 8
SETTLED = (320, 330, 340)
SLOWER_MS = (140, 155)
"""The rail's time, ms; and for how much longer a slow one rises: it is within its limits before
the 500 ms of the example."""
BOOTS, WINDOWS = (3600, 3650, 3700), (2550, 2600, 2650)
"""The time for READY, and that of the flashes, ms: longer than in the example, and so are five
flashes and a sixth one."""
FLASHES = 5
POLYNOMIALS = (0x1D, 0x2F, 0x31, 0x39, 0x9B, 0xA6, 0xD5)
Limits = dict[str, float]
PUBLIC: Limits = {
    "rail_min": 3.2,
    "rail_max": 3.4,
    "rail_ms": 500,
    "boot_ms": 3000,
    "blinks": 3,
    "blink_ms": 2000,
    "i_max": 30,
    "poly": 0x07,
    "init": 0x00,
}


@dataclass
class Unit:
    """What is in a place."""

    code: int
    serial: int
    memory: int
    rail: float
    rise: int
    blinks: int
    standby: float
    also: int = 0
    loose: int = 0

    def controls(self) -> dict[str, float]:
        """The controls of the device under test."""
        told = 0 if NO_SN in (self.code, self.also) else self.serial
        return {
            "serial": told,
            "memory": self.memory,
            "rail": self.rail,
            "rise": self.rise,
            "blinks": self.blinks,
            "standby": self.standby,
            "hung": self.code == HUNG,
            "loose": self.loose,
        }


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Other units in another order with each seed; the units of another product, with other
    limits and another CRC."""
    rng = random.Random(seed)
    limits = PUBLIC if seed == 0 else hidden(rng)
    faults = order(rng)
    good = [n for n, (code, _) in enumerate(faults) if code == PASS]
    loose = set(rng.sample(good, k=LOOSE))
    double = set(rng.sample(sorted(set(good) - loose), k=DOUBLE))
    units: list[Unit] = []
    serials = rng.sample(range(1000, 999_999), k=len(faults))
    for n, (both, serial) in enumerate(zip(faults, serials, strict=True)):
        units.append(unit(rng, both, serial, units, limits))
        units[-1].loose = n in loose
    few, many = (one for one in units if one.code == BLINK and not one.also)
    blinks = int(limits["blinks"])
    few.blinks, many.blinks = rng.randrange(1, blinks), blinks + 1
    starts = [FIRST_MS + n * PLACE_MS + rng.randrange(-300, 300) for n in range(len(units) + 1)]
    steps: list[Step] = []
    for n, one in enumerate(units):
        steps += place(rng, one, starts[n], n in double)
    places = [told(one, starts[n], starts[n + 1] - TAKEN_MS) for n, one in enumerate(units)]
    files = {"device.json": json.dumps({"station": "EOL1", **limits}).encode()}
    seconds = (FIRST_MS + len(units) * PLACE_MS) / 1000
    data = {**limits, "places": places}
    return [Episode("line", seconds, files, steps, data), shift(rng, files, limits)]


def shift(rng: random.Random, files: dict[str, bytes], limits: Limits) -> Episode:
    """A start every few seconds, and never a unit."""
    steps = set_control("dut", "present", 0, at=ms(0))
    for n in range(STARTS):
        at = FIRST_MS + n * EVERY_MS
        steps += press("btn1", at=ms(at), hold=ms(rng.randrange(80, 200)))
    seconds = (FIRST_MS + STARTS * EVERY_MS) / 1000
    return Episode("shift", seconds, files, steps, limits)


def hidden(rng: random.Random) -> Limits:
    """Other values than the public ones: with 3.2 V, 3 flashes or 30 mA every good unit is
    rejected."""
    middle = rng.choice((3.0, 3.05, 3.1))
    return {
        "rail_min": round(middle - 0.1, 2),
        "rail_max": round(middle + 0.1, 2),
        "rail_ms": rng.choice(SETTLED),
        "boot_ms": rng.choice(BOOTS),
        "blinks": FLASHES,
        "blink_ms": rng.choice(WINDOWS),
        "i_max": rng.choice((42, 44, 46, 48, 50, 55)),
        "poly": rng.choice(POLYNOMIALS),
        "init": rng.randrange(1, 256),
    }


def order(rng: random.Random) -> list[tuple[int, int]]:
    """What is wrong in each place: its code, and that of a later fault. Each fault comes alone,
    BLINK twice, and four units have two. A hung unit is among the first, and a unit that passes at
    once comes before each one that repeats a serial number."""
    faults = [(code, PASS) for code in (*FAULTS, BLINK)]
    faults += [(rng.choice((LOW, HIGH)), NO_SN), (rng.choice((NO_SN, DUP_SN)), BLINK)]
    faults += [(BLINK, ID), (ID, STANDBY)]
    faults += [(PASS, PASS)] * (UNITS - len(faults)) + [(EMPTY, PASS)]
    while True:
        rng.shuffle(faults)
        codes = [code for code, _ in faults]
        before = codes[: codes.index(DUP_SN)].count(PASS)
        if HUNG in codes[:HUNG_BEFORE] and before > LOOSE:
            return faults


def unit(
    rng: random.Random, faults: tuple[int, int], serial: int, before: list[Unit], limits: Limits
) -> Unit:
    """A unit with these faults."""
    code, also = faults
    low, high, i_max = limits["rail_min"], limits["rail_max"], limits["i_max"]
    blinks = int(limits["blinks"])
    made = Unit(
        code=code,
        also=also,
        serial=serial,
        memory=serial,
        rail=min(max(rng.gauss((low + high) / 2, 0.015), low + 0.05), high - 0.05),
        rise=rng.randrange(60, 250),
        blinks=blinks,
        standby=round(rng.uniform(0.75, 0.88) * i_max, 1),
    )
    if code == LOW:
        made.rail = rng.uniform(low - 0.6, low - 0.08)
    elif code == HIGH:
        made.rail = rng.uniform(high + 0.08, high + 0.4)
    elif code == SLOW:
        made.rise = int(limits["rail_ms"]) + rng.randrange(*SLOWER_MS)
    elif code == DUP_SN:
        made.serial = made.memory = rng.choice(
            [u.serial for u in before if u.code == PASS and not u.loose]
        )
    made.rail = round(made.rail, 3)
    if BLINK in faults:
        made.blinks = rng.choice([n for n in range(1, blinks + 2) if n != blinks])
    if ID in faults:
        made.memory = rng.choice((0, serial + rng.choice((-1, 1)), rng.randrange(1000, 999_999)))
    if STANDBY in faults:
        made.standby = round(rng.uniform(1.2, 2.0) * i_max, 1)
    return made


def place(rng: random.Random, one: Unit, at: int, is_double: bool) -> list[Step]:
    """The unit is put in, and the start button pressed, or pressed again while it is tested."""
    put_in = ms(at - SET_MS)
    steps = set_control("dut", "present", 0, at=ms(at - TAKEN_MS))
    if one.code != EMPTY:
        for name, value in one.controls().items():
            steps += set_control("dut", name, float(value), at=put_in)
        steps += set_control("dut", "present", 1, at=put_in)
    steps += press("btn1", at=ms(at), hold=ms(rng.randrange(80, 200)))
    if is_double:
        steps += press("btn1", at=ms(at + rng.randrange(500, 2500)), hold=ms(120))
    return steps


def told(one: Unit, starts: int, ends: int) -> dict[str, float | int | str]:
    """What the checks know of a place."""
    return {
        "starts": starts,
        "ends": ends,
        "code": one.code,
        "also": one.also,
        "serial": f"MP-{one.serial:06d}",
        "rail": one.rail,
        "standby": one.standby,
    }
