"""L03: each press is counted once, also when the contact bounces; a long press is recognized.

Every edge of both buttons bounces. The glitches, from the hidden contact `emi1`, do not. An open
input reads false lows. Times in `data` are milliseconds since t = 0 (see scenario.py). Responses
count from the end of a press's bounce, so the length of a bounce does not change the mark.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Between,
    Exactly,
    HasForm,
    LineForm,
    Millis,
    Moment,
    Never,
    Quantity,
    Run,
    Text,
    check,
    gate,
    millis_of_ns,
    moment_of_ns,
    ms,
)
from grader.measure.answers import refuse_driven
from grader.measure.pins import other_pin, setups
from grader.measure.scenario_item import scenario_item
from grader.measure.serial import read_lines

LONGEST_BOUNCE, APART, LONG, LATEST = ms(12), ms(170), ms(800), ms(100)
PAIR = ms(500)
"""All COUNT lines of two quick presses come in this time."""
SETTLED = ms(80)
"""After this time a program that debounces has seen a change."""
NEVER = float("inf")
COUNT, LONG_LINE = LineForm("COUNT {n}"), LineForm("LONG")
Press = tuple[float, float]
"""When a button is pressed and for how long, in ms."""


# What was seen.


def counts(run: Run) -> list[tuple[Moment, int]]:
    """Each COUNT with its time."""
    found = read_lines(run, COUNT)
    pairs = zip(found.at_ns.tolist(), found.numbers("n").tolist(), strict=True)
    return [(moment_of_ns(at_ns), int(number)) for at_ns, number in pairs]


def longs(run: Run) -> list[Moment]:
    """When LONG was printed."""
    return [moment_of_ns(at_ns) for at_ns in read_lines(run, LONG_LINE).at_ns.tolist()]


def pull_of(run: Run, role: str) -> str:
    """`pull-up` if the pin is an input with a pull-up and was never driven."""
    found, driven = setups(run, role), run.signal(role, boot=True).driven
    if driven is not None and len(driven.t_ns) > 1:
        return "driven"
    pull = found[-1].pull if found else "none"
    return "no pull-up" if pull == "none" else f"pull-{pull}"


def why_input(run: Run, role: str) -> str:
    """A pull-down holds the pin where a pressed button does, or the pin floats."""
    pull = pull_of(run, role)
    return "pull_down" if pull == "pull-down" else "" if pull == "pull-up" else "no_pullup"


def still(run: Run, role: str, pressed: Press) -> Millis:
    """When the contact of a pressed button was still: the last edge of its bounce. The button
    decides that, not the program."""
    wire, begin = run.signal(role), ms(pressed[0]).ns
    edges = wire.edges_ns()
    bounce = edges[(edges >= begin) & (edges <= begin + LONGEST_BOUNCE.ns)]
    refuse_driven(wire, np.array([begin]), np.array([begin + LONGEST_BOUNCE.ns]))
    return millis_of_ns(int(bounce[-1]) if len(bounce) else begin)


def at_release(
    moments: Sequence[Millis], times: Sequence[Press], within: Millis = SETTLED
) -> bool:
    """Whether there is one moment for each press, right after its end."""
    ends = [at + length for at, length in times]
    pairs = zip(moments, ends, strict=False)
    return len(moments) == len(ends) and all(0 <= m - end <= within for m, end in pairs)


# a: how the inputs are set up.


@check(
    "a.one",
    points=1,
    expect=Exactly("BTN_1: pull-up"),
    on_miss="no_pullup",
    why=lambda run: why_input(run, "BTN_1"),
)
def pull_one(run: Run) -> str:
    """How BTN_1 is set up."""
    return f"BTN_1: {pull_of(run, 'BTN_1')}"


@check(
    "a.two",
    points=1,
    expect=Exactly("BTN_2: pull-up"),
    on_miss="no_pullup",
    why=lambda run: why_input(run, "BTN_2"),
)
def pull_two(run: Run) -> str:
    """How BTN_2 is set up."""
    return f"BTN_2: {pull_of(run, 'BTN_2')}"


# b, f: one COUNT a press in `train`.


def counted(run: Run) -> list[list[tuple[Moment, int]]]:
    """The COUNT lines of each press: those from its beginning to that of the next one, or to the
    glitches. Lines before the first press are among its own."""
    begins = [at for at, _ in run.data["one"]]
    windows = zip([0.0, *begins[1:]], [*begins[1:], run.data["quiet"]], strict=True)
    found = counts(run)
    return [[one for one in found if begin <= one[0] < end] for begin, end in windows]


def is_level(moments: Sequence[Moment], times: Sequence[Press]) -> bool:
    """Whether a press was answered again while the button was held, long after its bounce."""
    held = [[m for m in moments if at <= m < at + length] for at, length in times]
    return any(found and found[-1] - found[0] > 2 * LONGEST_BOUNCE for found in held)


def at_both(moments: Sequence[Sequence[float]], times: Sequence[Press]) -> bool:
    """Whether each press was answered when it came, and again after the bounce of its release."""
    return all(
        len(found) == 2 and found[0] < at + length and found[1] > at + length + LONGEST_BOUNCE
        for found, (at, length) in zip(moments, times, strict=True)
    )


def why_count(run: Run) -> str:
    """The input floats or bounces, or the release or the level counts."""
    one: list[Press] = run.data["one"]
    each = [[at for at, _ in found] for found in counted(run)]
    times = [at for found in each for at in found]
    pull = why_input(run, "BTN_1")
    if pull == "pull_down" or (pull and times):
        return pull
    if at_release(times, one):
        return "active_high"
    if at_both(each, one):
        return "both_edges"
    if is_level(times, one):
        return "level_count"
    return "no_debounce" if any(len(found) > 1 for found in each) else ""


def one_count_each(run: Run) -> list[Quantity]:
    """One COUNT for each press."""
    return [Quantity(1, ms(at).ns) for at, _ in run.data["one"]]


@gate("b.once", expect=Exactly(one_count_each), on_miss="miscounted", why=why_count, reads=COUNT)
def lines_each(run: Run) -> list[Quantity] | None:
    """How many COUNT lines each press gave; the second one of a press has the place."""
    pairs = list(zip(run.data["one"], counted(run), strict=True))
    found = [
        Quantity(len(mine), mine[:2][-1][0].ns if mine else ms(at).ns) for (at, _), mine in pairs
    ]
    return found if any(found) else None


@check(
    "b.time",
    points=3,
    expect=AtMost(ms(50)),
    partial={AtMost(LATEST): 2},
    on_miss="late_count",
    why=why_count,
)
def count_delays(run: Run) -> list[Millis]:
    """The time from the end of each press's bounce to its COUNT; negative when it came before."""
    pairs = zip(counted(run), run.data["one"], strict=True)
    return [
        Millis(found[0][0] - still(run, "BTN_1", press), found[0][0].ns)
        for found, press in pairs
        if found
    ]


def numbers_due(run: Run) -> list[Text]:
    """The numbers from 1 to the number of presses."""
    return [Text(str(number), ms(at).ns) for number, (at, _) in enumerate(run.data["one"], 1)]


@check(
    "b.numbers",
    points=1,
    expect=Exactly(numbers_due),
    on_miss="wrong_number",
    reads=COUNT,
    after="b.once",
)
def numbers(run: Run) -> list[Text]:
    """The numbers behind COUNT."""
    found = [one for mine in counted(run) for one in mine]
    return [Text(str(number), at.ns) for at, number in found]


@check(
    "b.form",
    points=1,
    episode=("train", "hold"),
    expect=HasForm((COUNT, LONG_LINE)),
    on_miss="form",
)
def line_forms(run: Run) -> list[Text]:
    """All COUNT and LONG lines, as they are."""
    lines = [line for form in (COUNT, LONG_LINE) for line in read_lines(run, form).lines]
    return sorted(lines, key=lambda line: line.at_ns or 0)


def strays(run: Run) -> list[Moment]:
    """The COUNT lines in `double` that come at no pair of presses."""
    begins = run.data["pairs"]
    found = [at for at, _ in counts(run)]
    return [at for at in found if not any(begin <= at < begin + PAIR for begin in begins)]


def paired(run: Run) -> list[tuple[float, list[Moment]]]:
    """The start of each two quick presses (ms), with the COUNT lines from then to the next two."""
    begins, found = run.data["pairs"], [at for at, _ in counts(run)]
    windows = pairwise([*begins, NEVER])
    return [(begin, [at for at in found if begin <= at < end]) for begin, end in windows]


def why_double(run: Run) -> str:
    """Something else is counted, both presses of a pair were too short for the program, or both
    were counted too late."""
    if strays(run):
        return "miscounted"
    if not all(mine for _, mine in paired(run)):
        return "short_press"
    both = [mine[0] - begin for begin, mine in paired(run) if len(mine) > 1]
    return "late_count" if any(delay >= APART for delay in both) else ""


@check(
    "c",
    points=2,
    episode="double",
    expect=AtLeast(2.0),
    on_miss="one_of_two",
    why=why_double,
    after="a.one",
)
def double_counts(run: Run) -> list[Quantity] | None:
    """The number of COUNT lines after each two quick presses, 0 if there is none in time for the
    first, or if there are lines at no presses; None without any lines."""
    each = [Quantity(0, at.ns) for at in strays(run)[:1]]
    for begin, mine in paired(run):
        in_time = len(mine) if mine and mine[0] < begin + APART else 0
        each.append(Quantity(in_time, mine[-1].ns if mine else ms(begin).ns))
    return each if counts(run) else None


# d: long presses.


def cycles(run: Run) -> list[tuple[float, float]]:
    """The times from each long press to the next, in ms."""
    starts = [at for at, _ in run.data["long"]]
    return list(zip(starts, [*starts[1:], run.episode.seconds * 1000], strict=True))


def lines_due(run: Run) -> list[Text]:
    """In each cycle LONG and then the COUNT of the next press."""
    pairs = zip(run.data["long"], run.data["short"], strict=True)
    ends = [(ms(long + LONG).ns, ms(short).ns) for (long, _), (short, _) in pairs]
    return [text for a, b in ends for text in (Text("LONG", a), Text("COUNT", b))]


def why_long(run: Run) -> str:
    """LONG comes several times, or at the release, or the presses themselves are read wrongly."""
    found, held_for = longs(run), run.data["long"]
    pull = why_input(run, "BTN_1")
    if pull == "pull_down" or (pull and counts(run)):
        return pull
    if at_release(found, held_for, within=Millis(LONG / 2)):
        return "long_release"
    per_hold = [sum(at <= m < at + length for m in found) for at, length in held_for]
    if max(per_hold) > 1:
        return "long_repeat"
    if found and not any(per_hold):
        return "active_high"
    windows = zip(run.data["short"], cycles(run), strict=True)
    after = [
        [at for at, _ in counts(run) if begin <= at < end] for (begin, _), (_, end) in windows
    ]
    if at_both(after, run.data["short"]):
        return "both_edges"
    if is_level([at for at, _ in counts(run)], held_for):
        return "level_count"
    return "no_debounce" if len(counts(run)) > len(lines_due(run)) else ""


@gate(
    "d.told",
    episode="hold",
    expect=Exactly(lines_due),
    on_miss="no_long",
    why=why_long,
    reads=LONG_LINE,
)
def printed(run: Run) -> list[Text]:
    """The output of each cycle from its first LONG on; all of it without a LONG."""
    lines = [Text("COUNT", at.ns) for at, _ in counts(run)]
    lines = sorted(
        lines + [Text("LONG", at.ns) for at in longs(run)], key=lambda line: line.at_ns or 0
    )
    found: list[Text] = []
    for start, end in cycles(run):
        texts = [line for line in lines if ms(start).ns <= (line.at_ns or 0) < ms(end).ns]
        found += texts[texts.index(Text("LONG")) :] if "LONG" in texts else texts
    return found


def first_due(run: Run) -> list[Text]:
    """After each LONG the numbers begin again with 1."""
    return [Text("1", ms(at).ns) for at, _ in run.data["short"]]


@check(
    "d.next",
    points=1,
    episode="hold",
    expect=Exactly(first_due),
    on_miss="no_reset",
    reads=COUNT,
    after="b.once",
)
def first_numbers(run: Run) -> list[Text]:
    """The number of the press after each long one."""
    found = counts(run)
    return [
        Text(str(number), at.ns)
        for begin, _ in run.data["short"]
        for at, number in [one for one in found if one[0] >= begin][:1]
    ]


def long_delays(run: Run) -> list[Millis]:
    """The time from the end of each long press's bounce to the first LONG before the next long
    press; infinite without one."""
    found: list[Millis] = []
    for press, (at, end) in zip(run.data["long"], cycles(run), strict=True):
        mine = [m for m in longs(run) if at <= m < end]
        delay = mine[0] - still(run, "BTN_1", press) if mine else NEVER
        found.append(Millis(delay, mine[0].ns if mine else ms(at + LONG).ns))
    return found


ON_TIME = Between(ms(770), ms(880))
"""A program may count the 800 ms from the first edge of the bounce, or from its COUNT."""
right_time = check(
    "d.long",
    points=1,
    episode="hold",
    expect=ON_TIME,
    on_miss="long_time",
    why=why_long,
    after="b.once",
)(long_delays)


@check(
    "d.held",
    points=1,
    episode="held",
    expect=Never("COUNT, LONG"),
    on_miss="held_boot",
    after="d.long",
)
def printed_while_held(run: Run) -> list[Moment]:
    """COUNT and LONG before the release of a button that is held since the reset."""
    printed_at = [at for at, _ in counts(run)] + longs(run)
    return sorted(at for at in printed_at if at < run.data["released"])


time_of_wrap = check(
    "d.wrap", points=1, episode="held", expect=ON_TIME, on_miss="ticks_wrap", after="d.long"
)(long_delays)


# e: LED_R.


def led_edges(run: Run) -> list[list[int]]:
    """The edges of LED_R from each press of BTN_2 to the next, in ns."""
    edges = [int(t) for t in run.signal("LED_R").edges_ns()]
    starts = [ms(at).ns for at, _ in run.data["two"]]
    ends = [*starts[1:], run.end_ns - run.zero_ns]
    return [[t for t in edges if a <= t < b] for a, b in zip(starts, ends, strict=True)]


def once_each(run: Run) -> list[float]:
    """One edge for each press."""
    return [1] * len(run.data["two"])


def why_toggle(run: Run) -> str:
    """The input floats; the LED changes while the button is low, at each bounce, or at the
    release; some presses are lost."""
    two: list[Press] = run.data["two"]
    edges = led_edges(run)
    pull = why_input(run, "BTN_2")
    if pull == "pull_down" or (pull and any(edges)):
        return pull
    if at_both([[millis_of_ns(t) for t in found] for found in edges], two):
        return "both_edges"
    for (at, length), found in zip(two, edges, strict=True):
        quiet = ms(at + 2 * LONGEST_BOUNCE).ns, ms(at + length).ns
        if sum(quiet[0] < t < quiet[1] for t in found) > 1:
            return "level_toggle"
    if max(map(len, edges)) > 1:
        return "no_debounce"
    moments = [millis_of_ns(t) for found in edges for t in found]
    if at_release(moments, two):
        return "active_high"
    are_lost = any(edges) and not all(edges)
    return other_pin(run, "LED_R") or ("sleep_debounce" if are_lost else "")


@gate("e.once", expect=Exactly(once_each), on_miss="sleep_debounce", why=why_toggle)
def edges_each(run: Run) -> list[Quantity] | None:
    """How often LED_R changed at each press of BTN_2; None if it never changed."""
    pairs = list(zip(led_edges(run), run.data["two"], strict=True))
    each = [Quantity(len(e), e[1] if len(e) > 1 else ms(at).ns) for e, (at, _) in pairs]
    return each if any(each) else None


@check(
    "e",
    points=2,
    expect=AtMost(ms(50)),
    partial={AtMost(LATEST): 1},
    on_miss="late_toggle",
    why=why_toggle,
)
def toggle_delays(run: Run) -> list[Millis]:
    """The time from the end of the bounce of each press of BTN_2 to the edge of LED_R."""
    pairs = zip(led_edges(run), run.data["two"], strict=True)
    return [
        millis_of_ns(found[0] - still(run, "BTN_2", press).ns, found[0])
        for found, press in pairs
        if found
    ]


@check("f", points=1, expect=Never("COUNT"), on_miss="glitch_counted", after="b")
def glitch_counts(run: Run) -> list[Moment]:
    """The counts after all presses, where only glitches are."""
    return [at for at, _ in counts(run) if at >= run.data["quiet"]]


# t: the trainee's own scenario.

right, found_wrong = scenario_item(
    "t",
    points=2,
    mutants=(
        "active_high",
        "both_edges",
        "held_boot",
        "level_toggle",
        "long_release",
        "long_repeat",
        "no_debounce",
        "no_reset",
    ),
)
