"""L09: the registers of the sensor are used as its data sheet says, and its values are right.

What went over the bus comes from the bench, and the weather from the scenario. The lines of the
program are compared with that.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from grader import (
    AtLeast,
    AtMost,
    Between,
    Celsius,
    Exactly,
    LineForm,
    Millis,
    Pascals,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
    once,
)
from grader.measure.i2c import RegisterAccess, addressed, reads_of, register_accesses
from grader.measure.serial import read_lines

ADDRESS, ID, CONTROL, RESULT = 0x77, 0xD0, 0xF4, 0xF6
CALIBRATION = range(0xAA, 0xC0)
TEMPERATURE, PRESSURE, BUSY = 0x2E, 0x34, 0x20
WAITS = tuple(ms(wait) for wait in (4.5, 7.5, 13.5, 25.5))
"""The longest time of a pressure conversion, by oss; the first one also of a temperature."""
SOON = ms(1)
"""A program that reads sooner than this after the command does not wait at all."""
SETTLED = ms(1200)
"""Lines so soon after a change of the weather do not count: a line may be a second old."""
LATEST, STALE = ms(2000), ms(1500)
NEAR_T, NEAR_P, NEVER = Celsius(0.2), Pascals(10), float("inf")
LEAST_LINES = 15
MOST_ERRORS = 15
"""ERR NODEV lines in the 4.4 to 5.6 s without a sensor at the start: one each second are 5 or 6. A
program that does all twice as fast loses the points of its pace, not also these."""
LINE, ERROR = LineForm("BMP {t_dc} {p_pa}"), LineForm("ERR NODEV")
BOTH = ("oss0", "ossn")


@dataclass(frozen=True)
class Conversion:
    """A command in the register F4, and the first read of the result behind it."""

    at_ns: int
    command: int
    read_ns: int | None
    is_seen: bool
    """Whether the program saw before the read that bit 5 of F4 was 0: the conversion was over."""

    @property
    def due(self) -> Millis:
        """How long it may take."""
        return WAITS[0] if self.command == TEMPERATURE else WAITS[self.command >> 6]

    def wait(self) -> Millis:
        """The time from the command to the read; a wait for bit 5 of F4 is long enough."""
        waited = millis_of_ns((self.read_ns or 0) - self.at_ns)
        return Millis(max(waited, self.due) if self.is_seen else waited, self.at_ns)


@dataclass(frozen=True)
class BmpLine:
    """A BMP line with its values."""

    at_ns: int
    text: Text
    celsius10: float
    pascal: float

    def is_near(self, celsius10: float, pascal: float) -> bool:
        """Whether it has these values, nearly."""
        near_t = abs(self.celsius10 - celsius10) <= 10 * NEAR_T
        return near_t and abs(self.pascal - pascal) <= NEAR_P


@once
def accesses(run: Run) -> list[RegisterAccess]:
    """What the program did with the registers of the sensor, since power-on."""
    return register_accesses(run, ADDRESS, boot=True)


@once
def conversions(run: Run) -> list[Conversion]:
    """The conversions whose result was read."""
    starts = [n for n, one in enumerate(accesses(run)) if not one.is_read and one.covers(CONTROL)]
    found = []
    for n, following in pairwise([*starts, None]):
        command, *rest = accesses(run)[n:following]
        after = next((k for k, one in enumerate(rest) if one.is_read and one.covers(RESULT)), None)
        if after is not None:
            states = [
                one.data[CONTROL - (one.register or 0)] for one in reads_of(rest[:after], CONTROL)
            ]
            is_seen = any(not state & BUSY for state in states)
            value = command.data[CONTROL - (command.register or 0)]
            found.append(Conversion(command.end_ns, value, rest[after].at_ns, is_seen))
    return found


@once
def bmp_lines(run: Run) -> list[BmpLine]:
    """All BMP lines."""
    found = read_lines(run, LINE)
    columns = (found.at_ns.tolist(), found.lines, found.numbers("t_dc").tolist())
    rows = zip(*columns, found.numbers("p_pa").tolist(), strict=True)
    return [BmpLine(*row) for row in rows]


def errors(run: Run) -> list[int]:
    """When the ERR NODEV lines came."""
    times: list[int] = read_lines(run, ERROR).at_ns.tolist()
    return times


@once
def judged(run: Run) -> list[tuple[BmpLine, Any]]:
    """The lines that count, with their weather."""
    path, found = run.data["path"], []
    for line in bmp_lines(run):
        at = line.at_ns / 1e6
        weather = path[max(bisect_right([one.at for one in path], at) - 1, 0)]
        if at - weather.at >= SETTLED:
            found.append((line, weather))
    return found


# a: the bus, and who is on it.


def why_other(run: Run) -> str:
    """It talks only to another address, which was the first one of the scan."""
    asked = [one for one in addressed(run) if register_accesses(run, one)]
    return "scan_first" if asked and ADDRESS not in asked else ""


@check("a.id", points=1, expect=Exactly("0xD0"), on_miss="no_id", why=why_other)
def first_register(run: Run) -> Text | None:
    """The first register of 0x77 that is used."""
    used = [one for one in accesses(run) if one.register is not None]
    return Text(f"0x{used[0].register:02X}", used[0].at_ns) if used else None


def on_lost_sensor(run: Run) -> str:
    """A call on the bus raised an exception that nothing caught."""
    return "unhandled" if run.raised("OSError") else ""


def while_absent(run: Run) -> list[int]:
    """When the ERR NODEV lines before the return came."""
    return [at for at in errors(run) if at < ms(run.data["gone"][0][1]).ns]


def longest_silence(run: Run) -> Millis:
    """The longest time from one ERR NODEV to the next, or to the return; infinite if there are
    too many."""
    times = while_absent(run)
    if len(times) > MOST_ERRORS:
        return Millis(NEVER, times[0])
    ends = [*times, ms(run.data["gone"][0][1]).ns]
    return max((millis_of_ns(b - a, a) for a, b in pairwise(ends)), default=Millis(0))


def until_measured(run: Run) -> Millis:
    """The time from the return to the result of a pressure; infinite without one."""
    back_ns = ms(run.data["gone"][0][1]).ns
    first_ns = first_pressure(run, back_ns)
    if first_ns is None:
        return Millis(NEVER, back_ns)
    return millis_of_ns(first_ns - back_ns, back_ns)


def is_constant(run: Run) -> bool:
    """Whether ERR NODEV comes also with a sensor."""
    return errors(run)[-1] > ms(run.data["gone"][0][1] + LATEST).ns


def why_absent(run: Run) -> str:
    """It does not measure after the return, tells of the loss once, or tells of it too often."""
    if not while_absent(run) or is_constant(run):
        return ""
    if until_measured(run) > LATEST:
        return "gives_up"
    if longest_silence(run) <= LATEST:
        return ""
    return "error_flood" if len(while_absent(run)) > MOST_ERRORS else "said_once"


@check(
    "a.absent",
    points=1,
    episode="absent",
    expect=AtMost(LATEST),
    on_miss="no_error_line",
    why=why_absent,
    after="a.id",
    stated=(MOST_ERRORS,),
    on_error=on_lost_sensor,
)
def absences(run: Run) -> list[Millis] | None:
    """The time from READY to the first ERR NODEV, infinite if there is one also with a sensor;
    the longest time from one to the next; and that from the return to a measurement."""
    times = errors(run)
    if not times:
        return None
    first = Millis(NEVER, times[-1]) if is_constant(run) else millis_of_ns(times[0])
    return [first, longest_silence(run), until_measured(run)]


def why_taken(run: Run) -> str:
    """The other chip was measured."""
    return "id_ignored" if bmp_lines(run) else ""


@check(
    "a.other",
    points=1,
    episode="other",
    expect=AtMost(LATEST),
    on_miss="other_chip",
    why=why_taken,
    after="a.id",
)
def refusals(run: Run) -> list[Millis] | None:
    """The time from READY to the first ERR NODEV with another chip in the place of the sensor;
    infinite if a BMP line came. None without either."""
    if bmp_lines(run):
        return [Millis(NEVER, bmp_lines(run)[0].at_ns)]
    times = errors(run)
    return [millis_of_ns(times[0], times[0])] if times else None


# b: the calibration.


def why_calibration(run: Run) -> str:
    """It reads none of it, or reads it again and again."""
    distinct: int | None = (calibration_reads.measure(run) or [None])[0]
    if distinct is None:
        return why_other(run)
    if not distinct:
        return "datasheet_constants"
    return "cal_each_loop" if distinct == len(CALIBRATION) else ""


@check(
    "b",
    points=4,
    episode=BOTH,
    expect=Exactly([len(CALIBRATION)] * 2),
    on_miss="calibration",
    why=why_calibration,
    reads=LINE,
)
def calibration_reads(run: Run) -> list[int] | None:
    """How many registers of the calibration were read before the first BMP line; and how many
    bytes of it were read in the whole episode. None without a line."""
    if not bmp_lines(run):
        return None
    end_ns = bmp_lines(run)[0].at_ns
    each = [(one.at_ns, register) for register in CALIBRATION for one in reads(run, register)]
    return [len({register for at_ns, register in each if at_ns < end_ns}), len(each)]


def reads(run: Run, register: int) -> list[RegisterAccess]:
    """The reads of a register of the sensor."""
    return reads_of(accesses(run), register)


# c: the conversions.


def why_wait(run: Run) -> str:
    """It does not wait at all, waits the same time with each oss, or does not use the oss."""
    waits = [one.wait() for one in conversions(run)]
    if not waits:
        return why_other(run)
    if min(waits) < SOON:
        return "i2c_no_wait"
    pressures = {one.command for one in conversions(run)} - {TEMPERATURE}
    if pressures and pressure_command(run) not in pressures:
        return "hardcoded" if PRESSURE in pressures else "command"
    return "wait_fixed" if pressures and min(waits) >= WAITS[0] else ""


def pressure_command(run: Run) -> int:
    """The command for the oss in the file."""
    return PRESSURE + (int(run.data["oss"]) << 6)


def first_pressure(run: Run, from_ns: int) -> int | None:
    """When the first pressure was read that was converted after a time."""
    made = [c.read_ns for c in conversions(run) if c.at_ns > from_ns and c.command != TEMPERATURE]
    return min((at for at in made if at is not None), default=None)


def waits_of(run: Run, command: int) -> list[Millis]:
    """The waits of the conversions with a command."""
    return [one.wait() for one in conversions(run) if one.command == command]


@check("c.oss0", points=1, expect=AtLeast(WAITS[0]), on_miss="short_wait", why=why_wait)
def waits_0(run: Run) -> list[Millis] | None:
    """The time from each command to the read of the result; None unless both kinds are there."""
    celsius, pascal = waits_of(run, TEMPERATURE), waits_of(run, PRESSURE)
    return celsius + pascal if celsius and pascal else None


MEASUREMENTS = Between(27, 33)
"""In 30 s."""


def why_pace(run: Run) -> str:
    """It measures often enough, and prints its values again and again."""
    made = len(waits_of(run, TEMPERATURE))
    return "reprinted" if MEASUREMENTS.low <= made <= MEASUREMENTS.high else ""


@check("c.pace", points=1, expect=MEASUREMENTS, on_miss="pace", why=why_pace, after="c.oss0")
def measurements(run: Run) -> list[int]:
    """How many temperature conversions there are; and how many BMP lines, if those are more."""
    made = len(waits_of(run, TEMPERATURE))
    return [made, max(made, len(bmp_lines(run)))]


def long_enough(run: Run) -> str:
    """What `shortest_wait` is when it is right."""
    return f"≥ {WAITS[run.data['oss']]}"


@check(
    "c.ossn",
    points=2,
    episode="ossn",
    expect=Exactly(long_enough),
    on_miss="short_wait",
    why=why_wait,
    stated=WAITS,
)
def shortest_wait(run: Run) -> Text | None:
    """The shortest wait of the pressure conversions, if it is too short."""
    waits = waits_of(run, pressure_command(run))
    if not waits:
        return None
    shortest = min(waits)
    is_short = shortest < WAITS[run.data["oss"]]
    return Text(str(shortest) if is_short else long_enough(run), shortest.at_ns)


# d: the values.


def explains(run: Run, key: str) -> bool:
    """Whether all lines have the values of a wrong idea."""
    found = judged(run)
    return bool(found) and all(line.is_near(*weather.wrong[key]) for line, weather in found)


def why_values(run: Run) -> str:
    """The result was read too early, a known idea explains all values, or the unit is another."""
    if not bmp_lines(run):
        return why_other(run)
    if any(one.wait() < one.due for one in conversions(run)):
        return why_wait(run)
    for key in ("datasheet_constants", "signed_16", "byte_order"):
        if explains(run, key):
            return key
    scaled = [(10 * line.celsius10, weather.celsius10) for line, weather in judged(run)]
    is_degrees = all(abs(t - right) <= 10 * NEAR_T for t, right in scaled)
    return "degrees" if scaled and is_degrees else ""


@gate(
    "d.lines",
    episode=BOTH,
    expect=AtLeast(LEAST_LINES),
    on_miss="few_lines",
    why=why_other,
    reads=LINE,
)
def counted(run: Run) -> int | None:
    """How many BMP lines count."""
    return len(judged(run)) or None


def true_celsius(run: Run) -> list[Celsius]:
    """The temperature of each line that counts."""
    return [Celsius(weather.celsius10 / 10) for _, weather in judged(run)]


def nearest_pascals(run: Run) -> list[Pascals]:
    """For each line that counts, the pressure nearest to it that a right program prints."""
    return [Pascals(nearest(line, weather)[1]) for line, weather in judged(run)]


def nearest(line: BmpLine, weather: Any) -> tuple[int, int]:
    """The values nearest to a line that a right program prints."""
    right: Sequence[tuple[int, int]] = weather.right
    return min(right, key=lambda one: (abs(one[1] - line.pascal), abs(one[0] - line.celsius10)))


@check(
    "d.t",
    points=2,
    episode=BOTH,
    expect=Within(NEAR_T, of=true_celsius),
    on_miss="wrong_values",
    why=why_values,
    reads=LINE,
)
def printed_celsius(run: Run) -> list[Celsius]:
    """The temperatures in the lines."""
    return [Celsius(line.celsius10 / 10, line.at_ns) for line, _ in judged(run)]


@check(
    "d.p",
    points=2,
    episode=BOTH,
    expect=Within(NEAR_P, of=nearest_pascals),
    on_miss="wrong_values",
    why=why_values,
    reads=LINE,
)
def printed_pascals(run: Run) -> list[Pascals]:
    """The pressures in the lines."""
    return [Pascals(line.pascal, line.at_ns) for line, _ in judged(run)]


def why_inexact(run: Run) -> str:
    """Only the form differs, the last byte is not read, the oss is that of the given file, or the
    values are those of divisions with fractions."""
    found = judged(run)
    exact = [(line.celsius10, line.pascal) == nearest(line, weather) for line, weather in found]
    if all(exact):
        return "form"
    if not reads(run, RESULT + 2):
        return "two_bytes"
    if not waits_of(run, pressure_command(run)):
        return why_wait(run)
    near = [abs(line.pascal - weather.wrong["float_maths"][1]) <= 1 for line, weather in found]
    return why_values(run) or ("float_maths" if all(near) else "")


def right_line(run: Run) -> list[str]:
    """The right line in the place of `first_inexact`."""
    return [expected for line, expected in pairs(run) if line.text != expected][:1]


def pairs(run: Run) -> list[tuple[BmpLine, str]]:
    """The lines that count, each with the right one."""
    found = [(line, nearest(line, weather)) for line, weather in judged(run)]
    return [(line, LINE.written({"t_dc": str(t), "p_pa": str(p)})) for line, (t, p) in found]


@check(
    "d.exact",
    points=1,
    episode=BOTH,
    expect=Exactly(right_line),
    on_miss="inexact",
    why=why_inexact,
    reads=LINE,
    after="d.p",
)
def first_inexact(run: Run) -> list[Text] | None:
    """The first line that is not exact; None without lines."""
    found = [line.text for line, expected in pairs(run) if line.text != expected]
    return found[:1] if judged(run) else None


# e: the sensor is lost and comes back.


def returns(run: Run) -> list[tuple[int, int]]:
    """From each return of the sensor to its next loss, or to the end."""
    begins = [ms(begin).ns for begin, _ in run.data["gone"]]
    ends = [ms(end).ns for _, end in run.data["gone"]]
    return list(zip(ends, [*begins[1:], run.end_ns - run.zero_ns], strict=True))


def first_back(run: Run, back_ns: int, until_ns: int) -> BmpLine | None:
    """The first BMP line after a return whose pressure was converted after the return."""
    first_ns = first_pressure(run, back_ns)
    if first_ns is None:
        return None
    return next((one for one in bmp_lines(run) if first_ns < one.at_ns < until_ns), None)


def why_lost(run: Run) -> str:
    """BMP lines come also without a sensor."""
    gone = [(ms(begin + STALE).ns, ms(end).ns) for begin, end in run.data["gone"]]
    is_stale = any(a < line.at_ns < b for line in bmp_lines(run) for a, b in gone)
    return why_other(run) or ("stale_data" if is_stale else "")


@check(
    "e.lines",
    points=1,
    episode="lost",
    expect=AtMost(LATEST),
    on_miss="no_return",
    why=why_lost,
    on_error=on_lost_sensor,
    stated=(STALE,),
)
def reactions(run: Run) -> list[Millis] | None:
    """The time from each loss to ERR NODEV, and from each return to a BMP line with the values
    from before the loss. Infinite when it does not come, or when the other line comes, too."""
    gone = [(ms(begin).ns, ms(end).ns) for begin, end in run.data["gone"]]
    known = [line for line in bmp_lines(run) if line.at_ns < gone[0][0]]
    if not known:
        return None
    found = []
    for begin_ns, end_ns in gone:
        said = [at for at in errors(run) if begin_ns < at < end_ns]
        from_ns = begin_ns + STALE.ns
        is_stale = any(from_ns < line.at_ns < end_ns for line in bmp_lines(run))
        delay = NEVER if is_stale or not said else millis_of_ns(said[0] - begin_ns)
        found.append(Millis(delay, begin_ns))
    for back_ns, until_ns in returns(run):
        line = first_back(run, back_ns, until_ns)
        is_good = line is not None and line.is_near(known[-1].celsius10, known[-1].pascal)
        is_calm = line and not any(line.at_ns < at < until_ns for at in errors(run))
        delay = millis_of_ns(line.at_ns - back_ns) if line and is_good and is_calm else NEVER
        found.append(Millis(delay, back_ns))
    return found


def start_registers(run: Run) -> list[int]:
    """The registers of id and calibration that were read before the first BMP line."""
    end_ns = bmp_lines(run)[0].at_ns if bmp_lines(run) else 0
    return [n for n in (ID, *CALIBRATION) if any(one.at_ns < end_ns for one in reads(run, n))]


@check(
    "e.start",
    points=1,
    episode="lost",
    expect=Exactly(lambda run: [len(start_registers(run))] * 2),
    on_miss="no_restart",
    after="e.lines",
)
def restarts(run: Run) -> list[int] | None:
    """How many of `start_registers` were read again between each return and the next BMP line."""
    found = []
    for back_ns, until_ns in returns(run):
        line = first_back(run, back_ns, until_ns)
        end_ns = line.at_ns if line else until_ns
        again = [
            n
            for n in start_registers(run)
            if any(back_ns < one.at_ns < end_ns for one in reads(run, n))
        ]
        found.append(len(again))
    return found if start_registers(run) else None
