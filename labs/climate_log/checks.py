"""L08: the log is complete and true, also when readings fail.

A *reading* is a start pulse on the sensor's wire and the answer to it. The row of a reading comes
before the next start pulse. Only item d judges the form of a row. The other items accept the
digits and the decimal sign of any script.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from grader import (
    AtLeast,
    AtMost,
    Celsius,
    Check,
    Exactly,
    Millis,
    Never,
    OutputLine,
    Quantity,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
    once,
    seconds,
    shortened,
)
from grader.measure.dht import START, DhtReading, dht22
from grader.measure.pins import other_pin
from grader.measure.pulses import pulses

PERIOD, EARLIEST, LED_SETTLED, BACK_BELOW = ms(2000), ms(1990), ms(500), 0.5
STATUS, LED_FAILS = ("OK", "RETRY", "FAIL"), 4  # RETRY, FAIL, FAIL, FAIL: the LED is on
NUMBER = r"-?\d{1,6}(?:[.,٫]\d{1,6})?"
ANY_ROW = re.compile(
    rf"(\d{{1,12}}),\s*(\d{{1,12}}),\s*({NUMBER})?,\s*({NUMBER})?,\s*(OK|RETRY|FAIL)\s*"
)  # \d: digits of any script
ROW = re.compile(r"\d+,\d+,(-?\d+(\.\d+)?)?,(\d+(\.\d+)?)?,(OK|RETRY|FAIL)", re.ASCII)
BOTH, NEVER, SOON = ("clean", "faults"), float("inf"), AtMost(seconds(4.5))
ON_TIME = Within(ms(50), of=ms(0))


@dataclass(frozen=True)
class Row:
    """The content of a row."""

    at_ns: int
    seq: int
    t_ms: int
    values: tuple[float, ...]  # degrees and percent, or two empty fields
    status: str


@dataclass(frozen=True)
class Slot:
    """A reading with its rows, and how many ALARM HOT lines belong to it."""

    reading: DhtReading
    until_ns: int
    rows: Sequence[Row]
    alarms: int

    def status(self) -> Text:
        """The status in its row; `-` without a row."""
        return Text("+".join(row.status for row in self.rows) or "-", self.reading.at_ns)

    def when(self) -> Text:
        """The temperature that was sent, and its time."""
        celsius, at_ns = self.reading.temperature, self.reading.at_ns
        return Text(f"{'-' if celsius is None else celsius} ({at_ns / 1e9:.1f} s)", at_ns)

    def is_logged(self) -> bool:
        """Whether the reading is right and has one OK row with the humidity that the sensor
        sent."""
        percent = self.reading.humidity
        logged = self.rows[0].values[1] if self.status() == "OK" else NEVER
        return percent is not None and abs(logged - percent) < 0.15


def row_of(line: OutputLine) -> Row | None:
    """The row in a line; small errors of form are accepted."""
    match = ANY_ROW.fullmatch(line.text)
    if match is None:
        return None
    seq, t_ms, *fields, status = match.groups()
    values = tuple(float(re.sub("[,٫]", ".", field)) for field in fields if field)
    if len(values) != (2 if status == "OK" else 0):
        status += "?"
    return Row(line.at_ns, int(seq), int(t_ms), values, status)


def rows(run: Run) -> list[Row]:
    """All rows that can be read."""
    return [row for row in map(row_of, run.lines()) if row]


@once
def readings_of(run: Run) -> list[DhtReading]:
    """Every reading; none when the program starts readings without end, or disturbs the
    answers."""
    wire = run.signal("DHT")
    found = dht22(wire) if len(pulses(wire, False, shortest=START)) < 1000 else []
    most = run.data["faults"] + 2  # one while the pin is set up, and one that the end cuts off
    return found if sum(not reading.is_sound for reading in found) <= most else []


@once
def slots(run: Run) -> list[Slot]:
    """Every reading with its output, without a reading at the very end."""
    readings, found = readings_of(run), rows(run)
    rings = [line.at_ns for line in run.lines() if line.text == "ALARM HOT"]
    edges = [*(reading.at_ns for reading in readings), run.end_ns - run.zero_ns]
    cuts = [(bisect_left(found, t, key=lambda r: r.at_ns), bisect_left(rings, t)) for t in edges]
    output = [(found[a:b], rung - before) for (a, before), (b, rung) in pairwise(cuts)]
    kept = zip(readings, edges[1:], output, strict=True)
    last_ns = edges[-1] - LED_SETTLED.ns
    return [
        Slot(reading, end, *printed) for reading, end, printed in kept if reading.at_ns < last_ns
    ]


# a: the interval.


@gate("a.fast", expect=AtLeast(EARLIEST), on_miss="dht_too_fast")
def intervals(run: Run) -> list[Millis]:
    """The time from each start pulse to the next."""
    at_ns = [reading.at_ns for reading in readings_of(run)]
    return [millis_of_ns(b - a, a) for a, b in pairwise(at_ns)]


@check("a", points=4, expect=Within(ms(20), of=PERIOD), on_miss="slow")
def mean_interval(run: Run) -> Millis | None:
    """The mean of the intervals; a long silence after the last start pulse is one of them."""
    at_ns = [*(reading.at_ns for reading in readings_of(run)), run.end_ns - run.zero_ns]
    spans = [millis_of_ns(b - a, a) for a, b in pairwise(at_ns)]
    found = spans[:-1] + [rest for rest in spans[-1:] if rest > 2 * PERIOD]
    return Millis(sum(found) / len(found), max(found).at_ns) if found else None


# b: the values.


def sent(run: Run) -> list[Celsius]:
    """The temperature, then the humidity that the sensor sent in each right reading."""
    return [
        Celsius(value or 0, slot.reading.at_ns)
        for slot in slots(run)
        if slot.reading.is_sound
        for value in (slot.reading.temperature, slot.reading.humidity)
    ]


def why_values(run: Run) -> str:
    """Only negative temperatures are wrong."""
    pairs = zip(logged.measure(run), sent(run), strict=True)
    wrong = [(value, real) for value, real in pairs if abs(value - real) > 1]
    return "sign_bit" if wrong and all(real < 0 < value for value, real in wrong) else ""


@check("b", points=4, expect=Within(Celsius(0.1), of=sent), on_miss="wrong_values", why=why_values)
def logged(run: Run) -> list[Celsius]:
    """The values in the row of each right reading; infinite unless there is one OK row."""
    found: list[Celsius] = []
    for slot in (slot for slot in slots(run) if slot.reading.is_sound):
        values = slot.rows[0].values if slot.status() == "OK" else (NEVER, NEVER)
        found += [Celsius(value, slot.reading.at_ns) for value in values]
    return found


# c: readings that failed.


def failures(run: Run) -> list[int]:
    """For each reading, how many readings in a row have failed, with this one."""
    sound = [slot.reading.is_sound for slot in slots(run)]
    return list(accumulate(sound, lambda failed, ok: 0 if ok else failed + 1, initial=0))[1:]


def bursts(run: Run, has_answer: bool) -> list[tuple[Text, str]]:
    """The printed and the right status of the failed readings of one kind, and of the reading
    before them."""
    pairs = list(zip(slots(run), failures(run), strict=True))
    is_kind = [n > 0 and bool(slot.reading.data) == has_answer for slot, n in pairs]
    near = zip(pairs, is_kind, [*is_kind[1:], False], strict=False)
    return [(slot.status(), STATUS[min(n, 2)]) for (slot, n), now, next in near if now or next]


def why_unhandled(run: Run) -> str:
    """What the sensor's drivers raise was not handled."""
    return "unhandled" if run.raised("OSError", "Exception") else ""


def why_fault(run: Run) -> str:
    """The program printed the old values again, or nothing."""
    found = slots(run)
    kinds = {slot.status() for slot in found if not slot.reading.is_sound}
    return "stale_data" if kinds == {"OK"} else "swallowed" if kinds == {"-"} else ""


def fault_check(id: str, has_answer: bool) -> Check:
    """The check of failed readings with an answer, or without one. It measures None when none
    failed."""
    due = Exactly(lambda run: [due for _, due in bursts(run, has_answer)])
    mark = check(
        id,
        points=2,
        episode="faults",
        expect=due,
        on_miss="fault_rows",
        why=why_fault,
        on_error=why_unhandled,
    )
    return mark(lambda run: [status for status, _ in bursts(run, has_answer)] or None)


rows_of_checksums = fault_check("c.checksum", True)
rows_of_silence = fault_check("c.missing", False)


@check(
    "c.end",
    points=1,
    episode="faults",
    expect=SOON,
    on_miss="rows_end",
    why=why_fault,
    on_error=why_unhandled,
)
def silence_at_the_end(run: Run) -> Millis | None:
    """The time from the last reading with a row to the end."""
    good = [slot.reading.at_ns for slot in slots(run) if slot.is_logged()]
    return millis_of_ns(run.end_ns - run.zero_ns - good[-1], good[-1]) if good else None


# d: the form of the log.


def log_lines(run: Run) -> list[OutputLine]:
    """The lines that begin with a digit of any script."""
    return [line for line in run.lines() if line.text[:1].isdigit()]


def why_form(run: Run) -> str:
    """People can read the rows, but a program cannot."""
    lines = log_lines(run)
    return "locale_digits" if lines and all(map(row_of, lines)) else ""


@gate("d.form", episode=BOTH, expect=Never("bad row"), on_miss="bad_row", why=why_form)
def bad_rows(run: Run) -> list[Text] | None:
    """The lines that are no rows; None without any lines."""
    bad = [line for line in log_lines(run) if not ROW.fullmatch(line.text)]
    return [Text(shortened(b.text), b.at_ns) for b in bad] if log_lines(run) else None


@gate("d.rows", expect=AtLeast(50), on_miss="few_rows")
def good_rows(run: Run) -> int:
    """How many readings have a right row."""
    return sum(slot.is_logged() for slot in slots(run))


@gate("d.seq", episode=BOTH, expect=Exactly([1.0]), on_miss="seq_stuck")
def seq_steps(run: Run) -> list[Quantity]:
    """By how much `seq` grows from a row to the next: the first step that is not 1, else a 1."""
    steps = [Quantity(b.seq - a.seq, b.at_ns) for a, b in pairwise(rows(run))]
    return [step for step in steps if step - 1][:1] or steps[:1]


def why_time(run: Run) -> str:
    """The time was taken before `measure()`, which waits 250 ms before its start pulse."""
    off = offsets.measure(run)
    return "early_time" if off and all(-300 < t < -200 for t in off) else ""


@check("d", points=3, episode=BOTH, expect=ON_TIME, on_miss="row_time", why=why_time)
def offsets(run: Run) -> list[Millis]:
    """The time from each start pulse to the `t_ms` of its row."""
    pairs = [(slot.reading.at_ns, row) for slot in slots(run) for row in slot.rows]
    return [Millis(row.t_ms - at / 1e6, at) for at, row in pairs]


# e: the alarm and the LED.


def alarms_due(run: Run, limit: str = "hot_c") -> list[Text]:
    """The readings at which the alarm is due, with the threshold of that name."""
    found, armed, hot_c = [], True, run.data[limit]
    for slot in slots(run):
        celsius = slot.reading.temperature
        if celsius is not None and armed and celsius > hot_c:
            found.append(slot.when())
            armed = False
        elif celsius is not None and celsius <= hot_c - BACK_BELOW:
            armed = True
    return found


def why_alarm(run: Run) -> str:
    """The values are wrong, the threshold is the public one, or the alarm repeats."""
    found, due = alarms.measure(run) or [], alarms_due(run)
    if found and found == alarms_due(run, "public_hot_c"):
        return "hardcoded"
    return why_values(run) or ("alarm_repeat" if set(found) > set(due) else "")


@check("e.alarm", points=1, expect=Exactly(alarms_due), on_miss="wrong_alarm", why=why_alarm)
def alarms(run: Run) -> list[Text] | None:
    """The reading of each ALARM HOT; None if no alarm was due."""
    found = [slot.when() for slot in slots(run) for _ in range(slot.alarms)]
    return found if alarms_due(run) else None


def led_due(run: Run) -> list[str]:
    """For each reading its status, and whether the LED should be on after it: `FAIL:1`."""
    return [f"{STATUS[min(n, 2)]}:{int(n >= LED_FAILS)}" for n in failures(run)]


@check(
    "e.led",
    points=1,
    episode="faults",
    expect=Exactly(led_due),
    on_miss="led",
    why=lambda run: other_pin(run, "LED_R") or why_fault(run),
    on_error=why_unhandled,
)
def led_levels(run: Run) -> list[Text] | None:
    """For each reading the LED from 500 ms after it until the next; `?` if it changed. None if the
    LED is never due."""
    led, found = run.signal("LED_R"), []
    for slot, due in zip(slots(run), led_due(run), strict=True):
        since = led.since(slot.reading.at_ns + LED_SETTLED.ns)
        changed = any(t < slot.until_ns for t in since.edges_ns())
        seen = "?" if changed else int(since.level[0])
        found.append(Text(f"{due[:-1]}{seen}", slot.reading.at_ns))
    return found if any(due.endswith("1") for due in led_due(run)) else None
