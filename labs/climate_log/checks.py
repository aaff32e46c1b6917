"""L08: the log is complete and true, also when readings fail.

A *reading* is a start pulse on the sensor's wire and the answer to it. The row of a reading comes
before the next start pulse. Only item d judges the form of a row. The other items accept the
digits and the decimal sign of any script.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from statistics import median

from grader import (
    AtLeast,
    AtMost,
    Celsius,
    Check,
    Episode,
    Exactly,
    LineForm,
    Millis,
    OutputLine,
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
from grader.measure.dht import START, DhtReading, dht22
from grader.measure.pins import other_pin
from grader.measure.pulses import pulses
from grader.measure.scenario_item import scenario_item
from grader.measure.serial import read_lines

PERIOD, EARLIEST, ALLOWED, LED_SETTLED, BACK_BELOW = ms(2000), ms(1990), ms(20), ms(500), 0.5
WRAP_READINGS = 5
"""The least number of rows in the episode `wrap`, in which `ticks_ms()` begins again at 0.
A program that stops there prints four."""
ONLY_FAILED = ({"FAIL"}, {"RETRY", "FAIL"}, {"RETRY"})
STATUS, LED_FAILS = ("OK", "RETRY", "FAIL"), 4  # RETRY, FAIL, FAIL, FAIL in a row light the LED
ROW = LineForm("{seq},{t_ms},{celsius:*|},{percent:*|},{status:OK|RETRY|FAIL}")
ALARM = LineForm("ALARM HOT")
BOTH, NEVER = ("clean", "faults"), float("inf")
ON_TIME, NO_VALUES = Within(ms(50), of=ms(0)), "OK?"


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
    """A reading with its rows, and how many ALARM HOT lines belong to it. `before` is the last
    right reading before it, if there is one."""

    reading: DhtReading
    before: DhtReading | None
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
        """Whether the reading is right and has one OK row with a value that the sensor sent, in
        any place, rounded or cut to a whole number, perhaps that of the reading before. Item b
        judges the values themselves."""
        known = (self.reading, self.before) if self.before else (self.reading,)
        sent = [v for one in known for v in (one.temperature, one.humidity)]
        logged = self.rows[0].values if self.status() == "OK" else ()
        return self.reading.is_sound and any(
            value is not None and abs(value - n) < 1 for value in sent for n in logged
        )


def fields_of(text: str) -> dict[str, str] | None:
    """The fields of the row that a person reads in a line, also with decimal commas."""
    parts = text.split(",")
    if len(parts) == 7:
        parts = [*parts[:2], f"{parts[2]}.{parts[3]}", f"{parts[4]}.{parts[5]}", parts[6]]
    return ROW.read(",".join(parts))


def row_of(line: OutputLine) -> Row | None:
    """The row in a line; small errors of form are accepted."""
    fields = fields_of(line.text)
    if fields is None:
        return None
    values = tuple(float(fields[name]) for name in ("celsius", "percent") if fields[name])
    is_whole = len(values) == (2 if fields["status"] == "OK" else 0)
    status = fields["status"] if is_whole else fields["status"] + "?"
    return Row(line.at_ns, int(float(fields["seq"])), int(float(fields["t_ms"])), values, status)


@once
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
    rings = read_lines(run, ALARM).at_ns.tolist()
    edges = [*(reading.at_ns for reading in readings), run.end_ns - run.zero_ns]
    cuts = [(bisect_left(found, t, key=lambda r: r.at_ns), bisect_left(rings, t)) for t in edges]
    output = [(found[a:b], rung - before) for (a, before), (b, rung) in pairwise(cuts)]
    before: list[DhtReading | None] = [None]
    for reading in readings:
        before.append(reading if reading.is_sound else before[-1])
    kept = zip(readings, before, edges[1:], output, strict=False)
    last_ns = edges[-1] - LED_SETTLED.ns
    return [
        Slot(reading, known, end, *printed)
        for reading, known, end, printed in kept
        if reading.at_ns < last_ns
    ]


# a: the interval.


@gate("a.fast", expect=AtLeast(EARLIEST), on_miss="dht_too_fast")
def intervals(run: Run) -> list[Millis]:
    """The time from each start pulse to the next."""
    at_ns = [reading.at_ns for reading in readings_of(run)]
    return [millis_of_ns(b - a, a) for a, b in pairwise(at_ns)]


@check("a.first", points=1, expect=AtMost(ms(500)), on_miss="late_first")
def first_reading(run: Run) -> Millis | None:
    """The time from READY to the first start pulse that the sensor answered."""
    at_ns = [reading.at_ns for reading in readings_of(run) if reading.is_sound]
    return millis_of_ns(at_ns[0], at_ns[0]) if at_ns else None


def why_slow(run: Run) -> str:
    """Most intervals are right, or only one reading came: there was one long pause."""
    spans = intervals.measure(run) or [PERIOD]
    is_paused = bool(readings_of(run)) and median(spans) <= PERIOD + ALLOWED
    return "paused" if is_paused else ""


@check("a.mean", points=2, expect=Within(ALLOWED, of=PERIOD), on_miss="slow", why=why_slow)
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


def caught_all(run: Run) -> bool:
    """Whether right readings, too, have the rows of failed ones, and not one is OK: `except`
    caught another error than those of the sensor."""
    return {slot.status() for slot in slots(run) if slot.reading.is_sound} in ONLY_FAILED


def why_values(run: Run) -> str:
    """Another error is caught with the sensor's, or only negative temperatures are wrong."""
    if caught_all(run):
        return "caught_all"
    pairs = zip(logged.measure(run), sent(run), strict=True)
    wrong = [(value, real) for value, real in pairs if abs(value - real) > 1]
    return "sign_bit" if wrong and all(real < 0 < value for value, real in wrong) else ""


def swapped(run: Run) -> list[Celsius]:
    """The same with the humidity before the temperature."""
    values = sent(run)
    return [values[n ^ 1] for n in range(len(values))]


@check(
    "b",
    points=4,
    expect=Within(Celsius(0.1), of=sent),
    partial={Within(Celsius(1), of=sent): 2, Within(Celsius(0.1), of=swapped): 2},
    on_miss="wrong_values",
    why=why_values,
    reads=ROW,
)
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
    """The printed and the right status of the failed readings of one kind, and of the readings
    before and after them. `OK?` is an OK row without a value of the sensor: a row that says OK
    whatever comes is no evidence that the program knows its failed readings."""
    found, failed = slots(run), failures(run)
    is_kind = [
        n > 0 and bool(slot.reading.data) == has_answer
        for slot, n in zip(found, failed, strict=True)
    ]
    near = zip([False, *is_kind], is_kind, [*is_kind[1:], False], strict=False)
    reads = reads_values(found)
    return [
        (status_of(slot, reads), STATUS[min(n, 2)])
        for slot, n, kinds in zip(found, failed, near, strict=True)
        if any(kinds)
    ]


def reads_values(found: Sequence[Slot]) -> bool:
    """Whether four of five OK rows of right readings have a value of the sensor. Up to half the
    rows of a program that always prints the same values have one by luck."""
    logged = [
        slot.is_logged() for slot in found if slot.reading.is_sound and slot.status() == "OK"
    ]
    return 5 * sum(logged) >= 4 * len(logged)


def status_of(slot: Slot, reads: bool) -> Text:
    """The status in the reading's row, `OK?` if a right reading has no value of the sensor."""
    is_ok = slot.status() == "OK" and slot.reading.is_sound
    has_value = reads and slot.is_logged()
    return Text(NO_VALUES, slot.reading.at_ns) if is_ok and not has_value else slot.status()


def why_unhandled(run: Run) -> str:
    """What the sensor's drivers raise was not handled."""
    return "unhandled" if run.raised("OSError", "Exception") else ""


def why_fault(run: Run) -> str:
    """Another error is caught with those of the sensor; or the program printed the old values
    again, or nothing."""
    if caught_all(run):
        return "caught_all"
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


# d: the log as a whole.


@gate(
    "d.rows",
    expect=AtLeast(50),
    on_miss="few_rows",
    why=lambda run: "caught_all" if caught_all(run) else "",
    reads=ROW,
)
def good_rows(run: Run) -> int | None:
    """How many readings have a right row; None if none has."""
    return sum(slot.is_logged() for slot in slots(run)) or None


def slips(run: Run) -> list[Text]:
    """The rows of another form."""
    lines = [Text(line.text, line.at_ns) for line in run.lines() if row_of(line)]
    found = {id(text) for text in ROW.slips(lines)}
    return [line for line in lines if id(line) in found]


def why_form(run: Run) -> str:
    """A decimal comma, or digits of another script: people can read the row, a program cannot."""
    is_local = any(text.count(",") == 6 or not text.isascii() for text in slips(run))
    return "locale_digits" if is_local else ""


def wanted_row(run: Run) -> list[str]:
    """The row of the right form with the values of `first_slip`."""
    return [ROW.written(fields_of(line) or {}) for line in slips(run)[:1]]


@check("d.form", points=1, episode=BOTH, expect=Exactly(wanted_row), on_miss="form", why=why_form)
def first_slip(run: Run) -> list[Text] | None:
    """The first row of another form; None without any rows."""
    return slips(run)[:1] if rows(run) else None


def why_seq(run: Run) -> str:
    """The numbers are in order, but begin elsewhere."""
    first, *steps = seq_steps.measure(run) or [0.0]
    return "seq_start" if first and steps == [1] else ""


@check(
    "d.seq", points=1, episode=BOTH, expect=Exactly([0.0, 1.0]), on_miss="seq_stuck", why=why_seq
)
def seq_steps(run: Run) -> list[Quantity]:
    """The first `seq`; and by how much it grows from a row to the next: the first step that is
    not 1, else a 1."""
    found = rows(run)
    steps = [Quantity(b.seq - a.seq, b.at_ns) for a, b in pairwise(found)]
    first = [Quantity(row.seq, row.at_ns) for row in found[:1]]
    return first + ([step for step in steps if step - 1][:1] or steps[:1])


def why_time(run: Run) -> str:
    """The time was taken before `measure()`, which waits 250 ms before its start pulse; or it is
    wrong when `ticks_ms()` begins again at 0."""
    off = offsets.measure(run)
    if off and all(-300 < t < -200 for t in off):
        return "early_time"
    return "ticks_wrap" if run.episode.name == "wrap" else ""


@check(
    "d.time",
    points=1,
    episode=(*BOTH, "wrap"),
    expect=ON_TIME,
    on_miss="row_time",
    why=why_time,
    stated=[WRAP_READINGS],
)
def offsets(run: Run) -> list[Millis]:
    """The time from each start pulse to the `t_ms` of its row; infinite when rows are missing in
    `wrap`."""
    pairs = [(slot.reading.at_ns, row) for slot in slots(run) for row in slot.rows]
    found = [Millis(row.t_ms - at / 1e6, at) for at, row in pairs]
    is_short = run.episode.name == "wrap" and len(found) < WRAP_READINGS
    return [*found, Millis(NEVER, run.end_ns - run.zero_ns)] if is_short else found


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


# t: the trainee's own scenario.

right, found_wrong = scenario_item(
    "t",
    points=2,
    mutants=(
        "alarm_repeat",
        "dht_too_fast",
        "seq_stuck",
        "sign_bit",
        "stale_data",
        "swallowed",
        "swapped",
        "unhandled",
    ),
)


# The "predict" question.

FAST = [
    step
    for n in range(40)
    for step in set_control("dht", "temperature", 20 + n, at=ms(1000 + 333 * n))
]


@observe(Episode("predict", seconds=8, steps=FAST, from_reset=True), program="experiment.py")
def fast_readings(run: Run) -> dict[str, str] | None:
    """What was printed until the program ended, equal values together; and how many readings
    failed."""
    ended = [*run.main_ends_ns(), run.end_ns - run.zero_ns]
    printed = [one.text for one in run.all_lines() if one.at_ns < ended[0]]
    good = [text for text in printed if text.removeprefix("-").replace(".", "").isdigit()]
    groups = ", ".join(f"{text} ×{len([*same])}" for text, same in groupby(good))
    return {"printed": groups, "errors": str(len(printed) - len(good))} if printed else None
