"""L11: the sensor is read at a steady rate, and its vibration, tilt and shocks are right.

The motion of the machine comes from the scenario (`data`). A *window* is the time from an RMS line
back to the one before it. RMS and TILT are judged in steady windows: neither the vibration nor the
attitude nor the reference changed in them, or shortly before them.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from grader import (
    NS_PER_MS,
    NS_PER_S,
    AtLeast,
    AtMost,
    Degrees,
    Episode,
    Exactly,
    Hertz,
    LineForm,
    Matches,
    Millis,
    Percent,
    Quantity,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
    observe,
    once,
    set_control,
)
from grader.measure.i2c import RegisterAccess, addressed, reads_of, register_accesses
from grader.measure.pins import other_pin
from grader.measure.serial import SerialRecords, read_lines
from grader.measure.times import delay, rate

PWR_MGMT_1, ACCEL_CONFIG, ACCEL_XOUT_H = 0x6B, 0x1C, 0x3B
SLEEP, DEVICE_RESET = 0x40, 0x80
LINE, SHOCK = LineForm("RMS {mg:*} TILT {degrees:*}"), LineForm("SHOCK")
SAMPLE_RATE, LONGEST_GAP = Hertz(100), ms(25)
SETTLED = ms(100)
"""A window whose line comes so late after it still counts as steady."""
ENOUGH, OVER_LINES, LAMP_WITHIN = Percent(80), 3, ms(200)
"""LAMP_WITHIN: the time between a line and the LED's change."""
ROUNDED_MG, SURE_MG = 1, 0.1
"""The RMS may differ from its line by ROUNDED_MG. That of the samples is known up to SURE_MG."""
SHOCK_WITHIN = ms(200)
ALIKE, CLEARER, G_MG = 0.03, 3, 1000
"""A wrong idea explains the printed RMS when it differs from the idea's by less than this part,
and when the right one is more than CLEARER times as far away."""
Floats = NDArray[np.float64]
Vector = tuple[float, float, float]
SHOCKS = ("shock", "again")
"""The kinds of hits that are shocks; `again` comes soon after another."""
T = TypeVar("T")


# The motion.


def acceleration(run: Run, at_ns: NDArray[np.int64]) -> Floats:
    """The true acceleration in g at these times, a row for each."""
    data, at_ms = run.data, at_ns / NS_PER_MS
    g = _held(data["path"], at_ms)
    if data["swings"]:
        begins = np.array([at for at, _ in data["swings"]])
        since_ms = at_ms - begins[np.maximum(np.searchsorted(begins, at_ms, "right") - 1, 0)]
        turns = data["hertz"] * since_ms[:, None] / 1000 + np.array(data["phases"]) / 360
        g = g + _held(data["swings"], at_ms) * np.sin(2 * np.pi * turns)
    return g


def _held(steps: Sequence[tuple[float, Sequence[float]]], at_ms: Floats) -> Floats:
    begins = np.array([at for at, _ in steps])
    rows: Floats = np.array([row for _, row in steps])
    return rows[np.maximum(np.searchsorted(begins, at_ms, "right") - 1, 0)]


def value_at(steps: Sequence[tuple[float, T]], at_ns: int) -> T:
    """The value that holds at a time."""
    return steps[max(0, bisect_right([at for at, _ in steps], at_ns / NS_PER_MS) - 1)][1]


def angle(a: Sequence[float], b: Sequence[float]) -> float:
    """The angle between two vectors in degrees."""
    turn = np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))
    return float(np.degrees(turn))


# What was seen.


@once
def accesses(run: Run) -> list[RegisterAccess]:
    """The accesses to the sensor since power-on."""
    return register_accesses(run, run.data["config"]["addr"], boot=True)


@once
def samples(run: Run) -> list[RegisterAccess]:
    """The reads of the X axis since t = 0: one for each sample."""
    return [one for one in reads_of(accesses(run), ACCEL_XOUT_H) if one.at_ns >= 0]


def register(run: Run, number: int, at_start: int) -> int | None:
    """The value of a register at the end; None when the sensor was never written."""
    value, written = at_start, False
    for one in accesses(run):
        if one.is_read:
            continue
        written = True
        if one.covers(PWR_MGMT_1) and one.data[PWR_MGMT_1 - (one.register or 0)] & DEVICE_RESET:
            value = at_start
        elif one.covers(number):
            value = one.data[number - (one.register or 0)]
    return value if written else None


def range_set(run: Run) -> int | None:
    """The range in g that ACCEL_CONFIG sets; None when the sensor was never written."""
    value = register(run, ACCEL_CONFIG, 0)
    return None if value is None else 2 << (value >> 3 & 3)


@once
def lines(run: Run) -> SerialRecords:
    """The RMS lines, also with slips of form."""
    return read_lines(run, LINE)


def changes(run: Run) -> list[float]:
    """When the vibration, the attitude or the reference changed (ms)."""
    data = run.data
    return sorted(at for name in ("levels", "path", "references") for at, _ in data[name])


@once
def steady(run: Run) -> list[int]:
    """Which lines are of steady windows."""
    times, found = [0, *lines(run).at_ns.tolist()], []
    begins = [at * NS_PER_MS for at in changes(run)]
    for n, (before, at) in enumerate(pairwise(times)):
        since = max(at - before, NS_PER_S) + SETTLED.ns
        last = begins[bisect_right(begins, at) - 1]
        if at - last >= since:
            found.append(n)
    return found


def judged(run: Run, is_wanted: Callable[[int], bool] = lambda _: True) -> list[tuple[int, int]]:
    """The steady lines that are wanted: their number and their time (ns)."""
    at_ns = lines(run).at_ns.tolist()
    return [(n, at_ns[n]) for n in steady(run) if is_wanted(at_ns[n])]


# Which idea was wrong.


def asleep(run: Run) -> bool:
    """Whether the sensor sleeps to the end."""
    return bool((register(run, PWR_MGMT_1, SLEEP) or 0) & SLEEP)


def rms(g: Floats) -> float:
    """The root of the mean square of the distances from the mean, in mg."""
    return G_MG * float(np.sqrt(g.var(axis=0).sum()))


def ideas(run: Run, g: Floats) -> dict[str, float]:
    """The RMS that programs with each wrong idea print for these accelerations."""
    range_g = run.data["config"]["range_g"]
    set_g = range_set(run) or range_g
    return {
        "wrong_range": rms(np.clip(g, -set_g, set_g)) * range_g / set_g,
        "signed_16": rms(np.where(np.rint(g * 32768 / set_g) < 0, g + 2 * range_g, g)),
        "lsb_per_g": rms(g) * 2 / range_g,
        "gravity_in": G_MG * float(np.sqrt((g * g).sum(axis=1).mean())),
        "one_number": G_MG * float(np.linalg.norm(g, axis=1).std()),
    }


@once
def why_rms(run: Run) -> str:
    """The sensor sleeps; or the wrong idea whose RMS are the printed ones."""
    if asleep(run):
        return "no_wake"
    off: dict[str, list[float]] = {}
    for mg, g in zip(lines(run).numbers("mg").tolist(), windows(run), strict=True):
        if len(g) < 2 or rms(g) < 1:  # at rest every idea gives about 0
            continue
        for key, wrong in {"": rms(g), **ideas(run, g)}.items():
            rest = max(0.0, abs(mg - wrong) - ROUNDED_MG / 2)  # a line is in whole mg
            off.setdefault(key, []).append(rest / max(wrong, 1.0))
    if not off:
        return ""
    best, key = min((float(np.median(each)), key) for key, each in off.items())
    is_clear = best < ALIKE and CLEARER * best < float(np.median(off[""]))
    return key if is_clear else ""


def why_lamp(run: Run) -> str:
    """It drives another pin, has the limit of the lesson, is lit too soon, or changes too late."""
    if key := other_pin(run, "LED_Y"):
        return key
    led, due = lamp_changes.measure(run), lamp_due(run)
    if lateness(led, lamp_by_lines(run, run.data["public"]["limit_mg"])) <= LAMP_WITHIN:
        return "hardcoded"
    if led and due and led[0] < due[0] - LAMP_WITHIN:
        return "lamp_at_once"
    return "lamp_late" if len(led) == len(due) else ""


@once
def windows(run: Run) -> list[Floats]:
    """For each line the true acceleration at the samples of its window."""
    at_ns = np.array([one.at_ns for one in samples(run)], np.int64)
    ends = np.searchsorted(at_ns, lines(run).at_ns, "right")
    return [acceleration(run, own) for own in np.split(at_ns, ends)[:-1]]


def above(run: Run, limit_mg: float, *, unsure: bool) -> list[bool]:
    """Which lines are above a limit. Where a line is rounded to the limit, the samples of its
    window decide; `unsure` is said of a line where they are as good as the limit, too."""
    found = []
    for mg, g in zip(lines(run).numbers("mg").tolist(), windows(run), strict=True):
        if abs(mg - limit_mg) <= ROUNDED_MG and len(g):
            exact = rms(g)
            is_sure = abs(exact - mg) <= ROUNDED_MG and abs(exact - limit_mg) > SURE_MG
            found.append(exact > limit_mg if is_sure else unsure)
        else:
            found.append(mg > limit_mg)
    return found


def lamp_by_lines(run: Run, limit_mg: float) -> list[Millis]:
    """When the LED has to change by the printed lines. A window that is as good as the limit may
    count as above it or not: the LED shows what the program took it for."""
    led = lamp_changes.measure(run)
    ways = [lamp_of(run, above(run, limit_mg, unsure=way)) for way in (False, True)]
    return min(ways, key=lambda due: lateness(led, due))


def lamp_of(run: Run, is_above: Sequence[bool]) -> list[Millis]:
    """With the third line in a row above the limit, and with the first one that is not."""
    over, found = 0, []
    for is_over, at_ns in zip(is_above, lines(run).at_ns.tolist(), strict=True):
        before, over = over, over + 1 if is_over else 0
        if (before >= OVER_LINES) != (over >= OVER_LINES):
            found.append(millis_of_ns(at_ns, at_ns))
    return found


def lateness(seen: Sequence[Millis], due: Sequence[Millis]) -> float:
    """By how much the changes differ from those that are due; infinite for another number."""
    if len(seen) != len(due):
        return float("inf")
    return max((abs(a - b) for a, b in zip(seen, due, strict=True)), default=0.0)


def why_address(run: Run) -> str:
    """The program uses an address, but never that of cfg.json."""
    used = addressed(run, boot=True)
    is_other = bool(used) and run.data["config"]["addr"] not in used
    return "hardcoded" if is_other and run.raised("OSError") else ""


# a: waking the sensor.


@check("a.wake", points=2, expect=Exactly(0), on_miss="no_wake", on_error=why_address)
def sleep_bit(run: Run) -> int | None:
    """The bit SLEEP of PWR_MGMT_1; None when nothing was written to the sensor."""
    value = register(run, PWR_MGMT_1, SLEEP)
    return None if value is None else int(bool(value & SLEEP))


def range_due(run: Run) -> Quantity:
    """The range of the file."""
    return Quantity(run.data["config"]["range_g"])


def why_range(run: Run) -> str:
    """It is the public one."""
    return "hardcoded" if range_g.measure(run) == run.data["public"]["range_g"] else ""


@check(
    "a.range",
    points=1,
    expect=Exactly(range_due),
    on_miss="wrong_range",
    why=why_range,
    on_error=why_address,
)
def range_g(run: Run) -> Quantity | None:
    """The range in g that ACCEL_CONFIG sets."""
    range_g = range_set(run)
    return None if range_g is None else Quantity(range_g)


# b: the rate.


def share_read(run: Run) -> Percent | None:
    """How many of the due samples were read."""
    due = (run.end_ns - run.zero_ns) * SAMPLE_RATE / NS_PER_S
    return Percent(100 * len(samples(run)) / due) if samples(run) else None


enough_samples = gate(
    "b.enough", expect=AtLeast(ENOUGH), on_miss="few_samples", on_error=why_address
)(share_read)


def why_slow(run: Run) -> str:
    """The rate is right, but there are pauses."""
    rates = sample_rates.measure(run) or []
    return "paused" if rates and abs(rates[0] - SAMPLE_RATE) <= 1 else ""


@check(
    "b.rate",
    points=2,
    expect=Within(Hertz(1), of=SAMPLE_RATE),
    on_miss="drift",
    why=why_slow,
    on_error=why_address,
    stated=[LONGEST_GAP],
)
def sample_rates(run: Run) -> list[Hertz] | None:
    """The rate from the first sample to the last; and the longest pause as a rate, when it is too
    long."""
    at_ns = np.array([one.at_ns for one in samples(run)], np.int64)
    overall = rate(at_ns)
    if overall is None:
        return None
    end_ns = run.end_ns - run.zero_ns
    spans = np.diff(np.append(at_ns, max(end_ns, int(at_ns[-1]))))
    longest = int(spans.argmax())
    pause = millis_of_ns(int(spans[longest]), int(at_ns[longest]))
    return [overall] + ([Hertz(1000 / pause, pause.at_ns)] if pause > LONGEST_GAP else [])


@check(
    "b.burst",
    points=2,
    expect=Matches(r"0x3B: (6|14)", like="0x3B: 6"),
    on_miss="torn_read",
    on_error=why_address,
)
def bursts(run: Run) -> list[Text]:
    """Where each read of acceleration began, and its number of bytes."""
    return [
        Text(f"0x{one.register or 0:02X}: {len(one.data)}", one.at_ns)
        for one in accesses(run)
        if one.is_read
        and one.at_ns >= 0
        and any(one.covers(number) for number in range(ACCEL_XOUT_H, ACCEL_XOUT_H + 6))
    ]


# c: vibration.


def share_printed(run: Run) -> Percent | None:
    """How many of the due lines came."""
    due = (run.end_ns - run.zero_ns) / NS_PER_S
    return Percent(100 * len(lines(run)) / due) if len(lines(run)) else None


enough_rms, enough_tilts = (
    gate(id, expect=AtLeast(ENOUGH), on_miss="few_lines", on_error=why_address, reads=LINE)(
        share_printed
    )
    for id in ("c.enough", "d.enough")
)


def rms_due(run: Run) -> list[Quantity]:
    """The right RMS of the judged lines."""
    return [Quantity(value_at(run.data["levels"], at), at) for _, at in judged(run)]


@check(
    "c.rms",
    points=3,
    expect=Within(percent=3, of=rms_due),
    on_miss="wrong_rms",
    why=why_rms,
    on_error=why_address,
    reads=LINE,
)
def printed_rms(run: Run) -> list[Quantity]:
    """The RMS in the judged lines."""
    mg = lines(run).numbers("mg")
    return [Quantity(mg[n], at) for n, at in judged(run)]


def lamp_due(run: Run) -> list[Millis]:
    """When the LED has to go on and off."""
    return lamp_by_lines(run, run.data["config"]["limit_mg"])


@check(
    "c.led",
    points=1,
    expect=Within(LAMP_WITHIN, of=lamp_due),
    on_miss="lamp",
    why=why_lamp,
    after="c.rms",
)
def lamp_changes(run: Run) -> list[Millis]:
    """When the LED changed, and t = 0 if it was lit then."""
    led = run.signal("LED_Y")
    lit = [0] if led.at(0) else []
    return [millis_of_ns(t, t) for t in [*lit, *led.edges_ns().tolist()]]


# d: tilt.


def why_tilt(run: Run) -> str:
    """The raw values are wrong, too."""
    key = why_rms(run)
    return key if key in ("no_wake", "signed_16") else ""


def tilts(run: Run, is_wanted: Callable[[int], bool]) -> list[Degrees]:
    """The TILT in the judged lines of a time."""
    found = lines(run).numbers("degrees")
    return [Degrees(found[n], at) for n, at in judged(run, is_wanted)]


def before_cal(run: Run) -> Callable[[int], bool]:
    """Whether a time is before CAL."""
    return lambda at_ns: at_ns < run.data["cal_ms"] * NS_PER_MS


def after_cal(run: Run) -> Callable[[int], bool]:
    """Whether a time is after CAL."""
    return lambda at_ns: at_ns > run.data["cal_ms"] * NS_PER_MS


def means(run: Run, n: int) -> list[Sequence[float]]:
    """The mean of the window of a line; none where there is no line or no sample."""
    if n < 0 or not len(windows(run)[n]):
        return []
    return [windows(run)[n].mean(axis=0).tolist()]


def tilts_due(run: Run, is_wanted: Callable[[int], bool]) -> list[Degrees]:
    """The right TILT in the judged lines of a time: from +Z, later from the last reference. The
    mean of a window that is not whole periods of the vibration is another one than the attitude,
    also that of the reference: all of them are right, and the nearest one counts."""
    path, references = run.data["path"], run.data["references"]
    at_ns, printed, found = lines(run).at_ns, lines(run).numbers("degrees"), []
    for n, at in judged(run, is_wanted):
        begin_ns = max(ms(begin).ns for begin, _ in references if ms(begin).ns <= at)
        of_cal = int(np.searchsorted(at_ns, begin_ns, "right")) - 1 if begin_ns else -1
        now = [value_at(path, at), *means(run, n)]
        due = [value_at(references, at), *means(run, of_cal)]
        tilts = [angle(a, b) for a in now for b in due]
        found.append(Degrees(min(tilts, key=lambda one: abs(one - printed[n])), at))
    return found


@check(
    "d.before",
    points=2,
    expect=Within(Degrees(1), of=lambda run: tilts_due(run, before_cal(run))),
    on_miss="wrong_tilt",
    why=why_tilt,
    on_error=why_address,
    reads=LINE,
)
def tilt_before(run: Run) -> list[Degrees]:
    """TILT before CAL."""
    return tilts(run, before_cal(run))


def why_turned(run: Run) -> str:
    """TILT is still that from +Z, or from the first CAL; it is a difference of two angles, or that
    of a sine alone; or a line that is not CAL was taken for it."""
    (_, up), (_, first), (_, second) = run.data["references"]
    ideas: dict[str, Callable[[int, Vector, Vector], float]] = {
        "cal_ignored": lambda at, now, _: angle(now, up),
        "tilt_difference": lambda at, now, due: abs(angle(now, up) - angle(due, up)),
        "angle_folded": lambda at, now, due: min(angle(now, due), 180 - angle(now, due)),
        "cal_once": lambda at, now, _: angle(now, first),
        "any_line": lambda at, now, due: angle(now, second if at > other_ns else due),
    }
    other_ns = run.data["other_ms"] * NS_PER_MS
    seen = [
        (at, value_at(run.data["path"], at), value_at(run.data["references"], at), degrees)
        for (_, at), degrees in zip(
            judged(run, after_cal(run)), tilts(run, after_cal(run)), strict=True
        )
        if not other_ns <= at < other_ns + SETTLED.ns  # it may have been printed before that line
    ]
    found = (
        key
        for key, idea in ideas.items()
        if seen and all(abs(idea(at, now, due) - degrees) <= 1 for at, now, due, degrees in seen)
    )
    return why_tilt(run) or next(found, "")


@check(
    "d.after",
    points=1,
    expect=Within(Degrees(1), of=lambda run: tilts_due(run, after_cal(run))),
    on_miss="wrong_turned",
    why=why_turned,
    after="d.before",
    reads=LINE,
)
def tilt_after(run: Run) -> list[Degrees]:
    """TILT after CAL."""
    return tilts(run, after_cal(run))


# e: shocks.


@once
def shocks(run: Run) -> list[int]:
    """When SHOCK was printed."""
    return [int(t) for t in read_lines(run, SHOCK).at_ns]


def reports(run: Run) -> list[tuple[int, str, int]]:
    """For each hit its time (ns), its kind, and how many SHOCK lines came until the next one. The
    first entry is the time before all hits."""
    hits = [(0, "rest"), *((ms(at).ns, kind) for at, kind in run.data["hits"])]
    ends = [*(at for at, _ in hits[1:]), run.end_ns - run.zero_ns]
    return [
        (at, kind, sum(at <= t < end for t in shocks(run)))
        for (at, kind), end in zip(hits, ends, strict=True)
    ]


def reports_due(run: Run) -> list[str]:
    """What `reported` has to be."""
    return [f"{kind} {int(kind in SHOCKS)}" for _, kind, _ in reports(run)]


def why_shock(run: Run) -> str:
    """The raw values are wrong; or shocks are beyond a range that is not that of the file; or
    spikes or soft pushes are reported; or a shock more than once, or not soon after another."""
    if (key := why_rms(run)) in ("no_wake", "signed_16", "lsb_per_g"):
        return key
    found = reports(run)
    is_other = range_set(run) not in (None, run.data["config"]["range_g"])
    if is_other and not any(count > int(kind in SHOCKS) for _, kind, count in found):
        return "wrong_range"
    if len(shocks(run)) == sum(kind in SHOCKS for _, kind, _ in found):
        return "late_shock"
    if any(count > 1 for _, kind, count in found if kind in SHOCKS):
        return "shock_repeat"
    wrong = {kind for _, kind, count in found if count != int(kind in SHOCKS)}
    if wrong == {"again"}:
        return "shock_missed"
    keys = {"spike": "spike_shock", "soft": "soft_shock"}
    return next((key for kind, key in keys.items() if kind in wrong), "")


@gate(
    "e.once",
    episode="shock",
    expect=Exactly(reports_due),
    on_miss="no_shock",
    why=why_shock,
    on_error=why_address,
    reads=LINE,
)
def reported(run: Run) -> list[Text] | None:
    """For the time before the hits and for each hit the number of SHOCK lines; None when the
    program printed no line of ours."""
    if not len(lines(run)) and not shocks(run):
        return None
    return [Text(f"{kind} {count}", at) for at, kind, count in reports(run)]


@check(
    "e",
    points=4,
    episode="shock",
    expect=AtMost(SHOCK_WITHIN),
    on_miss="late_shock",
    why=why_shock,
    on_error=why_address,
)
def shock_delays(run: Run) -> list[Millis]:
    """From the beginning of each shock to the next SHOCK line."""
    at_ns = np.array(shocks(run), np.int64)
    return [delay(at_ns, at) for at, kind, _ in reports(run) if kind in SHOCKS]


# The "predict" question.


@observe(
    Episode(
        "predict",
        seconds=2,
        steps=set_control("imu", "accelZ", -1, at=ms(0)),
        data={"config": {"addr": 0x68}},
    )
)
def upside_down(run: Run) -> dict[str, str] | None:
    """The last two bytes that were read of the Z axis."""
    z_axis = ACCEL_XOUT_H + 4
    found = [one for one in reads_of(accesses(run), z_axis) if one.covers(z_axis + 1)]
    if not found:
        return None
    begin = z_axis - (found[-1].register or 0)
    data = found[-1].data[begin : begin + 2]
    return {
        "bytes": data.hex(" ").upper(),
        "signed": str(int.from_bytes(data, "big", signed=True)),
        "unsigned": str(int.from_bytes(data, "big")),
    }
