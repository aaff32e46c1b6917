"""L13: a lock with a keypad, whose jobs do not stop each other.

An *entry* is the keys of one try, `#` the last of them. A *span* is a time in which the door must
be open, or closed. Pixel 0 is the heartbeat, pixels 1 to 7 show what the lock does.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import (
    AtMost,
    Episode,
    Exactly,
    Hertz,
    LineForm,
    Micros,
    Millis,
    Moment,
    Never,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    moment_of_ns,
    ms,
    observe,
    once,
    seconds,
    us,
)
from grader.measure.neopixel import Colours, colours
from grader.measure.pins import faults, other_pin
from grader.measure.pwm import pwm
from grader.measure.serial import read_lines
from grader.measure.times import Times, longest_gap, periods, rates

KEY = LineForm("KEY {symbol:word}")
ROWS = ("123A", "456B", "789C", "*0#D")
SWAPPED = {ROWS[n][m]: ROWS[m][n] for n in range(4) for m in range(4)}
"""The symbol that a program has for each key when it takes rows for columns."""
CLOSED, OPEN, HALF_OPEN, ALLOWED = us(500), us(1500), us(1000), us(50)
OPEN_FOR, SETTLED = ms(3000), ms(300)
"""The door has SETTLED to open after `#`, and as long to close at the end."""
CHASE_FROM, CHASE_TO = ms(1500), ms(9500)
"""The chase is judged in this time after the third wrong code."""
STEADY = ms(10)
"""A shorter picture on the ring is a change that is not complete yet."""
LAMPS, RED, GREEN = 8, 0, 1
LIT, LIT_ALLOWED = {RED: [ms(0), ms(1000)] * 2, GREEN: [ms(0), OPEN_FOR] * 2}, ms(200)
"""For how long the ring is lit, for two entries: while they are typed, and after `#`."""
ALL = ("keys", "codes", "lock")
CLEARING, LOCKING = ("star", "idle", "kept", "long"), ("plain", "again", "zero")


# a: the keys.


def groups(run: Run) -> list[tuple[list[Any], int]]:
    """The presses, those that overlap together, each group with the time of the next one (ns)."""
    found: list[list[Any]] = []
    for press in run.data["presses"]:
        if found and press.at < found[-1][-1].end:
            found[-1].append(press)
        else:
            found.append([press])
    ends = [ms(group[0].at).ns for group in found[1:]] + [run.end_ns - run.zero_ns]
    return list(zip(found, ends, strict=True))


def reported(run: Run, count: int) -> list[Text]:
    """For each group of `count` presses the symbols that came before the next group; `-` for
    none."""
    lines, found = read_lines(run, KEY), []
    for group, end_ns in groups(run):
        start_ns = ms(group[0].at).ns
        if len(group) == count:
            came = lines.between(start_ns, end_ns).texts("symbol")
            found.append(Text("".join(came) or "-", start_ns))
    return found if len(lines.lines) else []


def pressed(run: Run, count: int) -> list[str]:
    """The keys of these groups."""
    return [
        "".join(press.key for press in group) for group, _ in groups(run) if len(group) == count
    ]


def why_keys(run: Run) -> str:
    """Rows and columns are swapped, or a key that is held comes again."""
    found, keys = reported(run, 1), pressed(run, 1)
    if found and found == [SWAPPED[key] for key in keys]:
        return "keymap_swapped"
    is_repeated = any(
        len(came) > 1 and set(came) == {key} for came, key in zip(found, keys, strict=False)
    )
    return "key_repeat" if is_repeated else ""


@check(
    "a.single",
    points=2,
    expect=Exactly(lambda run: pressed(run, 1)),
    on_miss="wrong_keys",
    why=why_keys,
    reads=KEY,
)
def single_keys(run: Run) -> list[Text] | None:
    """What was printed for each key that was pressed alone."""
    return reported(run, 1) or None


@check(
    "a.pairs",
    points=1,
    expect=Exactly(lambda run: pressed(run, 2)),
    on_miss="pairs",
    why=why_keys,
    reads=KEY,
    after="a.single",
)
def overlapping_keys(run: Run) -> list[Text] | None:
    """What was printed for each pair of keys."""
    return reported(run, 2) or None


@check(
    "a.short",
    points=1,
    expect=Never(""),
    on_miss="push_pull",
    after="a.single",
)
def shorts(run: Run) -> list[Moment]:
    """When two outputs drove against each other."""
    return [moment_of_ns(at_ns) for at_ns, kind in faults(run) if kind == "short" and at_ns >= 0]


# The door: when it must be open, and the servo's pulses then.


def spans(run: Run, *kinds: str) -> Iterator[tuple[int, int, bool, str]]:
    """The spans of the entries of these kinds: from when to when (ns), whether the door must be
    open, and the kind."""
    entries = run.data["entries"]
    ends = [entry.start for entry in entries[1:]] + [run.episode.seconds * 1000]
    for entry, next_at in zip(entries, ends, strict=True):
        times = [(entry.start, entry.end, False)]
        if entry.opens:
            opened = entry.end + SETTLED, entry.end + OPEN_FOR - SETTLED
            times += [(*opened, True), (entry.end + OPEN_FOR + SETTLED, next_at, False)]
        else:
            times.append((entry.end, next_at, False))
        if entry.kind in kinds:
            yield from ((ms(a).ns, ms(b).ns, is_open, entry.kind) for a, b, is_open in times)


def widths(run: Run, *kinds: str) -> list[tuple[Micros, Micros, str]]:
    """Each pulse width of the servo in these spans, what it must be, and the kind of the entry; 0
    where there are no pulses."""
    servo, found = pwm(run, "SERVO"), []
    for from_ns, to_ns, is_open, kind in spans(run, *kinds):
        wanted = Micros(OPEN if is_open else CLOSED, from_ns)
        seen = servo.between(from_ns, to_ns).widths() or [Micros(0, from_ns)]
        found += [(width, wanted, kind) for width in seen]
    return found


def to_first_wrong(run: Run, *kinds: str) -> list[tuple[Micros, Micros, str]]:
    """The same up to the first wrong pulse, which is the one to show: others follow from it."""
    found = widths(run, *kinds)
    wrong = (n for n, (width, wanted, _) in enumerate(found) if abs(width - wanted) > ALLOWED)
    return found[: next(wrong, len(found)) + 1]


def seen_widths(run: Run, *kinds: str) -> list[Micros] | None:
    """The pulse widths; None when the servo never had a pulse."""
    found = [width for width, _, _ in to_first_wrong(run, *kinds)]
    return found if any(found) else None


def wanted_widths(run: Run, *kinds: str) -> list[Micros]:
    """What they must be."""
    return [wanted for _, wanted, _ in to_first_wrong(run, *kinds)]


def why_door(run: Run, *kinds: str) -> str:
    """Another pin, a door that never opens or opens for a wrong code, or a lock-out too early."""
    found = widths(run, *kinds)
    if not any(width for width, _, _ in found):
        return other_pin(run, "SERVO")
    if all(width < HALF_OPEN for width, _, _ in found):
        return "never_opens"
    if len(chase_steps(run, RED)):
        return "locked_early"
    is_wrong = any(wanted == CLOSED and width > HALF_OPEN for width, wanted, _ in found)
    return "opens_wrong" if is_wrong else ""


@check(
    "b.opens",
    points=2,
    episode="codes",
    expect=Within(ALLOWED, of=lambda run: wanted_widths(run, "plain")),
    on_miss="door",
    why=lambda run: why_door(run, "plain"),
)
def opened(run: Run) -> list[Micros] | None:
    """The servo's pulses after two wrong codes and after the right one."""
    return seen_widths(run, "plain")


def why_clear(run: Run) -> str:
    """A lock-out too early; or what the first wrong entry is about, which may lock the door."""
    key, (_, wanted, _) = why_door(run, *CLEARING), to_first_wrong(run, *CLEARING)[-1]
    begin_ns = (wanted.at_ns or 0) - ms(SETTLED).ns
    is_locked = bool((chase_steps(run, RED) < begin_ns).any())
    if key == "never_opens" or (key == "locked_early" and is_locked):
        return key
    keys = {
        "star": "no_star_clear",
        "idle": "no_idle_clear",
        "kept": "cleared_early",
        "long": "last_digits",
    }
    return keys[to_first_wrong(run, *CLEARING)[-1][2]]


@check(
    "b.clears",
    points=1,
    episode="codes",
    expect=Within(ALLOWED, of=lambda run: wanted_widths(run, *CLEARING)),
    on_miss="clears",
    why=why_clear,
    after="b.opens",
)
def cleared(run: Run) -> list[Micros] | None:
    """The same for the entries with `*` or a pause in them, and for a longer code."""
    return seen_widths(run, *CLEARING)


@check(
    "b.secret", points=1, episode="codes", expect=Never(""), on_miss="code_leak", after="b.clears"
)
def leaks(run: Run) -> list[Text]:
    """The lines with a digit."""
    return [
        Text(line.text, line.at_ns) for line in run.lines() if any(c.isdigit() for c in line.text)
    ]


# c: the lock-out.


def why_lock(run: Run) -> str:
    """Another pin, or the door does not open after the lock-out; or what the first wrong entry is
    about."""
    key = why_door(run, *LOCKING)
    if key not in ("locked_early", "opens_wrong"):
        return {"never_opens": "locked_long"}.get(key, key)
    keys = {"again": "locked_once", "zero": "count_kept"}
    return keys.get(to_first_wrong(run, *LOCKING)[-1][2], "")


@check(
    "c",
    points=3,
    episode="lock",
    expect=Within(ALLOWED, of=lambda run: wanted_widths(run, *LOCKING)),
    on_miss="lock_open",
    why=why_lock,
    safety=True,
)
def locked(run: Run) -> list[Micros] | None:
    """The servo's pulses in both lock-outs and after each."""
    return seen_widths(run, *LOCKING)


# d: the pixels.


@once
def ring(run: Run) -> Colours:
    """What the ring showed."""
    return colours(run, "NEOPIXEL", LAMPS)


def has_colour(lamps: NDArray[np.uint8], colour: int) -> NDArray[np.bool_]:
    """Where only that part of the colour is not 0."""
    others = np.delete(lamps, colour, axis=-1)
    found: NDArray[np.bool_] = (lamps[..., colour] > 0) & ~others.any(axis=-1)
    return found


def lit(run: Run, colour: int, opens: bool) -> list[Millis] | None:
    """For how long pixels 1 to 7 all have that colour, for each plain entry that opens, or does
    not: while it is typed, and from `#` to the next entry. None when the ring shows nothing."""
    shown = ring(run)
    if not len(shown):
        return None
    is_lit = has_colour(shown.rgb[:, 1:], colour).all(axis=1)
    ends_ns = np.append(shown.at_ns[1:], run.end_ns - run.zero_ns)
    found = []
    for entry, after in pairwise(run.data["entries"]):
        if entry.kind == "plain" and entry.opens == opens:
            for from_ms, to_ms in ((entry.start, entry.end), (entry.end, after.start)):
                from_ns, to_ns = ms(from_ms).ns, ms(to_ms).ns
                times = np.clip(ends_ns, from_ns, to_ns) - np.clip(shown.at_ns, from_ns, to_ns)
                found.append(millis_of_ns(times[is_lit].sum(), from_ns))
    return found


def why_lit(run: Run, colour: int, opens: bool) -> str:
    """The ring is at another pin, or red and green are swapped."""
    if not len(ring(run)):
        return other_pin(run, "NEOPIXEL")
    times, wanted = lit(run, GREEN if colour == RED else RED, opens) or [], LIT[colour]
    fits = all(abs(t - w) <= LIT_ALLOWED for t, w in zip(times, wanted, strict=True))
    return "grb_order" if fits else ""


@check(
    "d.green",
    points=1,
    episode="codes",
    expect=Within(LIT_ALLOWED, of=LIT[GREEN]),
    on_miss="green",
    why=lambda run: why_lit(run, GREEN, opens=True),
)
def green_times(run: Run) -> list[Millis] | None:
    """How long the ring is green before and after `#`, for the right codes."""
    return lit(run, GREEN, opens=True)


@check(
    "d.red",
    points=1,
    episode="codes",
    expect=Within(LIT_ALLOWED, of=LIT[RED]),
    on_miss="red",
    why=lambda run: why_lit(run, RED, opens=False),
)
def red_times(run: Run) -> list[Millis] | None:
    """How long the ring is red before and after `#`, for wrong codes."""
    return lit(run, RED, opens=False)


def chase_steps(run: Run, colour: int) -> Times:
    """When the only lit pixel of 1 to 7 went to the next one (ns)."""
    shown = ring(run)
    if not len(shown):
        return np.array([], np.int64)
    lamps = shown.rgb[:, 1:]
    lasts = np.diff(shown.at_ns, append=run.end_ns - run.zero_ns) >= STEADY.ns
    is_one = (lamps.any(axis=2).sum(axis=1) == 1) & has_colour(lamps, colour).any(axis=1) & lasts
    places = has_colour(lamps[is_one], colour).argmax(axis=1)
    is_step = np.diff(places, prepend=places[:1]) % (LAMPS - 1) == 1
    found: Times = shown.at_ns[is_one][is_step]
    return found


def lock_out(run: Run) -> tuple[int, int]:
    """The time of the lock-out in which the chase is judged (ns)."""
    third = run.data["entries"][2].end
    return ms(third + CHASE_FROM).ns, ms(third + CHASE_TO).ns


def why_chase(run: Run) -> str:
    """The heartbeat stops, too; or it is green."""
    if not len(ring(run)):
        return other_pin(run, "NEOPIXEL")
    if longest_gap(beats(run), *lock_out(run)) > OPEN_FOR:
        return "lockout_sleep"
    return "grb_order" if len(chase_steps(run, GREEN)) else ""


@check(
    "d.chase",
    points=1,
    episode="lock",
    expect=Within(Hertz(1), of=[Hertz(0), *[Hertz(8)] * 4]),
    on_miss="chase",
    why=why_chase,
)
def chase_rate(run: Run) -> list[Hertz] | None:
    """The steps per second while the first code is typed, then in each two seconds of the
    lock-out."""
    if not len(ring(run)):
        return None
    steps, first = chase_steps(run, RED), run.data["entries"][0]
    from_ns, typing = ms(first.start).ns, ms(first.end - first.start)
    before = rates(steps, typing, from_ns, from_ns + typing.ns)
    return before + rates(steps, seconds(2), *lock_out(run))


# e: the heartbeat.


@once
def beats(run: Run) -> Times:
    """When pixel 0 went on or off (ns since t = 0)."""
    shown = ring(run)
    is_lit = shown.rgb[:, 0].any(axis=1)
    changed = np.diff(is_lit, prepend=False)
    found: Times = shown.at_ns[changed & (shown.at_ns >= 0)]
    return found


def why_beat(run: Run) -> str:
    """The ring is at another pin."""
    return "" if len(ring(run)) else other_pin(run, "NEOPIXEL")


@gate("e.late", episode=ALL, expect=AtMost(ms(350)), on_miss="blocking", why=why_beat)
def latest_beat(run: Run) -> Millis | None:
    """The longest time without a change; None without any."""
    return longest_gap(beats(run), 0, run.end_ns - run.zero_ns) if len(beats(run)) else None


@check(
    "e",
    points=4,
    episode=ALL,
    expect=Within(percent=5, of=ms(250)),
    on_miss="heartbeat",
    why=why_beat,
)
def mean_beat(run: Run) -> Millis | None:
    """The mean time from one change to the next."""
    found: Sequence[Millis] = periods(beats(run))
    return Millis(sum(found) / len(found), found[0].at_ns) if found else None


# The "predict" question.


@observe(Episode("predict", seconds=4, from_reset=True), program="experiment.py")
def starved(run: Run) -> dict[str, str] | None:
    """How many lines came while `job` worked, and the longest time from a beat to the next."""
    printed = run.all_lines()
    texts = [one.text for one in printed]
    beats_ns = [one.at_ns for one in printed if one.text.startswith("beat ")]
    if "job begins" not in texts or "job ends" not in texts or len(beats_ns) < 2:
        return None
    between = texts.index("job ends") - texts.index("job begins") - 1
    gap_ns = max(b - a for a, b in pairwise(beats_ns))
    return {"between": str(between), "gap": str(millis_of_ns(gap_ns))}
