"""L16: the node sleeps, wakes on its grid, and keeps its readings; a watchdog frees it.

A *wake* is a time awake that the timer or the button began. A *reading* is the mean voltage of the
conversions at AIN_1 that lie close together: what the sensor showed there.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import fmean

from grader import (
    AtLeast,
    AtMost,
    Between,
    Bytes,
    Exactly,
    MilliampHours,
    Millis,
    Percent,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
    once,
    seconds,
)
from grader.measure import mqtt
from grader.measure.adc import conversions
from grader.measure.given import calls
from grader.measure.memory import heap
from grader.measure.power import awake_spans, boots, wakes
from grader.measure.source import called_in_handlers

EXT0, TIMER = 2, 4
HARD_RESET, WDT_RESET = 2, 3
BATCH = 5
NS_PER_S = 1_000_000_000
NEVER = float("inf")
AWAKE, TOO_LONG, APART = seconds(4), seconds(8), seconds(2)
"""Conversions that lie APART, or a sleep apart, belong to different readings."""
MEASURE, SOON = ms(5), seconds(15)
"""How long `measure()` works at least. SOON after a hang it has taken a reading."""
NEAR = 0.02
FIRST_CYCLE, LAST_CYCLE = 20, 190
FACTORY_PERIOD, OFF = seconds(60), seconds(3)
MOST_ASLEEP_MA = 10


@dataclass(frozen=True)
class Stay:
    """A time awake: from when to when (ns since t = 0), and what began it (0: a start)."""

    at_ns: int
    to_ns: int
    reason: int


@dataclass(frozen=True)
class Reading:
    """What was measured, when (ns since t = 0), and what began the time awake."""

    at_ns: int
    millivolts: float
    reason: int


@dataclass(frozen=True)
class Message:
    """What came to the broker, when (ns since t = 0), and what began the time awake."""

    at_ns: int
    seq: int
    why: str
    readings: list[float]
    reason: int


@once
def stays(run: Run) -> list[Stay]:
    """The times awake in order. Each wake begins one, also where the button is still pressed, and
    the sleep before it has no length."""
    reasons = {one.at_ns: one.reason for one in wakes(run)}
    found = []
    for span in awake_spans(run):
        inside = [at for at in reasons if span.at_ns < at < span.to_ns]
        for begin, end in pairwise([span.at_ns, *inside, span.to_ns]):
            found.append(Stay(begin, end, reasons.get(begin, 0)))
    return found


def stay_at(run: Run, at_ns: int) -> Stay:
    """The time awake in which this time is."""
    return stays(run)[bisect_right(stays(run), at_ns, key=lambda one: one.at_ns) - 1]


@once
def readings(run: Run) -> list[Reading]:
    """The readings in order."""
    seen = conversions(run, "AIN_1")
    groups: list[list[tuple[int, float]]] = []
    for at_ns, volts in zip(seen.at_ns.tolist(), seen.volts.tolist(), strict=True):
        before_ns = groups[-1][-1][0] if groups else -APART.ns
        if at_ns - before_ns >= APART.ns or stay_at(run, at_ns).at_ns > before_ns:
            groups.append([])
        groups[-1].append((at_ns, volts))
    found = []
    for group in groups:
        at_ns, millivolts = group[0][0], 1000 * fmean(volts for _, volts in group)
        found.append(Reading(at_ns, millivolts, stay_at(run, at_ns).reason))
    return found


def never_slept(run: Run) -> str:
    """It took readings and did not sleep in between."""
    return "stays_awake" if len(readings(run)) > 1 and not wakes(run) else ""


@once
def messages(run: Run) -> list[Message]:
    """The messages of the schema that came with QoS 1."""
    sent = [one for one in mqtt.published(run, run.data["topic"]) if one.qos]
    found = []
    for one, document in mqtt.objects(sent):
        match document:
            case {"v": 1, "id": str(), "seq": int(seq), "why": str(why), "r": list(r)}:
                if all(isinstance(value, int | float) for value in r):
                    reason = stay_at(run, one.t_ns).reason
                    found.append(Message(one.t_ns, seq, why, r, reason))
    return found


def why_no_message(run: Run) -> str:
    """Nothing on the device's topic, or nothing of the schema."""
    sent = mqtt.published(run)
    if sent and not mqtt.published(run, run.data["topic"]):
        return "topic"
    return "schema" if sent and not messages(run) else ""


# a: when it wakes, and for how long.


def due(run: Run) -> list[int]:
    """When the timer should wake it (ns since t = 0)."""
    period_ns = run.data["period_s"] * NS_PER_S
    return list(range(period_ns, run.end_ns - run.zero_ns, period_ns))


def timed(run: Run) -> list[Stay]:
    """The wakes by the timer."""
    return [one for one in stays(run) if one.reason == TIMER]


@gate("a.wakes", episode="deep", expect=AtLeast(Percent(90)), on_miss="few_wakes", why=never_slept)
def measured_wakes(run: Run) -> Percent | None:
    """The share of the due times at which the timer woke it and a reading was taken."""
    found = [one for one in readings(run) if one.reason == TIMER]
    return Percent(100 * len(found) / len(due(run))) if readings(run) else None


@check(
    "a.awake",
    points=3,
    episode="deep",
    expect=AtMost(AWAKE),
    partial={AtMost(TOO_LONG): 1},
    on_miss="awake_long",
)
def awake(run: Run) -> list[Millis]:
    """How long it was awake each time."""
    return [millis_of_ns(one.to_ns - one.at_ns, one.at_ns) for one in timed(run)]


@check(
    "a.grid",
    points=2,
    episode="deep",
    expect=Within(seconds(2), of=seconds(0)),
    on_miss="sleep_plus_awake",
    after="a.awake",
)
def off_grid(run: Run) -> list[Millis]:
    """How long after its time each wake came."""
    return [
        millis_of_ns(one.at_ns - at, at) for one, at in zip(timed(run), due(run), strict=False)
    ]


# b: five readings in a message.


def batches(run: Run) -> list[Message]:
    """The messages that are not of the button."""
    return [one for one in messages(run) if one.why != "btn"]


def why_no_batch(run: Run) -> str:
    """No message ever came, although there were readings enough."""
    is_lost = not mqtt.published(run) and len(readings(run)) > BATCH
    return "ram_counter" if is_lost else why_no_message(run)


def due_sizes(run: Run) -> list[Text]:
    """Five for each message."""
    return [Text(str(BATCH), one.at_ns) for one in batches(run)]


@gate(
    "b.sizes",
    episode="deep",
    expect=Exactly(due_sizes),
    on_miss="no_batch",
    why=why_no_batch,
    stated=(BATCH,),
)
def sizes(run: Run) -> list[Text] | None:
    """How many readings each message has; None without any message."""
    return [Text(str(len(one.readings)), one.at_ns) for one in batches(run)] or None


def sent_values(run: Run) -> list[float]:
    """The readings in all messages but the button's."""
    return [value for one in batches(run) for value in one.readings]


def due_readings(run: Run) -> list[Reading]:
    """The readings that belong into messages: not those of the button."""
    return [one for one in readings(run) if one.reason != EXT0]


def why_reading(run: Run) -> str:
    """Fewer came than were taken, by more than those that wait at the end."""
    lost = len(due_readings(run)) - len(sent_values(run))
    return "readings_lost" if lost >= BATCH else ""


@check(
    "b.readings",
    points=4,
    episode="deep",
    expect=AtMost(Percent(2)),
    on_miss="reading",
    why=why_reading,
)
def deviations(run: Run) -> list[Percent]:
    """How far each reading is from what the sensor showed at its wake. The last wakes, at most
    a batch, have no message yet: it may just be sent."""
    shown, sent = due_readings(run), sent_values(run)
    judged = shown[: max(len(sent), len(shown) - BATCH)]
    values: list[float] = [*sent, *[NEVER] * len(judged)]
    return [
        Percent(100 * abs(value / one.millivolts - 1), one.at_ns)
        for value, one in zip(values, judged, strict=False)
    ]


# c: the button wakes it.


def due_whys(run: Run) -> list[Text]:
    """`btn` for each message of a wake by the button, and else `timer`."""
    return [Text("btn" if one.reason == EXT0 else "timer", one.at_ns) for one in messages(run)]


@gate("c.why", episode="btn", expect=Exactly(due_whys), on_miss="why_fixed", why=why_no_message)
def whys(run: Run) -> list[Text]:
    """The cause that each message tells."""
    return [Text(one.why, one.at_ns) for one in messages(run)]


def taken_between(run: Run) -> list[Text]:
    """How many readings were taken for each message since the one before it."""
    found, since_ns = [], -1
    for one in batches(run):
        taken = [read for read in due_readings(run) if since_ns < read.at_ns <= one.at_ns]
        found.append(Text(str(len(taken)), one.at_ns))
        since_ns = one.at_ns
    return found


@gate("c.batches", episode="btn", expect=Exactly(taken_between), on_miss="btn_counted")
def sizes_of_messages(run: Run) -> list[Text]:
    """How many readings each message has, with presses in between."""
    return [Text(str(len(one.readings)), one.at_ns) for one in batches(run)]


def fresh(run: Run, press_ns: int) -> Message | None:
    """The button's message after a press: one reading, taken since then."""
    taken = next((one for one in readings(run) if one.at_ns >= press_ns), None)
    for one in messages(run):
        if taken and one.why == "btn" and one.at_ns > taken.at_ns:
            off = [abs(value / taken.millivolts - 1) for value in one.readings]
            return one if len(off) == 1 and off[0] <= NEAR else None
    return None


def why_answer(run: Run) -> str:
    """It did not sleep, or the button never ended a sleep."""
    is_woken = any(one.reason == EXT0 for one in wakes(run))
    return never_slept(run) or ("no_wake_pin" if readings(run) and not is_woken else "")


@check(
    "c",
    points=3,
    episode="btn",
    expect=AtMost(AWAKE),
    on_miss="no_answer",
    why=why_answer,
    stated=(2,),
)
def delays(run: Run) -> list[Millis] | None:
    """The time from each press while it sleeps to its message; None without any reading."""
    if not readings(run):
        return None
    found = []
    for at in run.data["presses"]:
        press_ns = round(at * NS_PER_S)
        if any(one.at_ns < press_ns < one.to_ns for one in stays(run)):
            continue
        one = fresh(run, press_ns)
        late = millis_of_ns(one.at_ns - press_ns, press_ns) if one else Millis(NEVER, press_ns)
        found.append(late)
    return found or [Millis(NEVER)]


# d: the watchdog.


def why_reset(run: Run) -> str:
    """It was reset in another way, or a timer feeds the watchdog."""
    if resets(run, HARD_RESET) and not resets(run, WDT_RESET):
        return "other_reset"
    return "wdt_timer" if called_in_handlers(run.program, "feed") else ""


def resets(run: Run, cause: int) -> list[int]:
    """The starts with that cause since t = 0."""
    return [one.at_ns for one in boots(run) if one.cause == cause and one.at_ns > 0]


@check(
    "d.reset",
    points=2,
    episode="hang",
    expect=Between(seconds(5), seconds(10)),
    on_miss="no_wdt",
    why=why_reset,
)
def until_reset(run: Run) -> list[Millis] | None:
    """The time from the first `measure()` that hangs to the watchdog's reset; infinite if none
    came, or no reading after it."""
    asked = [one.from_ns for one in calls(run, "measure", MEASURE)]
    read = [one.at_ns for one in readings(run)]
    found = []
    for span in run.data["hangs"]:
        begin, end = (round(at * NS_PER_S) for at in span)
        hung = next((at for at in asked if begin <= at < end), None)
        reset = next((at for at in resets(run, WDT_RESET) if hung and hung < at), None)
        is_read = reset and any(reset < at < end + SOON.ns for at in read)
        wait = reset - hung if hung and reset and is_read else None
        at = begin if hung is None else hung
        found.append(Millis(NEVER, at) if wait is None else millis_of_ns(wait, at))
    return found if asked else None


@once
def noted(run: Run) -> list[Text]:
    """The numbers of the messages. Where the watchdog came after a message and before the next
    `measure()`, the program could not note it: with the same number again, both count as one."""
    asked = [one.from_ns for one in calls(run, "measure", MEASURE)]
    sent, found = batches(run), []
    for one, following in zip_longest(sent, sent[1:]):
        cut = next((at for at in resets(run, WDT_RESET) if at > one.at_ns), run.end_ns)
        is_again = following and following.seq == one.seq and following.at_ns > cut
        if not is_again or any(one.at_ns < at < cut for at in asked):
            found.append(Text(str(one.seq), one.at_ns))
    return found


def due_numbers(run: Run) -> list[Text]:
    """The messages count on from 1, and each five readings have one."""
    end_ns = run.end_ns - run.zero_ns - 2 * AWAKE.ns
    taken = [one for one in due_readings(run) if one.at_ns < end_ns]
    many = max(len(noted(run)), len(taken) // BATCH)
    return [Text(str(n)) for n in range(1, many + 1)]


def why_numbers(run: Run) -> str:
    """No message came, although there were readings enough."""
    return "" if batches(run) else "state_lost"


@check(
    "d.state",
    points=1,
    episode="hang",
    expect=Exactly(due_numbers),
    on_miss="state_lost",
    why=why_numbers,
    after="d.reset",
)
def numbers(run: Run) -> list[Text]:
    """The number of each message of a run with three resets."""
    return noted(run)


# e: memory and settings.


def why_light(run: Run) -> str:
    """It began anew: the watchdog was not fed, or it slept deeply. Or it did not run so often."""
    if resets(run, WDT_RESET):
        return "not_fed"
    if restarts(run):
        return "restarts"
    return "few_cycles" if 0 < len(calls(run, "measure", MEASURE)) < LAST_CYCLE else ""


def restarts(run: Run) -> list[int]:
    """Every start since t = 0: each one empties the heap."""
    return [one.at_ns for one in boots(run) if one.at_ns > 0]


@check(
    "e.light",
    points=1,
    episode="light",
    expect=AtMost(Bytes(1024)),
    on_miss="leak",
    why=why_light,
    stated=(FIRST_CYCLE, LAST_CYCLE),
)
def fall(run: Run) -> Bytes | None:
    """How many bytes of the heap were lost; None if it began anew or did not run so often."""
    asked = [one.to_ns for one in calls(run, "measure", MEASURE)]
    if len(asked) < LAST_CYCLE or restarts(run):
        return None
    return heap(run).fall(asked[FIRST_CYCLE - 1], asked[-1])


def why_factory(run: Run) -> str:
    """It has used the values of the file, or did not sleep; or only the button's message is
    missing."""
    sent = mqtt.published(run)
    if sent and not mqtt.published(run, run.data["topic"]):
        return "crc_ignored"
    found = periods(run)
    is_right = found and all(abs(one - FACTORY_PERIOD) <= OFF for one in found)
    return never_slept(run) or ("no_button" if is_right else "")


def periods(run: Run) -> list[Millis]:
    """The time from each wake by the timer to the next, but not where the press lies."""
    woken = [one.at_ns for one in timed(run)]
    (press,) = run.data["presses"]
    return [millis_of_ns(b - a, a) for a, b in pairwise(woken) if not a < press * NS_PER_S < b]


@check(
    "e.cfg",
    points=1,
    episode="bad_cfg",
    expect=Within(OFF, of=FACTORY_PERIOD),
    on_miss="factory",
    why=why_factory,
)
def factory_periods(run: Run) -> list[Millis]:
    """The periods; infinite if there are none, or the button's message did not come from
    `factory`."""
    found = periods(run)
    sent = [one for one in messages(run) if one.reason == EXT0]
    return found if found and sent else [Millis(NEVER)] * bool(readings(run))


# f: the energy report.


def charge_of_day(trace: list[list[float]]) -> float:
    """The charge of a day in mAh."""
    used = sum((b - a) * milliamps for (a, milliamps), (b, _) in pairwise(trace))
    return used / (trace[-1][0] - trace[0][0]) * 24


def due_charges(run: Run) -> list[MilliampHours]:
    """The charge of a day for each trace."""
    return [MilliampHours(charge_of_day(trace)) for trace in run.data["traces"]]


def charges(run: Run) -> list[MilliampHours]:
    """What `mah_per_day` gives for each trace."""
    traces = run.data["traces"]
    return [MilliampHours(run.host.call("mah_per_day", one, answer=float)) for one in traces]


def why_less(run: Run) -> str:
    """What is missing is the charge in sleep."""
    awake = [
        [[at, milliamps if milliamps > MOST_ASLEEP_MA else 0] for at, milliamps in trace]
        for trace in run.data["traces"]
    ]
    due = [charge_of_day(trace) for trace in awake]
    is_less = all(abs(a / b - 1) < NEAR for a, b in zip(charges(run), due, strict=True))
    return "sleep_current" if is_less else ""


reported = check(
    "f",
    points=1,
    episode="host",
    expect=Within(percent=5, of=due_charges),
    on_miss="energy",
    why=why_less,
)(charges)
