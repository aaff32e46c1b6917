"""L15: every sample comes into the database, with its time, whatever the network does.

A *sample* is what happens on the sensor's wire around one conversion. The *database* gets the
messages with QoS 1 on the device's topic that the broker has taken. Sample k belongs to the k-th
sequence number from the lowest one on.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Between,
    Bytes,
    Celsius,
    Exactly,
    Millis,
    Never,
    Quantity,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    once,
    seconds,
)
from grader.measure import mqtt
from grader.measure.memory import file_size
from grader.measure.onewire import OneWireTransaction, onewire
from grader.measure.power import boots
from grader.measure.times import longest_gap

LOG, DB = "log.bin", "store.db"
CONVERT, READ = b"\x44", b"\xbe"
LATE, TAIL, INTERRUPTED, GAP = seconds(15), seconds(20), seconds(3), seconds(30)
"""A message that comes LATE after its sample is from the log. The samples of the last TAIL of an
episode are not judged. A sample this short before a reset may be interrupted. GAP is the
longest time without a sample: a program may try for LATE to connect, and no longer."""
NEAR_C, NEAR_S = 0.1, 3.0
KEPT = 300
AGAIN = 50
"""So many messages may come again after a reset: a program may write its marks in groups. Without
marks all that was sent before it comes again, which is some hundreds."""
SINCE_2000 = 946_684_800
"""From 1970 to 2000, in seconds."""
FLOAT_STEP = 128
"""The step in which a float of 32 bits counts seconds since 1970."""
NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Sample:
    """When its conversion began (ns since t = 0), and the sensor's last answer; None: there was
    none, or its checksum was wrong."""

    at_ns: int
    celsius: Celsius | None


@dataclass(frozen=True)
class Reading:
    """A message in the database, and when the broker took it (ns since t = 0)."""

    at_ns: int
    seq: int
    ts: float
    q: int
    drop: int
    value: float | None

    def fits(self, sample: Sample) -> bool:
        """Whether it has the value of the sample, or says that there is none."""
        if sample.celsius is None or self.value is None:
            return sample.celsius is None and self.q == 1
        return self.q == 0 and abs(self.value - sample.celsius) <= NEAR_C + 1e-9


# What was measured and what was sent.


def period(run: Run) -> Millis:
    """The time from one sample to the next, as device.json says."""
    return seconds(run.data["period_s"])


@once
def samples(run: Run) -> list[Sample]:
    """All samples: what is closer on the wire than a third of the period belongs to one. A
    search for chips is none."""
    groups: list[list[OneWireTransaction]] = []
    apart_ns = period(run).ns / 3
    for talk in onewire(run, "DS18B20"):
        if not groups or talk.at_ns - groups[-1][-1].at_ns > apart_ns:
            groups.append([])
        groups[-1].append(talk)
    found = []
    for group in groups:
        begun = [t.at_ns for t in group if t.command[:1] == CONVERT or not t.is_present]
        answers = [t.temperature for t in group if t.command[:1] == READ]
        if begun:
            found.append(Sample(begun[0], answers[-1] if answers else None))
    return found


@once
def readings(run: Run) -> list[Reading]:
    """The messages of the schema in the database."""
    sent = [one for one in mqtt.published(run, run.data["topic"]) if one.qos]
    found = []
    for one, document in mqtt.objects(sent):
        if is_schema(document) and document["id"] == run.data["dev"]:
            fields = {name: document[name] for name in ("seq", "ts", "q", "drop")}
            found.append(Reading(one.t_ns, **fields, value=document["m"]["t"]))
    return found


def is_schema(document: object) -> bool:
    """Whether it is schema v1 with the fields of this lab."""
    match document:
        case {
            "v": 1,
            "id": str(),
            "seq": int(),
            "ts": int() | float(),
            "q": 0 | 1,
            "drop": int(),
            "m": {"t": int() | float() | None},
        }:
            return True
    return False


@once
def by_seq(run: Run) -> Mapping[int, list[Reading]]:
    """The readings of each sequence number."""
    found: dict[int, list[Reading]] = {}
    for one in readings(run):
        found.setdefault(one.seq, []).append(one)
    return found


@once
def pairs(run: Run) -> list[tuple[int, Sample]]:
    """Each sample to judge, with its sequence number. A sample that the reset has interrupted has
    none, or has one: what fits better."""
    known = by_seq(run)
    if not known:
        return []
    first, until_ns = min(known), run.end_ns - run.zero_ns - TAIL.ns
    judged = [one for one in samples(run) if one.at_ns <= until_ns]
    resets = [boot.at_ns for boot in boots(run) if boot.at_ns > 0]
    whole = [
        one for one in judged if not any(0 < at - one.at_ns < INTERRUPTED.ns for at in resets)
    ]
    ways = [list(enumerate(way, first)) for way in (judged, whole)]
    return max(ways, key=lambda way: sum(row(run, *one) == due_row(run, *one) for one in way))


def is_sound(run: Run, sample: Sample) -> bool:
    """Whether it has a temperature, or the sensor failed at that time."""
    at_s = sample.at_ns / NS_PER_S
    faults = run.data["faults"]
    return sample.celsius is not None or any(a - 2 <= at_s <= b + 2 for a, b in faults)


def due_row(run: Run, seq: int, sample: Sample) -> Text:
    """A number with what its sample was: `17: 4.25`, `17: q1` for a fault, `17: ?` if the sensor
    was not read."""
    shown = "q1" if is_sound(run, sample) else "?"
    shown = shown if sample.celsius is None else f"{sample.celsius:.2f}"
    return Text(f"{seq}: {shown}", sample.at_ns)


def row(run: Run, seq: int, sample: Sample) -> Text:
    """The same with what the database has: `17: -` without a message, and all of them if they
    differ."""
    found = by_seq(run).get(seq, [])
    if found and is_sound(run, sample) and all(one.fits(sample) for one in found):
        return due_row(run, seq, sample)
    shown = dict.fromkeys("q1" if one.q else f"{one.value}" for one in found)
    return Text(f"{seq}: {' / '.join(shown) or '-'}", sample.at_ns)


def due_rows(run: Run) -> list[Text]:
    """What the database must have."""
    return [due_row(run, seq, sample) for seq, sample in pairs(run)]


def rows(run: Run) -> list[Text] | None:
    """What it has; None without any message."""
    return [row(run, seq, sample) for seq, sample in pairs(run)] or None


def unanswered(run: Run) -> list[int]:
    """The sequence numbers of messages that were lost on their way to the broker, and that did not
    come later."""
    lost = mqtt.documents(mqtt.messages(run, "dropped", topic=run.data["topic"]))
    return [one["seq"] for one in lost if is_schema(one) and one["seq"] not in by_seq(run)]


def why_topic(run: Run) -> str:
    """No message although the sensor was read, nothing on the device's topic, nothing with QoS 1,
    or another `id`."""
    sent = mqtt.published(run)
    if not sent and samples(run):
        return "no_message"
    on_topic = [one for one in sent if one.topic == run.data["topic"]]
    if sent and not on_topic:
        return "hardcoded"
    if on_topic and not any(one.qos for one in on_topic):
        return "qos_0"
    ids = {one["id"] for one in mqtt.documents(on_topic) if is_schema(one)}
    return "other_id" if ids - {run.data["dev"]} else ""


def why_rows(run: Run) -> str:
    """The first cause that can be seen in the messages."""
    if key := why_topic(run):
        return key
    if mqtt.published(run, run.data["topic"]) and not readings(run):
        return "schema"
    if unanswered(run):
        return "ack_before_store"
    if not all(is_sound(run, sample) for _, sample in pairs(run)):
        return "not_read"
    faulty = [seq for seq, sample in pairs(run) if sample.celsius is None]
    wrong = [r for seq in faulty for r in by_seq(run).get(seq, []) if r.q == 0]
    return "fault_as_good" if wrong else ""


# a: complete.


@gate("a.every", expect=Within(seconds(1.5), of=period), on_miss="period")
def mean_period(run: Run) -> Millis | None:
    """The mean time from one sample to the next; None with fewer than two."""
    found = samples(run)
    if len(found) < 2:
        return None
    return millis_of_ns((found[-1].at_ns - found[0].at_ns) // (len(found) - 1))


def longest_break(run: Run) -> Millis | None:
    """The longest time without a sample, also before the first and after the last one; None
    without any."""
    at_ns = np.array([one.at_ns for one in samples(run)], np.int64)
    return longest_gap(at_ns, 0, run.end_ns - run.zero_ns) if len(at_ns) else None


longest = gate("a.gap", episode="outage", expect=AtMost(GAP), on_miss="sampling_stops")(
    longest_break
)


all_rows = check(
    "a.rows",
    points=3,
    episode="outage",
    expect=Exactly(due_rows),
    on_miss="incomplete",
    why=why_rows,
    stated=(NEAR_C, TAIL / 1000),
)(rows)


def utc(run: Run, at_ns: int) -> float:
    """The seconds since 1970 at a time of the run."""
    since: float = run.data["utc"]
    return since + (at_ns + run.zero_ns) / NS_PER_S


def stamped(run: Run) -> list[tuple[Reading, Sample]]:
    """The first message of each sample."""
    return [(by_seq(run)[seq][0], sample) for seq, sample in pairs(run) if seq in by_seq(run)]


def why_ts(run: Run) -> str:
    """Another epoch, local time, a float of 32 bits, or the time of sending."""
    found = stamped(run)
    off = [one.ts - utc(run, sample.at_ns) for one, sample in found]
    if all(abs(s + SINCE_2000) < NEAR_S for s in off):
        return "epoch_2000"
    if all(abs(s - 60 * run.data["tz_min"]) < NEAR_S for s in off):
        return "tz_ignored"
    if all(isinstance(one.ts, float) or one.ts % FLOAT_STEP == 0 for one, _ in found):
        return "ts_float"
    is_late = all(abs(one.ts - utc(run, one.at_ns)) < NEAR_S for one, _ in found)
    return "ts_at_send" if is_late else ""


@check(
    "a.ts",
    points=2,
    expect=Within(Quantity(2), of=Quantity(0)),
    on_miss="ts",
    why=why_ts,
    after="a.rows",
)
def offsets(run: Run) -> list[Quantity]:
    """How many seconds `ts` is from the time of its sample."""
    return [Quantity(one.ts - utc(run, s.at_ns), s.at_ns) for one, s in stamped(run)]


# b: order and rate.


def from_log(run: Run) -> list[Reading]:
    """The first message of each sample that came late."""
    return [one for one, sample in stamped(run) if one.at_ns - sample.at_ns > LATE.ns]


@check(
    "b.order",
    points=1,
    episode="outage",
    expect=Never(""),
    on_miss="newest_first",
    after="a",
    stated=(LATE / 1000,),
)
def reversed_order(run: Run) -> list[Text]:
    """The messages of the log that came after one with a higher number."""
    found = sorted(from_log(run), key=lambda one: one.at_ns)
    return [Text(f"{b.seq} < {a.seq}", b.at_ns) for a, b in pairwise(found) if b.seq < a.seq]


@check(
    "b.rate",
    points=1,
    episode="outage",
    expect=AtMost(Quantity(5)),
    on_miss="drain_flood",
    after="a",
)
def counts(run: Run) -> list[Quantity]:
    """How many messages of the log came in the second that begins with each of them."""
    times = sorted(one.at_ns for one in from_log(run))
    ends = [bisect_left(times, at + NS_PER_S) for at in times]
    return [Quantity(end - n, times[n]) for n, end in enumerate(ends)]


@check(
    "b.live", points=1, episode="outage", expect=AtMost(LATE), on_miss="live_starved", after="a"
)
def delays(run: Run) -> list[Millis]:
    """The time from each sample that is taken online to its message. The first seconds are for
    connecting again, and the last for sending."""
    spans = [(1000 * a + LATE, 1000 * b - LATE) for a, b in run.data["online"]]
    return [
        Millis((one.at_ns - s.at_ns) / 1e6, s.at_ns)
        for one, s in stamped(run)
        if any(a <= s.at_ns / 1e6 <= b for a, b in spans)
    ]


# c: a reset.


def why_file(run: Run) -> str:
    """The log is no file, or is empty on the flash."""
    size = file_size(run, LOG)
    return "" if size or not samples(run) else "ram_log" if size is None else "not_flushed"


def why_reset(run: Run) -> str:
    """The log was not on the flash, or the numbers begin again, or a message was lost."""
    if key := why_topic(run) or why_file(run):
        return key
    if any(len({(r.q, r.value) for r in found}) > 1 for found in by_seq(run).values()):
        return "seq_restart"
    return why_rows(run)


longest_with_reset = gate("c.gap", episode="cut", expect=AtMost(GAP), on_miss="sampling_stops")(
    longest_break
)


rows_with_reset = check(
    "c",
    points=4,
    episode="cut",
    expect=Exactly(due_rows),
    on_miss="lost_at_reset",
    why=why_reset,
    stated=(NEAR_C, TAIL / 1000),
)(rows)


# d: a log with a limit.


@gate("d.kept", episode="long", expect=AtLeast(KEPT), on_miss="few_kept", why=why_topic)
def kept(run: Run) -> int | None:
    """How many samples came after the outage, but not more than were taken; None without any.
    After a reset numbers may begin again: the same number with another time is another sample."""
    since_ns = NS_PER_S * run.data["back_s"]
    found = {(one.seq, one.ts) for one in readings(run) if one.at_ns > since_ns}
    return min(len(found), len(samples(run))) or None


def why_size(run: Run) -> str:
    """The log is not on the flash, or has no limit."""
    size = file_size(run, LOG)
    return "unbounded" if size is not None and size > 8192 else why_file(run)


@check(
    "d.file",
    points=1,
    episode="long",
    expect=Between(Bytes(7680), Bytes(8192)),
    on_miss="log_size",
    why=why_size,
)
def log_size(run: Run) -> Bytes | None:
    """The length of the log at the end of the outage."""
    return file_size(run, LOG)


def twice(run: Run) -> list[int]:
    """The numbers that stand for two samples: their messages differ in more than `drop`. The one
    that was on its way at the reset may have another ts: item a judges that."""
    known, reset_ns = by_seq(run), NS_PER_S * run.data["reset_s"]
    before = [one for one in readings(run) if one.at_ns < reset_ns]
    on_its_way = max(before, key=lambda one: one.at_ns).seq if before else None
    return [
        n
        for n in sorted(known)
        if len({(0 if n == on_its_way else r.ts, r.q, r.value) for r in known[n]}) > 1
    ]


def resent(run: Run) -> list[int]:
    """The numbers that came before the reset, and again after it."""
    reset_ns, known = NS_PER_S * run.data["reset_s"], by_seq(run)
    return [n for n in sorted(known) if known[n][0].at_ns < reset_ns < known[n][-1].at_ns]


def why_ring(run: Run) -> str:
    """The numbers began again, from the first one or from one in the middle; or what was sent is
    not marked on the flash."""
    if again := twice(run):
        return "seq_restart" if again[0] == min(by_seq(run)) else "last_place"
    return "sent_in_ram" if len(resent(run)) > AGAIN else ""


@check(
    "d.reset",
    points=1,
    episode="long",
    expect=Never(""),
    on_miss="first_place",
    why=why_ring,
    after="d.file",
    stated=(AGAIN,),
)
def wrong_numbers(run: Run) -> list[Text]:
    """The numbers that stand for two samples, those that never came although an older record
    was still in the log when the broker was back, and those that came again after the reset. One
    may be missing: items a and c judge what becomes of the message that is on its way at a
    reset."""
    known, since_ns = by_seq(run), NS_PER_S * run.data["back_s"]
    oldest = min((one.seq for one in readings(run) if one.at_ns > since_ns), default=0)
    never = [seq for seq in range(oldest, max(known, default=0)) if seq not in known]
    found = [Text(f"{seq}: 2 ×") for seq in twice(run)]
    found += [Text(f"{seq}: -") for seq in never if len(never) > 1]
    again = resent(run)
    return [*found, *(Text(f"{seq}: ↻") for seq in again if len(again) > AGAIN)]


def lost(run: Run) -> Quantity:
    """How many numbers the database does not have."""
    known = by_seq(run)
    return Quantity(max(known, default=0) - len(known))


def why_drop(run: Run) -> str:
    """It was higher in an earlier message."""
    last = drop.measure(run)
    return "drop_anew" if last is not None and any(r.drop > last for r in readings(run)) else ""


@check(
    "d.drop",
    points=1,
    episode="long",
    expect=Within(Quantity(2), of=lost),
    on_miss="drop",
    why=why_drop,
    after="d.file",
)
def drop(run: Run) -> Quantity | None:
    """`drop` in the last message; None without a message."""
    found = max(readings(run), key=lambda one: one.seq, default=None)
    return Quantity(found.drop, found.at_ns) if found else None


# e: the functions on the computer.


def ingested(run: Run) -> int:
    """How many readings the database has after both batches."""
    for batch in run.data["batches"]:
        count: int = run.host.call("ingest", DB, batch, answer=int)
    return count


def sent(run: Run) -> dict[tuple[str, int], tuple[str, float | None]]:
    """The site and the value of each reading, by device and number."""
    found = {}
    for batch in run.data["batches"]:
        for topic, payload in batch:
            one = json.loads(payload)
            found[one["id"], one["seq"]] = topic.split("/")[1], one["m"]["t"]
    return found


def distinct(run: Run) -> int:
    """How many readings there are."""
    return len(sent(run))


stored = check(
    "e.stored", points=1, episode="host", expect=Exactly(distinct), on_miss="duplicates"
)(ingested)


def missing(run: Run) -> list[str]:
    """The numbers that never came, of each device between its first and last."""
    known = sent(run)
    spans: dict[str, list[int]] = {}
    for device, seq in known:
        spans.setdefault(device, []).append(seq)
    return [
        f"{device}: {seq}"
        for device, found in sorted(spans.items())
        for seq in range(min(found), max(found))
        if (device, seq) not in known
    ]


@check("e.gaps", points=1, episode="host", expect=Exactly(missing), on_miss="gaps")
def listed(run: Run) -> list[str]:
    """What `gaps` gives; `-`: no number."""
    ingested(run)
    found: dict[str, list[int]] = run.host.call("gaps", DB, answer=dict[str, list[int]])
    rows = [f"{device}: {seq}" for device in sorted(found) for seq in sorted(found[device])]
    return rows or ["-"]


def site_means(run: Run) -> list[str]:
    """Each site with its number of readings and the mean of the good ones."""
    values: dict[str, list[float | None]] = {}
    for site, value in sent(run).values():
        values.setdefault(site, []).append(value)
    return [
        f"{site}: {len(found)}, {fmean(v for v in found if v is not None):.2f}"
        for site, found in sorted(values.items())
    ]


@check("e.sites", points=1, episode="host", expect=Exactly(site_means), on_miss="join")
def joined(run: Run) -> list[str]:
    """What `by_site` gives."""
    ingested(run)
    found = run.host.call("by_site", DB, answer=dict[str, list[float]])
    return [
        f"{site}: {', '.join(number(n, place) for place, n in enumerate(row))}"
        for site, row in sorted(found.items())
    ]


def number(value: float, place: int) -> str:
    """A count, or a mean with two decimals."""
    return f"{value:.2f}" if place else f"{value:g}"
