"""L02: the traffic light follows its plan, keeps its times and fails safe.

States shorter than 20 ms (one lamp is off already, the next one not yet on) are no phases. They
count only for "never red and green".
"""

import json
import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import groupby
from operator import eq

import numpy as np

from grader import (
    NS_PER_MS,
    BoardType,
    Episode,
    Exactly,
    Millis,
    Moment,
    Never,
    Percent,
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
    spans_ms,
)
from grader.measure.given import GivenCall, calls
from grader.measure.pins import other_pin
from grader.measure.states import State, phases, together

LAMPS = ("R", "Y", "G")
CYCLES = 20
SHORTEST_PHASE = ms(20)
SHORTEST_PLANNED, LONGEST_CYCLE = ms(200), seconds(4)
SHORTEST_LOG, NEAR, JOURNAL = ms(1), ms(100), ms(4.5)
"""SHORTEST_LOG: the least time of a call of `log` after it has printed its line `PHASE …`. NEAR:
how far from the start of a phase the call may be. JOURNAL: the least time of the whole call, with
the printing of that line."""
PUBLIC_PLAN = [("G", 4000), ("Y", 1000), ("R", 5000), ("RY", 1000)]
PUBLIC_ORDER = [name for name, _ in PUBLIC_PLAN]
FALLBACKS = ("missing", "corrupt", "void")

ROUGH_SLACK, ROUGH_PERCENT = ms(100), 25
"""A program whose phases are off by no more than this follows the plan's lengths."""

POLLS = [
    column.ravel()
    for column in np.meshgrid(
        np.linspace(5.0, 5.3, 16), np.linspace(15.01, 15.04, 31), (0.1, 0.5, 0.9)
    )
]
"""Ways of a coarse poll, in columns (ms): the time that the journal takes (5.1 ms with the lamps),
the time that a poll of 15 ms really takes (15.02 ms), and the start within a millisecond."""
MISS_MS, TRIED = 10.5, 8

Plan = list[tuple[str, int]]


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The plan for 21 cycles, and three broken plans."""
    rng = random.Random(seed)
    plan = PUBLIC_PLAN if seed == 0 else hidden_plan(rng)
    cycle_s = sum(length for _, length in plan) / 1000
    text = json.dumps(plan).encode()
    return [
        Episode(
            "plan",
            seconds=cycle_s * CYCLES * 1.05,
            files={"plan.json": text},
            data={"plan": plan},
        ),
        Episode("missing", seconds=12, files={"plan.json": None}),
        Episode("corrupt", seconds=12, files={"plan.json": _broken(rng, text)}),
        Episode("void", seconds=12, files={"plan.json": b"[]"}),
    ]


def _broken(rng: random.Random, text: bytes) -> bytes:
    """A plan that is cut off, empty, or not JSON.

    The cut is inside a phase: MicroPython's json accepts a list without its last bracket.
    """
    cuts = [n for n in range(len(text)) if text.count(b"[", 0, n) - text.count(b"]", 0, n) == 2]
    return rng.choice([text[: rng.choice(cuts)], b"G 4000, Y 1000", b""])


def hidden_plan(rng: random.Random) -> Plan:
    """A plan that finds every mutant: see the conditions in `_separates`. Each has a phase of two
    lamps and one of none, so that no mark depends on which plan came."""
    while True:
        more = ["RY", "OFF", *rng.choices(["Y", "RY", "OFF", "G", "R"], k=rng.randrange(3))]
        names = ["G", "R", *rng.sample(more, k=len(more))]
        turn = rng.randrange(len(names))
        plan = [(name, _length(rng)) for name in names[turn:] + names[:turn]]
        if plan[0][0] != "OFF" and _separates(plan):
            return plan


def _length(rng: random.Random) -> int:
    """200 to 9000 ms, short ones more often."""
    return round(200 * math.pow(45, rng.random() ** 2))


def _separates(plan: Plan) -> bool:
    """Whether neighbours differ (the last and the first, too), a phase that is left out changes
    the order, order and start are not those of the public plan, red goes over into green, no
    constant length is nearly right for all phases, 20 cycles are cheap to simulate, and a coarse
    poll is found."""
    names, cycle = [name for name, _ in plan], [length for _, length in plan]
    if any(a == b for a, b in zip(names, names[1:] + names[:1], strict=True)):
        return False
    if any(_merged(part * 6)[: len(names) * 3] == names * 3 for part in (names[1:], names[:-1])):
        return False
    rotations = [PUBLIC_ORDER[i:] + PUBLIC_ORDER[:i] for i in range(len(PUBLIC_ORDER))]
    if names in rotations or names[:3] == PUBLIC_ORDER[:3]:
        return False
    if not any("R" in a and b == "G" for a, b in zip(names, names[1:] + names[:1], strict=True)):
        return False
    is_varied = max(cycle) > 2 * min(cycle) + ROUGH_SLACK
    return is_varied and sum(cycle) <= LONGEST_CYCLE and _shows_coarse_poll(cycle)


def _merged(names: Sequence[str]) -> list[str]:
    """The phases that are seen of these: equal neighbours are one."""
    return [name for name, _ in groupby(names)]


def _shows_coarse_poll(cycle: Sequence[int]) -> bool:
    """Whether a program that polls every 15 ms surely misses a length by more than 10 ms.

    With some lengths such a program falls into a regular pattern, which depends on microseconds.
    So all `POLLS` are tried together, cycle by cycle. After each cycle `TRIED` of those that have
    not missed are tried to the end: when one never misses, the others do not matter.
    """
    work_ms, poll_ms, now = POLLS
    deadline, lengths = 0, [*cycle] * CYCLES
    for number, length in enumerate(lengths):
        begin, deadline = now, deadline + length
        now = now + work_ms
        now = now + poll_ms * np.maximum(0, np.ceil((deadline - now) / poll_ms))
        hits = abs(now - begin - length) <= MISS_MS
        if number and not hits.all():  # the first phase is not judged
            work_ms, poll_ms, now = work_ms[hits], poll_ms[hits], now[hits]
            if not len(now):
                return True
        if (number + 1) % len(cycle) == 0:
            rest, some = lengths[number + 1 :], slice(None, None, -(-len(now) // TRIED))
            columns = (column[some].tolist() for column in (work_ms, poll_ms, now))
            if any(_misses_none(rest, deadline, *poll) for poll in zip(*columns, strict=True)):
                return False
    return False


def _misses_none(
    lengths: Sequence[int], deadline: int, work_ms: float, poll_ms: float, now: float
) -> bool:
    """Whether a program that polls so misses no length from now on."""
    for length in lengths:
        begin, deadline = now, deadline + length
        now += work_ms
        now += poll_ms * max(0, math.ceil((deadline - now) / poll_ms))
        if abs(now - begin - length) > MISS_MS:
            return False
    return True


# What was seen, and what the plan wants.


@once
def seen(run: Run) -> list[State]:
    """The phases since READY, without the time before the first lamp; empty if none is on."""
    found = phases({lamp: run.signal(f"LED_{lamp}") for lamp in LAMPS}, SHORTEST_PHASE)
    if found and not found[0].high and (len(found) == 1 or found[0].length < SHORTEST_PLANNED):
        return found[1:]
    return found


def names(run: Run) -> list[Text]:
    """The phases by name: `RY` for red and yellow, `OFF` for none."""
    lit = ((s, "".join(lamp for lamp in LAMPS if lamp in s.high)) for s in seen(run))
    return [Text(name or "OFF", s.from_ns) for s, name in lit]


def lengths(run: Run) -> list[Millis]:
    """The length of each phase without the first."""
    return [state.length for state in seen(run)[1:]]


def planned(run: Run) -> Plan:
    """The plan of this seed."""
    plan: Plan = run.data["plan"]
    return plan


@once
def begins(run: Run) -> list[int]:
    """When each phase of 20 cycles should begin, in ns."""
    ends = np.cumsum([length for _, length in planned(run) * CYCLES])
    return [0, *(ms(end).ns for end in ends[:-1].tolist())]


@once
def planned_order(run: Run) -> list[Text]:
    """Three cycles of the plan."""
    names = [name for name, _ in planned(run)] * 3
    return [Text(*pair) for pair in zip(names, begins(run), strict=False)]


def planned_log(run: Run) -> list[Text]:
    """The same without the first phase, which may begin before READY."""
    return planned_order(run)[1:]


@once
def planned_lengths(run: Run) -> list[Millis]:
    """20 cycles of the plan without the first phase, which may begin before READY."""
    lengths = [length for _, length in planned(run) * CYCLES]
    return [Millis(*pair) for pair in zip(lengths, begins(run), strict=True)][1:]


def first_lengths(run: Run) -> list[Millis]:
    """The same of three cycles."""
    return planned_lengths(run)[: len(planned_order(run)) - 1]


def planned_end(run: Run) -> Millis:
    """The time from the end of the first phase to the end of cycle 20."""
    return Millis(sum(planned_lengths(run)))


# Which idea was wrong.


def why_order(run: Run) -> str:
    """It drives another pin, uses the public plan and not the file, blinks as without a plan, or
    takes milliseconds for seconds: then it still sleeps in its first phase, and has logged no
    other."""
    found = seen(run)
    if reason := other_pin(run, *(f"LED_{lamp}" for lamp in LAMPS)) or why_public(run):
        return reason
    if falls_back(run):
        return "fell_back"
    sleeps = bool(found) and found[0].length > 20 * planned(run)[0][1]
    return "unit_ms_s" if sleeps and len(calls(run, "log", SHORTEST_LOG)) <= 1 else ""


def falls_back(run: Run) -> bool:
    """Whether yellow alone blinks at 1 Hz before the end. No plan has three periods of that."""
    last = seen(run)[-7:-1]
    blinks = [state.high <= {"Y"} and abs(state.length - 500) <= 25 for state in last]
    return len(blinks) == 6 and all(blinks)


def why_public(run: Run) -> str:
    """It uses the public plan although another one, or none, is on the board."""
    public = run.data.get("plan") == PUBLIC_PLAN
    return "hardcoded" if not public and names(run)[:3] == PUBLIC_ORDER[:3] else ""


def why_length(run: Run) -> str:
    """The same reasons as for the order, or another order, or deadlines are late but do not
    drift."""
    if reason := why_order(run):
        return reason
    if not all(map(eq, names(run), planned_order(run))):
        return "order"
    pairs = zip(phase_lengths.measure(run), planned_lengths(run), strict=False)
    return "coarse_tick" if max((abs(a - b) for a, b in pairs), default=99) <= 30 else ""


def why_end(run: Run) -> str:
    """The cycles end too early: work between the phases makes them late only."""
    end = end_of_cycles.measure(run)
    return "length" if end is not None and end < planned_end(run) else ""


def why_no_blink(run: Run) -> str:
    """It uses the public plan, yellow is never on, or the other half of the period."""
    edges = run.signal("LED_Y").edges_ns()
    if not len(edges):
        return other_pin(run, "LED_Y") or ("" if run.tracebacks() else "swallowed")
    periods = run.signal("LED_Y").periods()
    half = bool(periods) and all(abs(period - 500) < 50 for period in periods)
    return why_public(run) or ("half_period" if half else "")


# The items.


@check("a", points=2, expect=Exactly(of=planned_order), on_miss="order", why=why_order)
def order(run: Run) -> list[Text]:
    """The names of the phases of three cycles."""
    return names(run)[: len(planned_order(run))]


@check(
    "b",
    points=5,
    expect=Within(ms(10), of=planned_lengths),
    partial={Within(ms(30), percent=5, of=planned_lengths): 3},
    on_miss="length",
    why=why_length,
)
def phase_lengths(run: Run) -> list[Millis]:
    """The length of each phase of 20 cycles, without the first."""
    return lengths(run)[: len(planned_lengths(run))]


@check(
    "b.rough",
    points=1,
    expect=Within(ROUGH_SLACK, percent=ROUGH_PERCENT, of=first_lengths),
    on_miss="length",
    why=why_length,
)
def rough_lengths(run: Run) -> list[Millis]:
    """The same of three cycles."""
    return lengths(run)[: len(first_lengths(run))]


@check(
    "c", points=3, expect=Never("R + G"), on_miss="overlap", safety=True, after=("a", "b.rough")
)
def red_with_green(run: Run) -> list[Moment] | None:
    """When red and green were on together, even for a short time. None if the light stood still
    in the end: what it would have done there is not known."""
    last = seen(run)[-1:]
    longest = max(planned_lengths(run)) * (1 + ROUGH_PERCENT / 100) + ROUGH_SLACK
    if any(state.length > longest for state in last):
        return None
    return together({lamp: run.signal(f"LED_{lamp}") for lamp in LAMPS}, ("R", "G"))


@check(
    "d",
    points=3,
    expect=Within(ms(20), of=planned_end),
    on_miss="drift",
    why=why_end,
    after=("a", "b.rough"),
)
def end_of_cycles(run: Run) -> Millis | None:
    """The time from the end of the first phase to the end of cycle 20."""
    found = seen(run)[: len(planned(run)) * CYCLES]
    if len(found) < len(planned(run)) * CYCLES:
        return None
    return millis_of_ns(found[-1].to_ns - found[0].to_ns, found[-1].to_ns)


@once
def logs(run: Run) -> list[GivenCall]:
    """The calls of `log`: each begins with its line `PHASE`, and takes its time with it."""
    printed = run.lines()
    times = [line.at_ns for line in printed]

    def has_its_line(call: GivenCall) -> bool:
        first = bisect_left(times, call.to_ns - 2 * NEAR.ns)
        after = bisect_right(times, call.to_ns - JOURNAL.ns)
        return any(line.text.endswith(f"PHASE {call.argument}") for line in printed[first:after])

    return [call for call in calls(run, "log", SHORTEST_LOG) if has_its_line(call)]


def why_log(run: Run) -> str:
    """It never calls `log`, or not with the phase that begins."""
    return "" if logs(run) else "never_logged"


@check(
    "f",
    points=2,
    expect=Exactly(of=planned_log),
    on_miss="wrong_log",
    why=why_log,
    after="a",
    stated=[NEAR],
)
def logged(run: Run) -> list[Text]:
    """The phase that was logged at the start of each phase of three cycles, without the first."""
    found: list[Text] = []
    times = [log.from_ns for log in logs(run)]
    for begin_ns in (state.from_ns for state in seen(run)[1 : len(planned_order(run))]):
        first, after = (
            bisect_left(times, begin_ns - NEAR.ns),
            bisect_right(times, begin_ns + NEAR.ns),
        )
        near = logs(run)[first:after]
        nearest = min(near, key=lambda log: abs(log.from_ns - begin_ns), default=None)
        found.append(Text(nearest.argument if nearest else "-", begin_ns))
    return found


@gate("d.work", expect=Never(""), on_miss="wrong_log", why=why_log)
def phases_without_work(run: Run) -> list[Moment]:
    """The phases of 20 cycles, without the first, in which `log` did not work, nor just before
    them: a program without this work is not late, whatever it computes its deadlines from."""
    times = [call.from_ns for call in calls(run, "log", SHORTEST_LOG)]
    return [
        moment_of_ns(state.from_ns)
        for state in seen(run)[1 : len(planned(run)) * CYCLES]
        if bisect_left(times, state.from_ns - NEAR.ns) == bisect_left(times, state.to_ns)
    ]


@check(
    "e",
    points=2,
    episode=FALLBACKS,
    expect=Within(percent=5, of=ms(1000)),
    on_miss="blink",
    why=why_no_blink,
)
def blink_period(run: Run) -> list[Millis]:
    """The periods of yellow; also the longest time without one, if it did not blink long
    enough. Infinite if it was never lit."""
    yellow = run.signal("LED_Y")
    if not len(yellow.rises_ns()):
        return [Millis(math.inf)]
    if sum(yellow.periods()) >= seconds(9):
        return yellow.periods()
    rises = np.array([0, *yellow.rises_ns(), yellow.end_ns])
    return [max(spans_ms(np.diff(rises), rises[:-1]))]


@gate("e.duty", episode=FALLBACKS, expect=Within(Percent(5), of=Percent(50)), on_miss="blink")
def blink_duty(run: Run) -> list[Percent]:
    """The duty cycle of yellow in each period."""
    return run.signal("LED_Y").duties()


@gate("e.quiet", episode=FALLBACKS, expect=Never("traceback"), on_miss="exception")
def tracebacks(run: Run) -> list[Moment]:
    """When an exception ended the program."""
    return [moment_of_ns(traceback.at_ns) for traceback in run.tracebacks()]


# The "predict" question.


@observe(Episode("predict", seconds=15))
def timing_diagram(run: Run) -> dict[str, str]:
    """A line for each lamp with the published plan: its level in the middle of each second."""
    middles_ns = np.arange(500, 15_000, 1000) * NS_PER_MS
    levels = {lamp: run.signal(f"LED_{lamp}").at_all(middles_ns) for lamp in LAMPS}
    return {
        lamp.lower(): "".join("#" if is_lit else "." for is_lit in lit)
        for lamp, lit in levels.items()
    }
