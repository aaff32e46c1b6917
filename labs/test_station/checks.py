"""C2: every unit of the line gets the right verdict, and no unit stays under power.

A *place* lasts from one start to the exchange of the unit. Its *verdict* is the code in its first
UNIT frame. A *try* ends with its TRY frame. Two good units pass in their second try only.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Exactly,
    Limit,
    Millis,
    Never,
    Run,
    Text,
    check,
    gate,
    millis_of_ns,
    ms,
    once,
    seconds,
    us,
)
from grader.measure.display import Screen
from grader.measure.framing import crc8, unescaped
from grader.measure.glyphs import SIDE, read
from grader.measure.neopixel import colours
from grader.measure.pins import other_pin
from grader.measure.pulses import pulses
from grader.measure.pwm import tones, with_pulses
from grader.measure.uart import uart_sent

PASS, LOW, HIGH, SLOW, HUNG, NO_SN, DUP_SN, BLINK, ID, STANDBY, EMPTY = range(11)
NAMES = (
    *("PASS", "LOW", "HIGH", "SLOW", "HUNG", "NO_SN"),
    *("DUP_SN", "BLINK", "ID", "STANDBY", "EMPTY"),
)
TRY, UNIT, FLAG = 0x10, 0x11, 0x7E
NEVER = float("inf")
PUBLIC = {"poly": 0x07, "init": 0x00}
LOST: dict[Limit[int], float] = {AtMost(n): 10 - n for n in range(1, 10)}
WRONG_CODES, WRONG_LEFT = 2, 5
NEAR_MV, NEAR_MA = 30, 2
OFF_MS, LONGEST = ms(200), seconds(12)
FIRST_STEP = (LOW, HIGH, SLOW, EMPTY)
FIRST_ENDS, AFTER_BOOT = seconds(2), seconds(1)
"""How long a try may take that fails in its first step; and one that waits for READY in vain,
after its time."""
EARLY_MS = 500
ROUND = 256
"""`seq` goes round after so many frames."""
SHOWN, TONE_WITHIN = ms(500), ms(500)
TESTING = ms(250)
"""After the relay's switching on: before the end of the shortest try."""
AWAY, PRESS_US = ms(500), 500 + 2000 * 60 / 180
"""So long after a try the pusher is away: its pulses are shorter than those of 60 degrees."""
SERVO_US = (us(300), us(2700))
COLUMNS, ROWS = 128 // SIDE, (16, 32, 48)


class Place(NamedTuple):
    """What the scenario did there (see scenario.py); times in ns since t = 0."""

    number: int
    starts: int
    ends: int
    code: int
    also: int
    serial: str
    rail: float
    standby: float


class Frame(NamedTuple):
    """A frame of the program; its last bit was sent at `at_ns`."""

    at_ns: int
    seq: int
    cmd: int
    data: bytes


@dataclass(frozen=True)
class Try:
    """A TRY frame."""

    at_ns: int
    unit: int
    number: int
    code: int
    rail: int
    standby: int
    serial: str


@dataclass(frozen=True)
class Verdict:
    """A UNIT frame."""

    at_ns: int
    unit: int
    code: int
    tested: int
    passed: int
    first: int


# What happened.


def places(run: Run) -> list[Place]:
    """All places, in order."""
    return [
        Place(
            n, ms(one["starts"]).ns, ms(one["ends"]).ns, *(one[key] for key in Place._fields[3:])
        )
        for n, one in enumerate(run.data["places"], 1)
    ]


class Told(NamedTuple):
    """What was sent: good frames, and when others came, with their bytes."""

    frames: list[Frame]
    wrong: list[Millis]
    bodies: list[bytes]


@once
def told(run: Run) -> Told:
    """All that was sent on LINK."""
    found = Told([], [], [])
    for at_ns, data in uart_sent(run, "LINK_TX").between_flags(FLAG):
        body = unescaped(data)
        crc = crc8(body[:-1], run.data["poly"], run.data["init"])
        if len(body) >= 4 and body[0] == len(body) - 4 and crc == body[-1]:
            found.frames.append(Frame(at_ns, body[1], body[2], body[3:-1]))
        else:
            found.wrong.append(Millis(at_ns / 1e6, at_ns))
            found.bodies.append(body)
    return found


@once
def tries(run: Run) -> list[Try]:
    """The TRY frames of the right length."""
    found = []
    for one in told(run).frames:
        if one.cmd == TRY and len(one.data) in (8, 17):
            unit, number, code, rail, standby = struct.unpack(">HBBHH", one.data[:8])
            serial = one.data[8:].decode("ascii", "replace")
            found.append(Try(one.at_ns, unit, number, code, rail, standby, serial))
    return found


@once
def verdicts(run: Run) -> list[Verdict]:
    """The UNIT frames of the right length."""
    found = []
    for one in told(run).frames:
        if one.cmd == UNIT and len(one.data) == 9:
            found.append(Verdict(one.at_ns, *struct.unpack(">HBHHH", one.data)))
    return found


@once
def judged(run: Run) -> list[tuple[Place, Verdict | None]]:
    """Each place with its verdict; None: it has none, the unit was not tested."""
    found = []
    for place in places(run):
        inside = (v for v in verdicts(run) if place.starts <= v.at_ns < place.ends)
        found.append((place, next(inside, None)))
    return found


def name(code: int) -> str:
    """The name of a code."""
    return NAMES[code] if code < len(NAMES) else str(code)


def shown(place: Place, verdict: Verdict | None) -> Text:
    """A place, what its unit is, and the verdict: `7: HUNG -`."""
    said = name(verdict.code) if verdict else "-"
    return Text(f"{place.number}: {name(place.code)} → {said}", place.starts)


# b: good units.


def rejected(run: Run) -> list[Text]:
    """The good units that did not pass."""
    return [
        shown(p, v) for p, v in judged(run) if p.code == PASS and (v is None or v.code != PASS)
    ]


def why_untested(run: Run) -> str:
    """No frame is right, the program stopped in the middle, or it did not begin."""
    if len(told(run).wrong) > len(told(run).frames):
        is_public = any(crc8(body[:-1], **PUBLIC) == body[-1] for body in told(run).bodies)
        return "hardcoded" if is_public else "crc"
    if not powered(run):
        return other_pin(run, "RELAY_1")
    untested = [p for p, v in judged(run) if v is None]
    if untested and all(v is None for p, v in judged(run) if p.number >= untested[0].number):
        return f"stopped {untested[0].number}: {name(untested[0].code)}"
    return ""


@gate("b.rejects", expect=AtLeast(1), on_miss="all_pass", why=why_untested)
def count_rejected(run: Run) -> int | None:
    """How many bad units were rejected; None without any verdict."""
    bad = [v for p, v in judged(run) if p.code not in (PASS, EMPTY)]
    return sum(v.code not in (PASS, EMPTY) for v in bad if v) if verdicts(run) else None


def stayed_on(run: Run, lost: Text) -> str:
    """Where the relay stayed on before a lost unit's verdict: in the place before, or between its
    two tries."""
    relay = run.signal("RELAY_1")
    for before, place in pairwise([places(run)[0], *places(run)]):
        if place.starts != lost.at_ns:
            continue
        if relay.at(place.starts):
            return f"{before.number}: {name(before.code)}"
        ends = [t.at_ns for t in tries(run) if place.starts <= t.at_ns < place.ends]
        falls = relay.falls_ns()
        if len(ends) > 1 and not ((falls > place.starts) & (falls < ends[1])).any():
            return f"{place.number}: {name(place.code)}"
    return ""


def last_try(run: Run, lost: Text) -> Try | None:
    """The try that rejected this unit."""
    for place, verdict in judged(run):
        if verdict and place.starts == lost.at_ns:
            own = [t for t in tries(run) if t.unit == verdict.unit and t.code == verdict.code]
            return own[-1] if own else None
    return None


def why_false(run: Run, lost: Text) -> str:
    """What the program measured in the step that rejected this unit, as far as it tells it; and
    whether that is within the limits of this run."""
    last, limits = last_try(run, lost), run.data
    if last and last.code in (LOW, HIGH, SLOW):
        is_good = limits["rail_min"] <= last.rail / 1000 <= limits["rail_max"]
        return f"{'fixed_limit' if is_good else 'false_reject'} {lost}, {last.rail} mV"
    if last and last.code == STANDBY:
        is_good = last.standby / 10 <= limits["i_max"]
        return f"{'fixed_limit' if is_good else 'false_reject'} {lost}, {last.standby / 10} mA"
    return f"false_reject {lost}"


def why_rejected(run: Run) -> str:
    """The first good units that were rejected: the power had stayed on, they are those with the
    loose contact, those that came after a first try of theirs, or others."""
    if key := why_untested(run):
        return key
    first = rejected(run)[0]
    if left := stayed_on(run, first):
        return f"left_on {left}"
    lost = [(p, v) for p, v in judged(run) if p.code == PASS and v and v.code != PASS]
    by_tries = [[t for t in tries(run) if t.unit == v.unit] for _, v in lost]
    if lost and all(len(found) == 1 for found in by_tries):
        return f"no_retest {first}"
    if lost and all(v.code == DUP_SN for _, v in lost):
        return f"seen_early {first}"
    return why_false(run, first)


@check(
    "b.good",
    points=10,
    expect=AtMost(0),
    partial=LOST,
    on_miss="false_reject",
    why=why_rejected,
)
def count_lost(run: Run) -> int | None:
    """How many good units did not pass."""
    return len(rejected(run)) if verdicts(run) else None


# a: escapes.


def escaped(run: Run) -> list[Text]:
    """The bad units that were not rejected, and the empty place if it passed."""
    found = []
    for place, v in judged(run):
        wrong = (None, PASS) if place.code == EMPTY else (None, PASS, EMPTY)
        if place.code != PASS and (v.code if v else None) in wrong:
            found.append(shown(place, v))
    return found


def why_escaped(run: Run) -> str:
    """Only units of one kind escape."""
    if key := why_untested(run):
        return key
    kinds = {p.code for p, v in judged(run) if p.code not in (PASS, EMPTY) and v and v.code == 0}
    first = escaped(run)[0]
    if len(kinds) > 3:
        return f"last_step_only {first}"
    keys = {SLOW: "rail_once", BLINK: "led_level", DUP_SN: "repeat_serial"}
    return f"{keys.get(kinds.pop(), 'escape')} {first}" if len(kinds) == 1 else f"escape {first}"


@check("a", points=20, expect=Never(""), on_miss="escape", why=why_escaped, after="b", safety=True)
def escapes(run: Run) -> list[Text]:
    """The units that escaped."""
    return escaped(run)


# c: the codes.


def tries_in(run: Run, place: Place) -> Iterator[tuple[Try, Millis]]:
    """The tries of a place, each with the time from the relay's switching on to its frame."""
    for one in tries(run):
        if place.starts <= one.at_ns < place.ends:
            begun = [on_ns for on_ns, _ in powered(run) if place.starts <= on_ns < one.at_ns]
            if begun:
                yield one, millis_of_ns(one.at_ns - begun[-1], one.at_ns)


def gave_up_early(run: Run, place: Place) -> bool:
    """Whether a try of a hung unit ended before its time."""
    return place.code == HUNG and any(
        one.code == HUNG and took < run.data["boot_ms"] - EARLY_MS
        for one, took in tries_in(run, place)
    )


def miscoded(run: Run) -> list[tuple[Place, Verdict | None]]:
    """The bad units and the empty place with another code than their first failing step's, and
    those whose code came too early."""
    bad = [(p, v) for p, v in judged(run) if p.code != PASS]
    return [(p, v) for p, v in bad if v is None or v.code != p.code or gave_up_early(run, p)]


def why_code(run: Run) -> str:
    """Only units with two faults have another code, or only hung units came too early."""
    found = miscoded(run)
    units = ", ".join(shown(p, v) for p, v in found[:3])
    if all(v and v.code == HUNG == p.code for p, v in found):
        return f"early {units}"
    is_later = all(v and p.also and v.code == p.also for p, v in found)
    return f"{'order' if is_later else 'code'} {units}"


@check(
    "c",
    points=10,
    expect=AtMost(0),
    partial={AtMost(WRONG_CODES): WRONG_LEFT},
    on_miss="code",
    why=why_code,
    after="a",
    stated=[EARLY_MS],
)
def count_miscoded(run: Run) -> int:
    """How many have another code."""
    return len(miscoded(run))


# d: the power.


@once
def powered(run: Run) -> list[tuple[int, int]]:
    """From when to when the relay was on (ns since t = 0); the end of the run when it stays."""
    relay = run.signal("RELAY_1")
    edges = zip(relay.t_ns, [*relay.t_ns[1:], relay.end_ns], relay.level, strict=True)
    return [(int(a), int(b)) for a, b, high in edges if high]


def why_power(run: Run) -> str:
    """On without a start, or not off after a verdict."""
    wrong = next((t for t in offs.measure(run) or [] if t > OFF_MS), Millis(0))
    at = next((p for p in places(run) if p.ends > (wrong.at_ns or 0)), places(run)[-1])
    return f"{'power_alone' if wrong == NEVER else 'left_on'} {at.number}: {name(at.code)}"


@check(
    "d.off",
    points=8,
    expect=AtMost(OFF_MS),
    on_miss="left_on",
    why=why_power,
    after="b",
    safety=True,
)
def offs(run: Run) -> list[Millis] | None:
    """For each time that the relay was on: how long after the try's verdict it went off, negative
    when it was off before. Infinite when there was no start before it in its place, or no verdict
    of its try."""
    spans, found = powered(run), []
    ends = [*(a for a, _ in spans[1:]), run.end_ns - run.zero_ns]
    for (on_ns, off_ns), next_ns in zip(spans, ends, strict=True):
        is_started = any(p.starts <= on_ns < p.ends for p in places(run))
        done = next((t.at_ns for t in tries(run) if on_ns < t.at_ns <= next_ns), None)
        late = millis_of_ns(off_ns - done, done) if done and is_started else Millis(NEVER, on_ns)
        found.append(late)
    return found or None


@once
def pushed(run: Run) -> list[Text]:
    """These tries: the last pulse of the servo presses."""
    signal = with_pulses(run, "SERVO")
    if signal is None:
        return [Text("SERVO")]
    sent = pulses(signal, True, *SERVO_US)
    found = []
    for place in places(run):
        for one, _ in tries_in(run, place):
            last = int(np.searchsorted(sent.at_ns, one.at_ns + AWAY.ns)) - 1
            if last >= 0 and sent.width_ns[last] >= us(PRESS_US).ns:
                found.append(Text(f"{place.number}: {name(one.code)}", one.at_ns))
    return found


@check(
    "d.pusher",
    points=2,
    expect=Never(""),
    on_miss="pusher",
    why=lambda run: f"pusher {pushed(run)[0]}",
    after="d.off",
    stated=[AWAY],
)
def pushing(run: Run) -> list[Text]:
    """The tries after which the pusher stayed at the button."""
    return pushed(run)


# e: the time of a try.


def longest_try(run: Run, one: Try) -> float:
    """The most ms that this try may take."""
    if one.code in FIRST_STEP:
        return float(FIRST_ENDS)
    return float(run.data["boot_ms"] + AFTER_BOOT) if one.code == HUNG else NEVER


@gate("e.steps", expect=Never(""), on_miss="goes_on", stated=[2, 1])
def long_tries(run: Run) -> list[Text]:
    """The tries that went on after the step that failed."""
    return [
        Text(f"{place.number}: {name(one.code)}, {took:.0f} ms", one.at_ns)
        for place in places(run)
        for one, took in tries_in(run, place)
        if took > longest_try(run, one)
    ]


@check("e", points=8, expect=AtMost(LONGEST), on_miss="slow", after="b")
def mean_try(run: Run) -> Millis | None:
    """The mean time of a try: from the start, or from the end of the try before it."""
    spans = []
    for place in places(run):
        ends = [t.at_ns for t in tries(run) if place.starts <= t.at_ns < place.ends]
        spans += [b - a for a, b in pairwise([place.starts, *ends])]
    return Millis(sum(spans) / len(spans) / 1e6) if spans else None


# f: frames, counters, yield.


def why_starts(run: Run) -> str:
    """A place has two verdicts, or none."""
    for place in places(run):
        count = sum(place.starts <= v.at_ns < place.ends for v in verdicts(run))
        if count > 1:
            return f"double_start {place.number}"
    return why_untested(run)


@gate("f.starts", expect=Exactly(lambda run: len(places(run))), on_miss="untested", why=why_starts)
def count_verdicts(run: Run) -> int | None:
    """How many UNIT frames there are."""
    return len(verdicts(run)) or None


def wrong_frames(run: Run) -> Iterator[Text]:
    """Where a frame is wrong, or not the next one."""
    for at in told(run).wrong:
        yield Text("CRC", at.at_ns)
    frames = told(run).frames
    for before, one in pairwise(frames):
        if one.seq != (before.seq + 1) % 256:
            yield Text(f"seq {before.seq} → {one.seq}", one.at_ns)
    known = len(tries(run)) + len(verdicts(run))
    if len(frames) != known:
        yield Text("cmd, len", frames[-1].at_ns)
    if run.episode.name == "shift" and len(frames) <= ROUND:
        yield Text(str(len(frames)))


@check(
    "f.frames",
    points=2,
    episode=("line", "shift"),
    expect=Never(""),
    on_miss="frames",
    after="b",
    stated=[ROUND],
)
def frame_faults(run: Run) -> list[Text]:
    """The frames that are wrong."""
    return list(wrong_frames(run))


def wrong_tries(run: Run) -> Iterator[Text]:
    """The units that were not tried as often as the rule says, and in which order."""
    for verdict in verdicts(run):
        own = [one for one in tries(run) if one.unit == verdict.unit]
        numbers = [one.number for one in own]
        is_once = bool(own) and own[0].code in (PASS, EMPTY)
        if numbers != ([1] if is_once else [1, 2]):
            yield Text(f"{verdict.unit}: {numbers}", verdict.at_ns)


def unreached_values(run: Run) -> Iterator[Text]:
    """The tries with a value of a step that they do not reach."""
    for place in places(run):
        for one, _ in tries_in(run, place):
            if one.standby and one.code not in (PASS, STANDBY):
                yield Text(f"{place.number}: {one.standby / 10} mA", one.at_ns)
            is_unread = place.code in (*FIRST_STEP, HUNG, NO_SN)
            if is_unread and one.serial not in ("", place.serial):
                yield Text(f"{place.number}: {one.serial}", one.at_ns)


def wrong_values(run: Run) -> Iterator[Text]:
    """The tries whose values are not those of the unit."""
    for place, verdict in judged(run):
        for one in tries(run):
            if verdict is None or one.unit != verdict.unit:
                continue
            if place.code not in (EMPTY, SLOW) and abs(one.rail - place.rail * 1000) > NEAR_MV:
                yield Text(f"{place.number}: {one.rail} mV", one.at_ns)
            is_measured = one.code in (PASS, STANDBY) and place.code in (PASS, STANDBY)
            if is_measured and abs(one.standby / 10 - place.standby) > NEAR_MA:
                yield Text(f"{place.number}: {one.standby / 10} mA", one.at_ns)
            if place.code in (PASS, DUP_SN, BLINK, ID, STANDBY) and one.serial != place.serial:
                yield Text(f"{place.number}: {one.serial or '-'}", one.at_ns)


def why_values(run: Run) -> str:
    """Only the tries are not those of the rule, or only a value has no step."""
    if next(wrong_values(run), None):
        return "values"
    return "tries" if next(wrong_tries(run), None) else "stale"


@check(
    "f.values",
    points=2,
    expect=Never(""),
    on_miss="values",
    why=why_values,
    after="b",
    stated=[NEAR_MV, NEAR_MA],
)
def value_faults(run: Run) -> list[Text]:
    """The values and the tries that are wrong."""
    return [*wrong_values(run), *wrong_tries(run), *unreached_values(run)]


def due_counts(run: Run) -> list[Text]:
    """What each UNIT frame must have, by the codes that the program sent itself."""
    found, tested, passed, first = [], 0, 0, 0
    for number, verdict in enumerate(verdicts(run), 1):
        own = [t for t in tries(run) if t.unit == verdict.unit]
        tested += verdict.code != EMPTY
        passed += verdict.code == PASS
        first += verdict.code == PASS and len(own) == 1
        code = own[-1].code if own else verdict.code
        found.append(Text(f"{number}: {name(code)} {tested}/{passed}/{first}", verdict.at_ns))
    return found


@check("f.counts", points=3, expect=Exactly(due_counts), on_miss="counts", after="b")
def counts(run: Run) -> list[Text]:
    """What it has: the unit's number, its code, tested/passed/first."""
    return [
        Text(f"{v.unit}: {name(v.code)} {v.tested}/{v.passed}/{v.first}", v.at_ns)
        for v in verdicts(run)
    ]


# g: what the operator sees and hears.


COLOURS = {PASS: "green", EMPTY: "dark"}


def lamp_due(run: Run) -> list[Text]:
    """The colour in each try, and after each verdict."""
    tests = [Text("blue", on_ns + TESTING.ns) for on_ns in testing(run)]
    shown = [Text(COLOURS.get(v.code, "red"), v.at_ns + SHOWN.ns) for v in verdicts(run)]
    return tests + shown


def testing(run: Run) -> list[int]:
    """When the relay was switched on in a place."""
    return [on for on, _ in powered(run) if any(p.starts <= on < p.ends for p in places(run))]


def why_lamp(run: Run) -> str:
    """The lamp is on another pin, or has the wrong colour during a test only."""
    found = lamp.measure(run) or []
    wrong = [w.at_ns for w, due in zip(found, lamp_due(run), strict=False) if w != due]
    tests = {on_ns + TESTING.ns for on_ns in testing(run)}
    return "testing" if wrong and tests.issuperset(wrong) else other_pin(run, "NEOPIXEL")


@check(
    "g.lamp",
    points=2,
    expect=Exactly(lamp_due),
    on_miss="lamp",
    after="b",
    why=why_lamp,
    stated=[TESTING],
)
def lamp(run: Run) -> list[Text] | None:
    """The colour that the lamp had."""
    shown_by = colours(run, "NEOPIXEL", 1)
    names = {"000": "dark", "100": "red", "010": "green", "001": "blue"}
    found = []
    for due in lamp_due(run):
        lit = "".join(str(int(x > 0)) for x in shown_by.at(due.at_ns or 0)[0])
        found.append(Text(names.get(lit, "mixed"), due.at_ns))
    return found if len(shown_by) else None


def screen_due(run: Run) -> list[Text]:
    """What the display has to show after each verdict."""
    found = []
    for v in verdicts(run):
        serial = next((t.serial for t in reversed(tries(run)) if t.unit == v.unit), "")
        found.append(Text(f"{name(v.code)}|{serial}|{v.passed}/{v.tested}", v.at_ns))
    return found


@check("g.screen", points=2, expect=Exactly(screen_due), on_miss="screen", after="b")
def screen(run: Run) -> list[Text]:
    """What it showed."""
    display = Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"}, {"i2cAddress": "0x3c"})
    found = []
    for v in verdicts(run):
        pixels = display.pixels(v.at_ns + SHOWN.ns)
        texts = (read(pixels, 0, y, COLUMNS).strip() for y in ROWS)
        found.append(Text("|".join(texts), v.at_ns))
    return found


@check(
    "g.tone",
    points=1,
    expect=Exactly(lambda run: tones_due(run)),
    on_miss="tone",
    after="b",
    stated=[TONE_WITHIN],
)
def heard(run: Run) -> list[Text]:
    """After each verdict: whether the buzzer began to sound."""
    begun = [at for at, _ in tones(run, "BUZZER")]
    near = range(-ms(100).ns, TONE_WITHIN.ns)
    heard_at = [any(at - v.at_ns in near for at in begun) for v in verdicts(run)]
    return [
        Text("tone" if h else "-", v.at_ns) for h, v in zip(heard_at, verdicts(run), strict=True)
    ]


def tones_due(run: Run) -> list[Text]:
    """A tone for each unit that is rejected."""
    return [Text("-" if v.code in (PASS, EMPTY) else "tone", v.at_ns) for v in verdicts(run)]
