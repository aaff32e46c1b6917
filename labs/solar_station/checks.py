"""C1: a solar station. What the sun does is known from the scenario (`paths`); what the station
did comes from its pins, its display and the broker.

The *database* has the first message of each sequence number with QoS 1 on the station's topic, as
`INSERT OR IGNORE` leaves it.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader import (
    NS_PER_S,
    AtMost,
    Between,
    Degrees,
    Exactly,
    Millis,
    Never,
    Percent,
    Quantity,
    Run,
    Text,
    WattHours,
    Within,
    check,
    gate,
    once,
    seconds,
)
from grader.measure import mqtt
from grader.measure.display import Screen
from grader.measure.glyphs import SIDE, read
from grader.measure.i2c import transfers
from grader.measure.pins import other_pin
from grader.measure.power import boots
from grader.measure.pwm import Pwm, pwm

Floats = NDArray[np.float64]
DB = "solar.db"
MINUTE_S, LEAST_ROWS = 60, 360
SHIFT_S, SPREAD_S = 2, 3
"""An average may begin and end `SHIFT_S` earlier or later, and may be of `SPREAD_S` more or fewer
seconds: what the program takes for a minute."""
CLOCK_S = 5
"""The most that a time stamp may differ from the bench's time."""
FEW_S = 15
"""A minute with fewer seconds of good values is not judged."""
HOUR_S, SINCE_2000 = 3600, 946_684_800
"""`SINCE_2000`: from 1970 to 2000, in seconds."""
LEAST_A, LEAST_W = 5.0, 200.0
"""What the percentages of a smaller current or irradiance count from."""
OLD_S = 660
"""How old a temperature may be: two of its periods of 300 s."""
SLEW, WINDOW_S, SETTLE_S, START_S = 10.0, 0.95, 6, 20
DUST_S = 600
LONG_S = 150
"""No minute is missing where two time stamps are closer than this."""
BACK = seconds(60)
"""How long after the broker's return the first message may come: a program tries each 30 s."""
WIDTH = 128


# What the sun did.


@dataclass(frozen=True)
class Steps:
    """A value that changes in steps; nan: there is none."""

    at_s: Floats
    values: Floats

    def at(self, t_s: float) -> float:
        """The value at a time."""
        return float(self.at_times(t_s))

    def at_times(self, t_s: ArrayLike) -> Floats:
        """The value at each time."""
        found = np.searchsorted(self.at_s, t_s, side="right") - 1
        return np.asarray(self.values[np.maximum(0, found)])

    def spread(self, begin_s: float, end_s: float) -> float:
        """How far the good values between two times are apart, at most."""
        at_s, values, *_ = self._sums
        first, last = bisect_right(at_s, begin_s), bisect_right(at_s, end_s)
        good = [value for value in values[max(0, first - 1) : last] if not math.isnan(value)]
        return max(good) - min(good)

    def integral(self, begin_s: float, end_s: float) -> tuple[float, float]:
        """The integral of the good values, and for how many seconds there were any."""
        (total, good_s), (before, before_s) = self._until(end_s), self._until(begin_s)
        return total - before, round(good_s - before_s, 9)

    def _until(self, t_s: float) -> tuple[float, float]:
        """The same from the first step to a time."""
        at_s, values, totals, good_s = self._sums
        last = max(0, bisect_right(at_s, t_s) - 1)
        if math.isnan(values[last]):
            return totals[last], good_s[last]
        length = t_s - at_s[last]
        return totals[last] + values[last] * length, good_s[last] + length

    @cached_property
    def _sums(self) -> tuple[list[float], list[float], list[float], list[float]]:
        """Times and values, and what `_until` gives at these times."""
        good = ~np.isnan(self.values[:-1])
        lengths = np.where(good, np.diff(self.at_s), 0.0)
        totals = np.cumsum(np.where(good, self.values[:-1], 0.0) * lengths)
        return (
            self.at_s.tolist(),
            self.values.tolist(),
            [0.0, *totals.tolist()],
            [0.0, *np.cumsum(lengths).tolist()],
        )


def steps(run: Run, name: str) -> Steps:
    """One of the paths of the scenario."""
    return all_steps(run)[name]


@once
def all_steps(run: Run) -> dict[str, Steps]:
    """The paths of the scenario, by name."""
    return {
        name: Steps(
            np.array([at for at, _ in path]), np.array([value for _, value in path], dtype=float)
        )
        for name, path in run.data["paths"].items()
    }


@once
def energy_path(run: Run) -> tuple[Floats, Floats]:
    """The energy in Wh at each second: the trapezoid between seconds in which power is known."""
    v, i = steps(run, "v"), steps(run, "i")
    at_s = np.arange(0, run.episode.seconds + 1)
    watts = v.at_times(at_s) * i.at_times(at_s)
    good = ~np.isnan(watts)
    full = np.interp(at_s, at_s[good], watts[good])
    return at_s, np.concatenate(([0.0], np.cumsum((full[1:] + full[:-1]) / 2) / 3600))


def energy(run: Run, t_s: float) -> float:
    """The energy in Wh at a time."""
    at_s, wh = energy_path(run)
    return float(np.interp(t_s, at_s, wh))


# What the station sent.


@dataclass(frozen=True)
class Row:
    """A message; `end_s` is its time stamp in seconds since t = 0, `length_s` how long its minute
    was: since the message before, if that was about a minute."""

    at_ns: int
    seq: int
    end_s: float
    q: int
    values: Mapping[str, float | None]
    length_s: float = MINUTE_S


def is_schema(document: Any, name: str) -> bool:
    """Whether it is schema v1 with the fields of this project."""
    match document:
        case {
            "v": 1,
            "id": str(id),
            "seq": int(),
            "ts": int(),
            "q": 0 | 1,
            "m": {"v": _, "i": _, "g": _, "t": _, "wh": int() | float()},
        } if id == name:
            return all(
                value is None or isinstance(value, int | float) for value in document["m"].values()
            )
    return False


def station(run: Run) -> str:
    """The id of the station."""
    device = run.data["device"]
    return f"{device['site']}-{device['n']}"


@once
def rows(run: Run) -> list[Row]:
    """All messages, in the order of the time stamps."""
    sent = [one for one in mqtt.published(run, run.data["base"] + "telemetry") if one.qos]
    found: list[Row] = []
    for one, document in mqtt.objects(sent):
        if is_schema(document, station(run)):
            end_s = document["ts"] - run.data["utc"]
            found.append(Row(one.t_ns, document["seq"], end_s, document["q"], document["m"]))
    found.sort(key=lambda row: row.end_s)
    for place, (before, row) in enumerate(pairwise(found), 1):
        if abs(row.end_s - before.end_s - MINUTE_S) <= SPREAD_S:
            found[place] = replace(row, length_s=row.end_s - before.end_s)
    return found


def database(run: Run) -> list[Row]:
    """What the database has of them."""
    first: dict[int, Row] = {}
    for row in sorted(rows(run), key=lambda row: row.at_ns):
        first.setdefault(row.seq, row)
    return sorted(first.values(), key=lambda row: row.end_s)


def why_topic(run: Run) -> str:
    """Nothing on the station's topic, or nothing with QoS 1, or in another form."""
    sent = mqtt.published(run)
    on_topic = [one for one in sent if one.topic == run.data["base"] + "telemetry"]
    if not on_topic:
        return "hardcoded" if any("telemetry" in one.topic for one in sent) else ""
    if not any(one.qos for one in on_topic):
        return "qos_0"
    if not rows(run):
        return "schema"
    early = float(np.median([since_s(row.at_ns) - row.end_s for row in rows(run)]))
    if abs(early - SINCE_2000) < HOUR_S:
        return "epoch_2000"
    return "ts_local" if abs(early + 60 * run.data["device"]["tz_min"]) < MINUTE_S else ""


def since_s(at_ns: int) -> float:
    """Seconds since t = 0."""
    return at_ns / NS_PER_S


# a: energy.


def last_row(run: Run) -> Row | None:
    """The last row of the day, when it came near the end."""
    found = rows(run)
    return found[-1] if found and found[-1].end_s > run.episode.seconds - 300 else None


def due_energy(run: Run) -> WattHours:
    """The energy at the last time stamp."""
    row = last_row(run)
    return WattHours(energy(run, row.end_s if row else run.episode.seconds))


def why_energy(run: Run) -> str:
    """It was lost at the reset, or is the product of one power and the time."""
    if key := why_topic(run):
        return key
    found = [(row.end_s, row.values["wh"] or 0.0) for row in rows(run)]
    if sum(b < a - 0.01 for (_, a), (_, b) in pairwise(found)) > 3:
        return "last_power"
    before = max((wh for at, wh in found if at < run.data["reset"]), default=0.0)
    after = min((wh for at, wh in found if at > run.data["reset"]), default=before)
    return "wh_lost" if after < before / 2 else ""


@check("a", points=15, expect=Within(percent=2, of=due_energy), on_miss="energy", why=why_energy)
def day_energy(run: Run) -> WattHours | None:
    """`wh` in the last row."""
    row = last_row(run)
    return WattHours(row.values["wh"] or 0.0, row.at_ns) if row else None


# b: averages.


def deviation(run: Run, row: Row, name: str, least: float) -> Percent | None:
    """How far an average is from the good values of its minute; None when there are too few. A
    program may have a sample more or less of a piece between two steps."""
    value, path, found, sample = row.values[name], steps(run, name), [], 0.0
    for shift in range(-SHIFT_S, SHIFT_S + 1):
        end_s = row.end_s + shift
        total, good_s = path.integral(end_s - row.length_s, end_s)
        if 0 < good_s < FEW_S:
            return None
        if good_s:
            sample = max(sample, path.spread(end_s - row.length_s, end_s) / good_s)
        found.append(total / good_s if good_s else None)
    known = [mean for mean in found if mean is not None]
    if value is None or not known:
        return Percent(0 if value is None and None in found else float("inf"), row.at_ns)
    off = max(min(known) - sample - value, value - max(known) - sample, 0.0)
    return Percent(100 * off / max(least, known[0]), row.at_ns)


def full_minutes(run: Run) -> list[Row]:
    """The rows to judge: not those around the reset, nor the first one."""
    reset = run.data["reset"]
    return [
        row
        for row in rows(run)
        if row.end_s > MINUTE_S + 10 and not reset - 5 < row.end_s < reset + MINUTE_S + START_S
    ]


def deviations(run: Run, limits: Mapping[str, float]) -> list[Percent] | None:
    """The deviations of these values; None with fewer than 360 rows."""
    found = full_minutes(run)
    if len(found) < LEAST_ROWS:
        return None
    return [
        off
        for row in found
        for name, least in limits.items()
        if (off := deviation(run, row, name, least)) is not None
    ]


def good_current(run: Run, row: Row) -> tuple[float, float]:
    """A s and seconds with a current in the minute of this row."""
    return steps(run, "i").integral(row.end_s - MINUTE_S, row.end_s)


def is_part_open(run: Run, row: Row) -> bool:
    """The current was not there for 5 s or more of the minute, and the row shows it."""
    if row.values["i"] is None or good_current(run, row)[1] >= MINUTE_S - 5:
        return False
    off = deviation(run, row, "i", LEAST_A)
    return off is not None and off > 1


def why_mean(run: Run) -> str:
    """The last value in place of the average; or a current that is not there counts as 0 A, or as
    what that voltage would mean. The minute with the longest open cable shows it best."""
    if key := why_topic(run):
        return key
    path, found = steps(run, "v"), full_minutes(run)
    last = [row for row in found if abs((row.values["v"] or 0) - path.at(row.end_s - 1)) < 0.1]
    if found and len(last) > 0.8 * len(found):
        return "last_value"
    open_rows = [row for row in found if is_part_open(run, row)]
    if not open_rows:
        return ""
    widest = min(open_rows, key=lambda row: good_current(run, row)[1])
    zero_mean = good_current(run, widest)[0] / MINUTE_S
    return "na_as_zero" if (widest.values["i"] or 0.0) > zero_mean - 0.3 else "open_as_current"


@check(
    "b.vi",
    points=6,
    expect=AtMost(Percent(1)),
    partial={AtMost(Percent(3)): 3},
    on_miss="mean",
    why=why_mean,
    stated=(LEAST_ROWS, FEW_S, LEAST_A),
)
def volts_and_amps(run: Run) -> list[Percent] | None:
    """How far the averages of voltage and current are off."""
    return deviations(run, {"v": 1.0, "i": LEAST_A})


@check(
    "b.g", points=2, expect=AtMost(Percent(5)), on_miss="light", after="b.vi", stated=(LEAST_W,)
)
def light(run: Run) -> list[Percent] | None:
    """How far the averages of the irradiance are off."""
    return deviations(run, {"g": LEAST_W})


def celsius_off(run: Run, row: Row) -> Quantity:
    """How far a temperature is from the nearest one of the last eleven minutes."""
    path, value = steps(run, "t"), row.values["t"]
    inside = path.at_s[(path.at_s > row.end_s - OLD_S) & (path.at_s < row.end_s)]
    recent = [path.at(row.end_s - OLD_S), *(path.at(at) for at in inside)]
    if value is None:
        return Quantity(0 if any(np.isnan(recent)) else float("inf"), row.at_ns)
    return Quantity(
        min((abs(value - t) for t in recent if not np.isnan(t)), default=float("inf")), row.at_ns
    )


@check(
    "b.t",
    points=1,
    expect=AtMost(Quantity(0.5)),
    on_miss="celsius",
    after="b.vi",
    stated=(OLD_S / 60,),
)
def celsius(run: Run) -> list[Quantity] | None:
    """How far the temperatures are off."""
    found = full_minutes(run)
    return [celsius_off(run, row) for row in found] if len(found) >= LEAST_ROWS else None


@check("b.q", points=1, expect=Never(""), on_miss="q_wrong", after="b.vi")
def wrong_q(run: Run) -> list[Text]:
    """The messages whose `q` does not say whether they have a null."""
    return [
        Text(f"seq {row.seq}: q {row.q}", row.at_ns)
        for row in rows(run)
        if row.q != (None in row.values.values())
    ]


# c: the load.


def why_load(run: Run) -> str:
    """It drives another pin, or switches at once."""
    if key := other_pin(run, "RELAY_1"):
        return key
    edges = run.signal("RELAY_1").edges_ns()
    return "instant_threshold" if len(edges) > len(run.data["due"]) else ""


@check(
    "c",
    points=15,
    episode="load",
    expect=Between(seconds(-1), seconds(2)),
    on_miss="load",
    why=why_load,
    safety=True,
    stated=(5, 30),
)
def switching(run: Run) -> list[Millis]:
    """How much later than due the load was switched: inf when it was not, and for a switch that
    was not due."""
    signal = run.signal("RELAY_1")
    left = [(int(at), signal.at(int(at))) for at in signal.edges_ns()]
    found = [] if signal.at(NS_PER_S) else [Millis(float("inf"), NS_PER_S)]
    for due_s, level in run.data["due"]:
        due_ns = round(due_s * NS_PER_S)
        near = [
            edge
            for edge in left
            if edge[1] == bool(level) and abs(edge[0] - due_ns) < 10 * NS_PER_S
        ]
        if near:
            nearest = min(near, key=lambda edge: abs(edge[0] - due_ns))
            left.remove(nearest)
            found.append(Millis((nearest[0] - due_ns) / 1e6, nearest[0]))
        else:
            found.append(Millis(float("inf"), due_ns))
    return found + [Millis(float("inf"), at) for at, _ in left]


# d: the tracker.


def moments(run: Run) -> list[tuple[float, float]]:
    """When the angle is judged, in seconds since t = 0, and what it must be: in each row of the
    table after the movement and before the next row; not near the start and the reset."""
    device, reset = run.data["device"], run.data["reset"]
    begin = (run.data["utc"] + 60 * device["tz_min"]) % 86_400
    table = [(60 * minute - begin, angle) for minute, angle in device["tracker"]]
    found, before = [], table[0][1]
    ends = [at for at, _ in table[1:]] + [run.episode.seconds]
    for (at, angle), end in zip(table, ends, strict=True):
        moved = max(at, 0) + abs(angle - before) / SLEW + SETTLE_S
        found += [(t, angle) for t in (max(moved, START_S), end - 2) if moved <= t < end]
        before = angle
    return [
        (t, angle)
        for t, angle in found
        if START_S <= t < run.episode.seconds and not reset < t < reset + START_S
    ]


def angles_of(settings: Pwm) -> Floats:
    """The angle of each setting; nan without pulses."""
    width = settings.width_us
    return np.where(width > 0, (width - 500) * 0.09, np.nan)


def planned(run: Run) -> list[Degrees]:
    """What the table says at these moments."""
    return [Degrees(angle, round(t * NS_PER_S)) for t, angle in moments(run)]


def why_angle(run: Run) -> str:
    """It drives another pin, or the time is not that of the place."""
    if key := other_pin(run, "SERVO"):
        return key
    found = angles.measure(run)
    if not found:
        return ""
    device = run.data["device"]
    begin = (run.data["utc"] % 86_400) / 60
    table = device["tracker"]

    def fits(offset_min: float, share: float) -> bool:
        due = [
            [a for m, a in table if m <= (begin + offset_min + t / 60) % 1440][-1]
            for t, _ in moments(run)
        ]
        near = [abs(a - b) < 3 for a, b in zip(found, due, strict=True)]
        return bool(np.mean(near) > share)

    if fits(device["tz_min"], 0.5):
        return ""
    return "tz_ignored" if fits(0, 0.8) else "boot_clock"


@check(
    "d.angle",
    points=5,
    expect=Within(Degrees(2), of=planned),
    on_miss="angle",
    why=why_angle,
    stated=(SETTLE_S, START_S),
)
def angles(run: Run) -> list[Degrees] | None:
    """The angle at these moments; None if there are no pulses at one of them."""
    tracker = pwm(run, "SERVO")
    found = []
    for t, _ in moments(run):
        width = tracker.width_at(round(t * NS_PER_S))
        if width is None or width <= 0:
            return None
        found.append(Degrees((width - 500) * 0.09, round(t * NS_PER_S)))
    return found


@check(
    "d.slew",
    points=3,
    expect=AtMost(Degrees(10.5)),
    on_miss="jump",
    after="d.angle",
    stated=(WINDOW_S * 1000,),
)
def turns(run: Run) -> list[Degrees]:
    """How far each setting has turned in the last 950 ms. The first setting after a start does
    not count: nobody knows the angle before."""
    tracker = pwm(run, "SERVO")
    starts = [0, *(boot.at_ns for boot in boots(run) if boot.at_ns > 0), tracker.end_ns]
    found: list[Degrees] = []
    for begin, end in pairwise(starts):
        inside = (tracker.at_ns >= begin) & (tracker.at_ns < end)
        at_ns, angle = tracker.at_ns[inside], angles_of(tracker)[inside]
        at_ns, angle = at_ns[~np.isnan(angle)], angle[~np.isnan(angle)]
        if not len(at_ns):
            continue
        earlier = np.searchsorted(at_ns, at_ns - WINDOW_S * NS_PER_S, side="right") - 1
        moved = np.abs(angle - angle[np.maximum(0, earlier)])
        found += [Degrees(one, int(at)) for one, at in zip(moved, at_ns, strict=True)]
    return found


# e: dust.


def messages(run: Run) -> list[tuple[int, Mapping[str, Any]]]:
    """The messages of the alarm: when (ns since t = 0), and what they say."""
    sent = [
        one for one in mqtt.published(run, run.data["base"] + "alarm") if one.qos and one.retain
    ]
    found = ((one.t_ns, document) for one, document in mqtt.objects(sent))
    return [(at, document) for at, document in found if document.get("dust") in (0, 1)]


def levels(run: Run) -> list[tuple[int, int]]:
    """What the messages of the alarm say: when (ns since t = 0), and 1 or 0."""
    return [(at, document["dust"]) for at, document in messages(run)]


def alarms(run: Run) -> list[tuple[int, int]]:
    """The changes of the alarm: when (ns since t = 0), and 1 or 0. It is 0 at first."""
    found = [(0, 0), *levels(run)]
    return [after for before, after in pairwise(found) if after[1] != before[1]]


def why_dust(run: Run) -> str:
    """Alarms on another topic, or in another form, or none only without a temperature."""
    sent = [one for one in mqtt.published(run) if one.topic.endswith("alarm")]
    on_topic = [one for one in sent if one.topic == run.data["base"] + "alarm"]
    if sent and not on_topic:
        return "hardcoded"
    if on_topic and not any(one.qos and one.retain for one in on_topic):
        return "alarm_form"
    return "celsius_lost" if "silent" in run.data and not alarms(run) else ""


@gate(
    "e.found",
    episode=("dust_1", "dust_2"),
    expect=AtMost(seconds(720)),
    on_miss="no_alarm",
    why=why_dust,
)
def found_after(run: Run) -> Millis | None:
    """How long after the dust the next alarm came; None if none came."""
    begin_ns = run.data["dust"][0] * NS_PER_S
    first = next((at for at, level in alarms(run) if level and at > begin_ns), None)
    return None if first is None else Millis((first - begin_ns) / 1e6, first)


def false_alarms(run: Run) -> list[Text]:
    """The alarms of a run without dust."""
    return [Text(f"dust 1, {since_s(at):.0f} s", at) for at, level in alarms(run) if level]


def why_false(run: Run) -> str:
    """The alarm came only after the temperature sensor had fallen silent."""
    silent_s = run.data.get("silent", float("inf"))
    return "celsius_lost" if since_s(alarms(run)[0][0]) > silent_s + DUST_S else ""


no_alarm_when = {
    name: check(
        f"e.{name}",
        points=2,
        episode=name,
        expect=Never(""),
        on_miss=f"alarm_{name}",
        why=why_false,
        after="e.found",
    )(false_alarms)
    for name in ("clear", "cloudy", "hot", "sunset")
}
e_clear, e_cloudy, e_hot, e_sunset = no_alarm_when.values()


def why_clean(run: Run) -> str:
    """The alarm ended in the dark."""
    begin_s, end_s = run.data["dark"][0], run.data["dust"][1]
    is_dark = any(not level and begin_s <= since_s(at) < end_s for at, level in alarms(run))
    return "dark_clears" if is_dark else ""


def cleaned(run: Run) -> list[Text]:
    """One alarm, and its end when the panel was clean."""
    return [Text("dust 1"), Text("dust 0")]


@check(
    "e.clean",
    points=1,
    episode=("dust_1", "dust_2"),
    expect=Exactly(cleaned),
    on_miss="not_cleared",
    why=why_clean,
    after="e.found",
    stated=(590, 120),
)
def told(run: Run) -> list[Text] | None:
    """The changes of the alarm, with the time of those that come too early or too late."""
    begin_ns, end_ns = (round(at * NS_PER_S) for at in run.data["dust"])
    spans = {1: (begin_ns + seconds(590).ns, end_ns), 0: (end_ns, end_ns + seconds(120).ns)}
    found = []
    for at, level in alarms(run):
        in_time = spans[level][0] <= at <= spans[level][1]
        found.append(Text(f"dust {level}" + ("" if in_time else f", {since_s(at):.0f} s"), at))
    return found or None


def calm(run: Run) -> list[Text]:
    """No alarm after the start, and none after the reset."""
    return [Text("start: dust 0"), Text("reset: dust 0")]


@once
def first_messages(run: Run) -> list[Text]:
    """The first message after the start and after the reset, with its `ts` if that is no time
    between the start and the message; `-`: none came."""
    reset_s, first = run.data["reset"], {"start": "-", "reset": "-"}
    for at, document in reversed(messages(run)):
        name, begin_s = ("start", 0) if since_s(at) < reset_s else ("reset", reset_s)
        first[name] = f"dust {document['dust']}"
        ts = document.get("ts")
        at_s = ts - run.data["utc"] if isinstance(ts, int) else float("inf")
        if not begin_s - CLOCK_S <= at_s <= since_s(at) + CLOCK_S:
            first[name] += f", ts {ts}"
    return [Text(f"{name}: {text}") for name, text in first.items()]


def why_start(run: Run) -> str:
    """Both messages came, but not with the time."""
    return "alarm_ts" if all("dust 0" in text for text in first_messages(run)) else ""


at_starts = check(
    "e.start",
    points=1,
    expect=Exactly(calm),
    on_miss="silent_start",
    why=why_start,
    after="e.found",
    stated=(CLOCK_S,),
)(first_messages)


# f: the database.


def why_gap(run: Run) -> str:
    """The log was in RAM, or is too small, or numbers began again."""
    if key := why_topic(run):
        return key
    if len({(row.seq, row.end_s) for row in rows(run)}) > len(database(run)):
        return "seq_restart"
    ends = [row.end_s for row in rows(run)] or [0.0]
    begin, end = max(pairwise([*ends, ends[-1]]), key=lambda two: two[1] - two[0])
    down, reset, back = (run.data[name] for name in ("down", "reset", "back"))
    if not (down - LONG_S < begin < end - LONG_S < back):
        return ""
    at_reset = begin < reset < end < reset + LONG_S
    is_all = begin < down + LONG_S and back < end + LONG_S
    return "ram_log" if at_reset or is_all else "log_small"


@check(
    "f.gap",
    points=3,
    expect=AtMost(seconds(LONG_S)),
    on_miss="gap",
    why=why_gap,
)
def gaps(run: Run) -> list[Millis] | None:
    """The time from each time stamp to the next, with the start and the end of the day."""
    found = [row.end_s for row in database(run)]
    if len(found) < 2:
        return None
    at = np.diff([0.0, *found, run.episode.seconds])
    return [
        Millis(1000 * one, round(end * NS_PER_S))
        for one, end in zip(at, [*found, found[-1]], strict=True)
    ]


def after_outage(run: Run) -> list[Row]:
    """What the database got after the broker's return, in the order of arrival."""
    found = (row for row in database(run) if since_s(row.at_ns) > run.data["back"])
    return sorted(found, key=lambda row: row.at_ns)


def is_oldest_first(run: Run) -> bool:
    """Whether these came in the order of their numbers."""
    return all(a.seq < b.seq for a, b in pairwise(after_outage(run)))


@check(
    "f.back",
    points=1,
    expect=AtMost(BACK),
    on_miss="slow_retry",
    why=lambda run: "" if is_oldest_first(run) else "newest_first",
    after="f.gap",
)
def until_back(run: Run) -> Millis | None:
    """The time from the broker's return to the next message; inf when that was not the oldest."""
    found = after_outage(run)
    if not found:
        return None
    late_s = since_s(found[0].at_ns) - run.data["back"]
    return Millis(1000 * late_s if is_oldest_first(run) else float("inf"), found[0].at_ns)


@once
def ingested(run: Run) -> int:
    """How many rows the database has after both batches."""
    for batch in run.data["batches"]:
        count: int = run.host.call("ingest", DB, batch, answer=int)
    return count


@once
def readings(run: Run) -> dict[tuple[str, int], tuple[str, int, Mapping[str, Any]]]:
    """The site, the time stamp and the values of each reading, by station and number."""
    found = {}
    for batch in run.data["batches"]:
        for topic, payload in batch:
            one = json.loads(payload)
            found[one["id"], one["seq"]] = topic.split("/")[1], one["ts"], one["m"]
    return found


def site_sums(run: Run) -> dict[str, float]:
    """The kWh of each site."""
    wh: dict[tuple[str, str], list[float]] = {}
    for (name, _), (site, _, m) in readings(run).items():
        wh.setdefault((site, name), []).append(m["wh"])
    sums: dict[str, float] = {}
    for (site, _), values in wh.items():
        sums[site] = sums.get(site, 0.0) + (max(values) - min(values)) / 1000
    return sums


def site_energy(run: Run) -> list[str]:
    """Each site with its kWh."""
    return [f"{site}: {kwh:.3f}" for site, kwh in sorted(site_sums(run).items())]


@check(
    "f.kwh", points=1, episode="host", expect=Exactly(site_energy), on_miss="kwh", after="f.gap"
)
def energies(run: Run) -> list[str]:
    """What `kwh` gives. A number that differs by its rounding only is shown as the right one."""
    ingested(run)
    due = site_sums(run)
    found = run.host.call("kwh", DB, answer=dict[str, float])
    near = {
        site: due[site] if site in due and abs(kwh - due[site]) < 0.001 else kwh
        for site, kwh in found.items()
    }
    return [f"{site}: {kwh:.3f}" for site, kwh in sorted(near.items())] or ["-"]


def first_station(run: Run) -> str:
    """One of the stations."""
    return min(name for name, _ in readings(run))


def hourly(run: Run) -> list[str]:
    """The mean power of each hour of a station, in UTC."""
    watts: dict[int, list[float]] = {}
    for (name, _), (_, ts, m) in readings(run).items():
        if name == first_station(run) and m["i"] is not None:
            watts.setdefault(ts % 86_400 // 3600, []).append(m["v"] * m["i"])
    return [f"{hour}: {sum(found) / len(found):.1f}" for hour, found in sorted(watts.items())]


@check("f.curve", points=1, episode="host", expect=Exactly(hourly), on_miss="curve", after="f.gap")
def curves(run: Run) -> list[str]:
    """What `curve` gives."""
    ingested(run)
    found = run.host.call("curve", DB, first_station(run), answer=list[list[float]])
    return [f"{row[0]:.0f}: {row[1]:.1f}" for row in sorted(found) if len(row) == 2] or ["-"]


def weak(run: Run) -> list[str]:
    """The minutes in which a station gave less than it should."""
    k, gamma = run.data["k"], run.data["gamma"]
    return sorted(
        f"{name}: {ts}"
        for (name, _), (_, ts, m) in readings(run).items()
        if m["i"] is not None
        and m["g"] > 200
        and m["v"] * m["i"] < 0.7 * k * m["g"] * (1 - gamma * (m["t"] - 25))
    )


@check(
    "f.weak", points=1, episode="host", expect=Exactly(weak), on_miss="anomalies", after="f.gap"
)
def anomalies(run: Run) -> list[str]:
    """What `anomalies` gives."""
    ingested(run)
    found = run.host.call(
        "anomalies", DB, run.data["k"], run.data["gamma"], answer=list[list[str | int]]
    )
    return sorted(f"{row[0]}: {row[1]}" for row in found if len(row) == 2) or ["-"]


# g: the display.


def reading_times(run: Run) -> list[float]:
    """When the display is read: 2.5 s after each step, and just before the next one."""
    path = run.data["paths"]["v"]
    ends = [at for at, _ in path[1:]] + [run.episode.seconds]
    found = [t for (at, _), end in zip(path, ends, strict=True) for t in (at + 2.5, end - 0.2)]
    return [t for t in found if t > START_S]


@once
def pictures(run: Run) -> list[list[str]]:
    """The three texts of the display at these times."""
    display = Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"}, {"i2cAddress": "0x3c"})
    found = []
    for t in reading_times(run):
        pixels = display.pixels(round(t * NS_PER_S))
        found.append([read(pixels, 0, y, WIDTH // SIDE).strip() for y in (0, 16, 32)])
    return found


def shown(
    run: Run, place: int, name: str, truth: Callable[[float], float], least: float
) -> list[Percent] | None:
    """How far a number on the display is off."""
    found = []
    for t, texts in zip(reading_times(run), pictures(run), strict=True):
        match = re.fullmatch(rf"{name}\s*=?\s*(-?\d+(?:\.\d+)?)", texts[place])
        near = [truth(t), truth(t - 2)]
        off = (
            abs(float(match[1]) - min(near, key=lambda due: abs(due - float(match[1]))))
            if match
            else float("inf")
        )
        found.append(Percent(100 * off / max(least, near[0]), round(t * NS_PER_S)))
    if all(one == float("inf") for one in found):
        return None
    return found


def why_display(run: Run) -> str:
    """Nothing was sent to the display."""
    return "" if transfers(run, 0x3C) else "no_display"


@check(
    "g.va",
    points=3,
    episode="load",
    expect=AtMost(Percent(1)),
    on_miss="display",
    why=why_display,
    after="b.vi",
    stated=(2, LEAST_A),
)
def volts_shown(run: Run) -> list[Percent] | None:
    """How far V and A on the display are off."""
    v = shown(run, 0, "V", steps(run, "v").at, 1.0)
    a = shown(run, 1, "A", steps(run, "i").at, LEAST_A)
    return v + a if v and a else None


LEAST_WH = 10.0


@check(
    "g.wh",
    points=2,
    episode="load",
    expect=AtMost(Percent(3)),
    on_miss="display_wh",
    after="g.va",
    stated=(LEAST_WH,),
)
def energy_shown(run: Run) -> list[Percent] | None:
    """How far Wh on the display is off."""
    return shown(run, 2, "Wh", partial(energy, run), LEAST_WH)
