"""C4: a refrigerator or a field, by one program. What happened is known from the scenario; what
the node did comes from its pins and the broker.

The *database* has the first message of each sequence number with QoS 1 on the node's topic.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from grader import (
    NS_PER_S,
    AtLeast,
    AtMost,
    Between,
    Exactly,
    Millis,
    Moment,
    Never,
    Percent,
    Quantity,
    Run,
    Text,
    check,
    gate,
    once,
    seconds,
)
from grader.measure import mqtt
from grader.measure.pins import other_pin
from grader.measure.power import power_spans, time_in
from grader.measure.pwm import tones

NEVER = float("inf")
DB = "clinic_farm.db"
OVER_S, NEAR_S, LOG_S, SEND_S = 600, 35, 600, 1800
DAY_S, HOUR_S, SINCE_2000 = 86_400, 3600, 946_684_800
NO_FLOW_S, SPARE_L = 5, 0.2
CLOCK_S = 5
"""How late a clock may be that NTP set to a whole second, with the turn of a loop."""
BOTH = ("vaccine", "irrigation")
FIELD = {"soil": 1.5, "mm": 10, "t": 0.3, "h": 0.5}
"""How far the values in a sample of the field may be off."""
LONGEST_RUN_S = 240


@dataclass(frozen=True)
class Row:
    """A message; `at_s` is its time stamp in seconds since t = 0."""

    t_ns: int
    seq: int
    at_s: float
    kind: str
    m: Mapping[str, Any]


def parsed(document: Any, run: Run) -> tuple[int, float, str, Mapping[str, Any]] | None:
    """The fields of a message of the schema."""
    device = run.data["device"]
    match document:
        case {
            "v": 1,
            "id": str(name),
            "seq": int(seq),
            "ts": int(ts),
            "kind": str(kind),
            "q": 0 | 1,
            "m": dict(m),
        } if name == f"{device['site']}-{device['n']}":
            return seq, ts - run.data["utc"], kind, m
    return None


@once
def received(run: Run) -> list[Row]:
    """The messages of the schema with QoS 1, in the order in which they came."""
    sent = [one for one in mqtt.published(run, run.data["topic"]) if one.qos]
    found = [(one.t_ns, parsed(document, run)) for one, document in mqtt.objects(sent)]
    return [Row(t_ns, *row) for t_ns, row in found if row]


@once
def database(run: Run) -> list[Row]:
    """What the database has, in the order of the time stamps."""
    first: dict[int, Row] = {}
    for row in received(run):
        first.setdefault(row.seq, row)
    return sorted(first.values(), key=lambda row: row.at_s)


def of_kind(run: Run, kind: str, *numbers: str) -> list[Row]:
    """The messages of a kind whose fields of these names are numbers."""
    return [
        row
        for row in database(run)
        if row.kind == kind and all(isinstance(row.m.get(name), int | float) for name in numbers)
    ]


def why_topic(run: Run) -> str:
    """Nothing on the node's topic, nothing with QoS 1, another form, another clock, or numbers
    that came twice."""
    sent = mqtt.published(run)
    on_topic = [one for one in sent if one.topic == run.data["topic"]]
    if not on_topic:
        return "hardcoded" if sent else ""
    if not any(one.qos for one in on_topic):
        return "qos_0"
    if not database(run):
        return "schema"
    early = float(np.median([row.t_ns / NS_PER_S - row.at_s for row in database(run)]))
    if abs(early - SINCE_2000) < DAY_S:
        return "epoch_2000"
    shift = 60 * run.data["device"]["tz_min"]
    if abs(early + shift) < LOG_S + SEND_S:
        return "ts_local"
    stamps = {(row.seq, row.at_s) for row in received(run)}
    return "seq_restart" if len(stamps) > len(database(run)) else ""


# a: excursions.


@dataclass(frozen=True)
class Pair:
    """A true excursion (probe, begin, end, extreme, door), and the one that was reported."""

    true: tuple[int, float, float, float, int]
    row: Row | None


@once
def pairs(run: Run) -> tuple[list[Pair], list[Row]]:
    """The true excursions, and the reports that belong to none."""
    left = of_kind(run, "excursion", "probe", "start", "end", "extreme", "door")
    found = []
    for true in run.data["excursions"]:
        probe, begin, end = true[:3]
        near = [
            row
            for row in left
            if row.m["probe"] == probe
            and begin - HOUR_S < row.m["start"] - run.data["utc"] < end + HOUR_S
        ]
        best = min(near, key=lambda row: edge_off(run, true, row), default=None)
        if best:
            left.remove(best)
        found.append(Pair(tuple(true), best))
    return found, left


def edge_off(run: Run, true: tuple[int, float, float, float, int], row: Row) -> float:
    """How far the start or the end of a report is off, in seconds."""
    utc: float = run.data["utc"]
    off: float = max(abs(row.m["start"] - utc - true[1]), abs(row.m["end"] - utc - true[2]))
    return off


def why_excursion(run: Run) -> str:
    """Short ones are reported; one is missing; or they have the time of the message."""
    key = why_topic(run)
    if key or not database(run):
        return key
    found, extra = pairs(run)
    seen = [one for one in found if one.row]
    reports = [*extra, *[one.row for one in seen if one.row]]
    if any(row.m["extreme"] < -30 for row in reports):
        return "fault_as_cold"
    mended = run.data["utc"] + run.data["broken"][1]
    if any(abs(row.m["end"] - mended) < 2 * NEAR_S for row in reports):
        return "fault_in_excursion"
    if any(row.m["end"] - row.m["start"] < OVER_S for row in extra):
        return "instant_alarm"
    lengths = [one.true[2] - one.true[1] for one in found if not one.row]
    late = [row.m["end"] - row.m["start"] for row in extra]
    if lengths and all(any(abs(a - b) < 2 * NEAR_S for b in late) for a in lengths):
        return "ts_at_send"  # each that is missing is there at another time
    return "missing_excursion" if len(seen) < len(found) else ""


@check(
    "a.times",
    points=11,
    episode="vaccine",
    expect=AtMost(seconds(NEAR_S)),
    on_miss="excursion",
    why=why_excursion,
    stated=(10,),
)
def excursion_times(run: Run) -> list[Millis] | None:
    """How far start and end of each excursion are off: inf for one that is missing, and for a
    report of none. None without any message."""
    if not database(run):
        return None
    found, extra = pairs(run)
    off = [
        Millis(
            1000 * edge_off(run, one.true, one.row) if one.row else NEVER,
            round(one.true[1] * NS_PER_S),
        )
        for one in found
    ]
    utc = run.data["utc"]
    return off + [Millis(NEVER, place_ns(run, row.m["start"] - utc, row)) for row in extra]


def place_ns(run: Run, at_s: float, row: Row) -> int:
    """A time that a message tells; that of the message when it is not in the run."""
    return round(at_s * NS_PER_S) if 0 <= at_s < run.episode.seconds else row.t_ns


@check(
    "a.extreme",
    points=4,
    episode="vaccine",
    expect=AtMost(Quantity(0.3)),
    on_miss="extreme",
    after="a.times",
)
def extremes(run: Run) -> list[Quantity]:
    """How far the extremes are off; inf for a door in another state."""
    return [
        Quantity(
            abs(one.row.m["extreme"] - one.true[3]) if one.row.m["door"] == one.true[4] else NEVER,
            round(one.true[1] * NS_PER_S),
        )
        for one in pairs(run)[0]
        if one.row
    ]


# c: water. (b comes after it.)


@once
def pumped(run: Run) -> list[tuple[float, float]]:
    """When the pump ran, in seconds since t = 0."""
    signal = run.signal("RELAY_1")
    edges = [int(at) for at in signal.edges_ns()]
    times = [0, *edges, run.end_ns - run.zero_ns]
    return [(a / NS_PER_S, b / NS_PER_S) for a, b in pairwise(times) if b > a and signal.at(a)]


def near_run(run: Run, begin_s: float, end_s: float) -> tuple[float, float] | None:
    """The first time of the pump that began in this span."""
    return next((one for one in pumped(run) if begin_s <= one[0] < end_s), None)


@check(
    "c.on",
    points=3,
    episode="irrigation",
    expect=Between(seconds(0), seconds(NEAR_S)),
    on_miss="no_water",
    why=lambda run: other_pin(run, "RELAY_1"),
)
def starts(run: Run) -> list[Millis]:
    """How much later than due the pump was on; inf when it was not."""
    found = []
    for begin, end in run.data["due"]:
        one = near_run(run, begin, end)
        late = one[0] - begin if one else NEVER
        found.append(Millis(1000 * late, round(begin * NS_PER_S)))
    return found


@check(
    "c.off",
    points=1,
    episode="irrigation",
    expect=Between(seconds(0), seconds(3)),
    on_miss="wet",
    after="c.on",
)
def ends(run: Run) -> list[Millis]:
    """How much later than due the pump was off again."""
    found = []
    for begin, end in run.data["due"]:
        one = near_run(run, begin, end)
        if one:
            found.append(Millis(1000 * (one[1] - end), round(end * NS_PER_S)))
    return found


@check(
    "c.manual",
    points=1,
    episode="irrigation",
    expect=AtMost(seconds(2)),
    on_miss="manual",
    after="c.on",
)
def manual_starts(run: Run) -> list[Millis]:
    """The time from each press to the pump; inf when it did not run."""
    found = []
    for at in run.data["manual"]:
        one = near_run(run, at, at + 20)
        found.append(Millis(1000 * (one[0] - at) if one else NEVER, round(at * NS_PER_S)))
    return found


def flows(run: Run, begin_s: float, end_s: float) -> float:
    """The litres of a run of the pump: the relay closes after 7 ms and opens at once."""
    a, b = run.data["blocked"]
    wet_s = 0.0 if a - 60 < begin_s < b + 60 else max(0.0, end_s - begin_s - 0.007)
    litres: float = wet_s * run.data["rate"] / run.data["device"]["pulses_per_l"]
    return litres


@check(
    "c.litres",
    points=3,
    episode="irrigation",
    expect=AtMost(Percent(3)),
    on_miss="litres",
    why=why_topic,
    after="c.on",
)
def litres(run: Run) -> list[Percent]:
    """How far the litres of each run of the pump are off, by more than one pulse; inf without a
    message. The one that the reset ends has none."""
    pulse = 1 / run.data["device"]["pulses_per_l"]
    left = of_kind(run, "water", "start", "end", "l")
    found = []
    for begin, end in pumped(run):
        true = flows(run, begin, end)
        if not true or abs(end - run.data["cut"]) < 1:
            continue
        near = [row for row in left if abs(row.m["start"] - run.data["utc"] - begin) < 5]
        value = near[0].m["l"] if near else NEVER
        off = max(0.0, abs(value - true) - pulse)
        found.append(Percent(100 * off / true, round(begin * NS_PER_S)))
    return found


# b: what the pump must never do.


def local_s(run: Run, at_s: float) -> float:
    """The local time of a moment, in seconds since 1970."""
    local: float = run.data["utc"] + 60 * run.data["device"]["tz_min"] + at_s
    return local


def forbidden(run: Run) -> list[tuple[float, str]]:
    """When the pump did what it must not, and the key for it."""
    device, found = run.data["device"], []
    used: dict[float, float] = {}
    a, b = run.data["blocked"]
    tries = [begin for begin, _ in pumped(run) if a - 60 < begin < b + 60]
    found += [(begin, "retry") for begin in tries[1:]]
    for begin, end in pumped(run):
        is_denied = any(0 <= begin - at < 20 for at in run.data["denied"])
        for n, (from_s, to_s) in enumerate(run.data["never"]):
            if begin < to_s and end > from_s + 3:
                key = ("tank", "fault_as_dry", "quota_at_boot", "hours")[n]
                found.append((begin, "manual_anyway" if is_denied else key))
        times = [local_s(run, at) % DAY_S for at in (begin, end)]
        if any(10 * HOUR_S + CLOCK_S < at < 16 * HOUR_S for at in times):
            found.append((begin, "hours"))
        day = local_s(run, begin) // DAY_S
        used[day] = used.get(day, 0.0) + flows(run, begin, end)
        if used[day] > device["quota_l"] + SPARE_L:
            is_cut = begin > run.data["cut"] and day == local_s(run, run.data["cut"]) // DAY_S
            found.append((end, "quota_cut" if is_cut else "quota"))
        if min(end, b + 60) - max(begin, a - 60) > NO_FLOW_S + 0.5:
            found.append((begin + NO_FLOW_S, "no_flow"))
        is_manual = any(0 <= begin - at < 20 for at in run.data["manual"])
        if is_manual and end - begin > device["manual_s"] + 1:
            found.append((begin + device["manual_s"], "run_on"))
    return found


def why_forbidden(run: Run) -> str:
    """The first thing that the pump must not do."""
    found = forbidden(run)
    return min(found)[1] if found else ""


@check(
    "b",
    points=15,
    episode="irrigation",
    expect=Never(""),
    on_miss="forbidden",
    why=why_forbidden,
    after="c.on",
    safety=True,
    stated=(10, 16, NO_FLOW_S, SPARE_L),
)
def never(run: Run) -> list[Moment]:
    """When the pump did what it must not."""
    return [Moment(1000 * at, round(at * NS_PER_S)) for at, _ in sorted(forbidden(run))]


# d: no gap.


def why_gap(run: Run) -> str:
    """The log was in RAM."""
    if key := why_topic(run):
        return key
    ends = [row.at_s for row in database(run)]
    if len(ends) > 1:
        longest = max(pairwise(ends), key=lambda two: two[1] - two[0])
        return "ram_log" if longest[0] < run.data["reset"] < longest[1] + 60 else ""
    return ""


@check(
    "d.gap",
    points=6,
    episode=BOTH,
    expect=AtMost(seconds(900)),
    on_miss="gap",
    why=why_gap,
    stated=(LOG_S / 60, SEND_S / 60),
)
def gaps(run: Run) -> list[Millis] | None:
    """The time from each sample in the database to the next, with the start and the end."""
    found = [row.at_s for row in of_kind(run, "sample")]
    if len(found) < 2:
        return None
    times = [0.0, *found, run.episode.seconds - SEND_S - 60]
    return [Millis(1000 * (b - a), round(b * NS_PER_S)) for a, b in pairwise(times)]


def values_in(path: list[tuple[float, Any]], begin_s: float, end_s: float) -> list[Any]:
    """The values that a path has in this span."""
    steps = pairwise([*path, (NEVER, 0.0)])
    return [value for (at, value), (end, _) in steps if at <= end_s and end > begin_s]


@check(
    "d.values",
    points=2,
    episode="vaccine",
    expect=AtMost(Quantity(0.3)),
    on_miss="values",
    after="d.gap",
)
def values(run: Run) -> list[Quantity]:
    """How far the temperatures in the samples are off; inf for a value of a broken probe.

    A time stamp is in whole seconds of a clock that NTP set to a whole second: the sample may be
    two seconds younger. It may also be the last one before the message, 30 s ago.
    """
    found = []
    broken, mended = run.data["broken"]
    for row in of_kind(run, "sample"):
        for probe in (1, 2):
            value = row.m.get(f"t{probe}")
            is_broken = probe == 2 and broken + 35 < row.at_s < mended
            is_close = probe == 2 and broken - 5 < row.at_s < mended + 35
            true = values_in(run.data["paths"][str(probe)], row.at_s - 32, row.at_s + 2)
            if value is None:
                off = 0.0 if is_close else NEVER
            elif is_broken or not isinstance(value, int | float):
                off = NEVER
            else:
                off = min(abs(value - one) for one in true)
            found.append(Quantity(off, place_ns(run, row.at_s, row)))
    return found


def litres_until(run: Run, at_s: float) -> float:
    """The day's litres at this time."""
    day = local_s(run, at_s) // DAY_S
    today = [one for one in pumped(run) if local_s(run, one[0]) // DAY_S == day and one[0] < at_s]
    return sum(flows(run, begin, min(end, at_s)) for begin, end in today)


def is_right(run: Run, name: str, value: Any, at_s: float) -> bool:
    """Whether a value of the field was right at some time from before the run of the pump that
    may have been before the message."""
    from_s, to_s = at_s - LONGEST_RUN_S - NEAR_S, at_s + 2
    if name == "l":
        true = [litres_until(run, from_s), litres_until(run, to_s)]
        is_number = isinstance(value, int | float)
        return is_number and min(true) - SPARE_L <= value <= max(true) + SPARE_L
    path = run.data["field"].get(name) or [(0.0, run.data["air"].get(name))]
    return any(
        value is None if one is None else value is not None and abs(value - one) <= FIELD[name]
        for one in values_in(path, from_s, to_s)
    )


@once
def wrong_fields(run: Run) -> list[Text]:
    """These values, each with its name."""
    found = []
    for row in of_kind(run, "sample"):
        for name in (*FIELD, "l"):
            value = row.m.get(name, "-")
            is_value = value is None or isinstance(value, int | float)
            if not is_value or not is_right(run, name, value, row.at_s):
                found.append(Text(f"{name}: {value}", place_ns(run, row.at_s, row)))
    return found


@check(
    "d.field",
    points=2,
    episode="irrigation",
    expect=Never(""),
    on_miss="field_values",
    why=lambda run: f"field_values {wrong_fields(run)[0]}",
    after="d.gap",
    stated=[*FIELD.values(), SPARE_L],
)
def field_values(run: Run) -> list[Text]:
    """The values in samples of the field that are wrong."""
    return wrong_fields(run)


# e: one program for both.


@gate(
    "e.farm",
    episode="irrigation",
    expect=Exactly(lambda run: len(run.data["due"])),
    on_miss="one_profile",
)
def watered(run: Run) -> int:
    """How often it waters when due."""
    return sum(late <= NEAR_S * 1000 for late in starts.measure(run))


@check("e", points=6, episode="vaccine", expect=AtLeast(1), on_miss="one_profile", after="a.times")
def watched(run: Run) -> int:
    """How many messages come of the refrigerator."""
    return len(database(run))


# f: the buzzer.

LATEST, SAMPLE = seconds(40), seconds(30)


@once
def sounds(run: Run) -> list[tuple[float, float]]:
    """When the buzzer sounded, in seconds since t = 0."""
    return [(a / NS_PER_S, b / NS_PER_S) for a, b in tones(run, "BUZZER")]


@check(
    "f.on",
    points=3,
    episode="vaccine",
    expect=Between(seconds(-1), LATEST),
    on_miss="buzzer",
    after="a.times",
    stated=(10, 70),
)
def alarms(run: Run) -> list[Millis]:
    """How much later than the tenth minute the buzzer sounded; inf for a sound too many. One of
    them may come with the next sample: a clock that counts seconds may show 599."""
    left, found = sounds(run), []
    for _, begin, end, _, _ in run.data["excursions"]:
        due = begin + OVER_S
        near = [one for one in left if due - 60 < one[0] < end + HOUR_S]
        left = [one for one in left if one not in near[:1]]
        late = near[0][0] - due if near else NEVER
        found.append(Millis(1000 * late, round(due * NS_PER_S)))
    next_sample = [one for one in found if LATEST < one <= LATEST + SAMPLE]
    found = [one for one in found if one not in next_sample[:1]]
    return found + [Millis(NEVER, round(one[0] * NS_PER_S)) for one in left]


@check(
    "f.ack",
    points=3,
    episode="vaccine",
    expect=Between(seconds(0), seconds(1)),
    on_miss="ack",
    after="f.on",
)
def acknowledged(run: Run) -> list[Millis]:
    """How long after each press the buzzer was silent."""
    return [
        Millis(1000 * (one[1] - at), round(at * NS_PER_S))
        for at, one in zip(run.data["presses"], sounds(run), strict=False)
    ]


# g: sleep.


@check(
    "g",
    points=5,
    episode="vaccine",
    expect=AtMost(Percent(5)),
    on_miss="no_sleep",
    after="d.gap",
)
def awake(run: Run) -> Percent:
    """How much of the time it was awake."""
    spans = power_spans(run)
    share = time_in(spans, "active") / sum(one.length for one in spans)
    return Percent(100 * share)


# h: the views.


def latest(run: Run) -> dict[tuple[str, int], dict[str, Any]]:
    """The messages that the database must have: of each number the one that came last."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for batch in run.data["batches"]:
        for _, payload in batch:
            one = json.loads(payload)
            found[one["id"], one["seq"]] = one
    return found


def rows_of(run: Run, view: str) -> list[list[float | str]]:
    """What the view has."""
    for batch in run.data["batches"]:
        run.host.call("ingest", DB, batch, answer=int)
    found: list[list[float | str]] = run.host.call(
        "rows", DB, view, answer=list[list[float | int | str]]
    )
    return found


def true_excursions(run: Run) -> list[str]:
    """Each excursion with its minutes."""
    return sorted(
        f"{one['id']} {m['probe']} {m['start']} {(m['end'] - m['start']) / 60:.1f} "
        f"{m['extreme']:.1f} {m['door']}"
        for one in latest(run).values()
        if one["kind"] == "excursion"
        for m in [one["m"]]
    )


@check(
    "h.excursions",
    points=3,
    episode="host",
    expect=Exactly(true_excursions),
    on_miss="view_excursions",
)
def view_excursions(run: Run) -> list[str]:
    """What `v_excursions` has."""
    return sorted(
        f"{row[0]} {row[1]} {row[2]} {float(row[3]):.1f} {float(row[4]):.1f} {row[5]}"
        for row in rows_of(run, "v_excursions")
        if len(row) == 6
    ) or ["-"]


def true_water(run: Run) -> list[str]:
    """The litres of each node and day."""
    sums: dict[tuple[str, int], float] = {}
    for one in latest(run).values():
        if one["kind"] == "water":
            key = one["id"], one["m"]["start"] // DAY_S
            sums[key] = sums.get(key, 0.0) + one["m"]["l"]
    return sorted(
        f"{name} {np.datetime64(day, 'D')} {total:.3f}" for (name, day), total in sums.items()
    )


@check("h.water", points=2, episode="host", expect=Exactly(true_water), on_miss="view_water")
def view_water(run: Run) -> list[str]:
    """What `v_water_use` has."""
    return sorted(
        f"{row[0]} {row[1]} {float(row[2]):.3f}"
        for row in rows_of(run, "v_water_use")
        if len(row) == 3
    ) or ["-"]
