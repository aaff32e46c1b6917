"""L01: the board starts, prints its id, and answers on its serial line.

Every seed has another id. A reply may come at any time before the episode ends: its text and its
order count. All lines of `talk` end in LF; in `mixed` some end in CR LF, and the board reads an
empty line after each of these.
"""

import random
import re
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate

from grader import (
    AtMost,
    BoardType,
    Check,
    Episode,
    Exactly,
    HasForm,
    LineForm,
    Millis,
    Moment,
    Never,
    OutputLine,
    Quantity,
    Run,
    Step,
    Text,
    check,
    chip_id,
    gate,
    hard_reset,
    millis_of_ns,
    moment_of_ns,
    ms,
    observe,
    seconds,
    serial,
    shortened,
)
from grader.measure.pins import driven, other_pin, setups
from grader.measure.serial import SerialRecords, read_lines

LF, CRLF = b"\n", b"\r\n"
PICO_PREFIX = "e661"
READY = LineForm("READY L01")
ID = LineForm("ID {id:word}[ {system:word}]")
LIKE_ID = re.compile(r"\W*id[\W_]+(?P<bytes>b['\"])?", re.IGNORECASE)
"""A line with the id. The program may have printed the bytes object (`b'…'`) and no hex digits."""
PONG, SUM = LineForm("pong {n}"), LineForm("sum {n}")


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Two resets with an id that differs for each seed; commands; commands with both line ends."""
    rng = random.Random(seed)
    name = f"{id_of(board, chip_id(seed, 'boot'))} {board.family}"
    resets = [ms(rng.uniform(2500, 4000)), ms(rng.uniform(6500, 8000))]
    plain = [hidden_sum(rng, count) for count in rng.sample([6, rng.randrange(2, 6)], k=2)]
    signed = [hidden_sum(rng, count, below=True) for count in (1, *rng.choices(range(2, 7), k=2))]
    mixed = [hidden_sum(rng, count) for count in rng.choices(range(2, 7), k=3)]
    return [
        Episode(
            "boot",
            seconds=11,
            steps=[step for at in resets for step in hard_reset(at=at)],
            data={"resets": resets, "who": name},
        ),
        talk("talk", rng, 5, [*plain, *rng.sample(signed, k=3)], [LF] * 10),
        talk("mixed", rng, 4, mixed, line_ends(rng, 4) + line_ends(rng, 3)),
    ]


def id_of(board: BoardType, chip: str) -> str:
    """`unique_id()` in hexadecimal. On a Pico it is the id of the flash chip, with two more
    bytes."""
    return chip if board.family == "esp32" else PICO_PREFIX + chip


def hidden_sum(rng: random.Random, count: int, *, below: bool = False) -> list[int]:
    """So many numbers for one sum. With `below` the first or another one is negative."""
    words = [rng.randrange(1000) for _ in range(count)]
    if below:
        words[rng.randrange(count)] = rng.randrange(-999, 0)
    return words


def talk(
    name: str,
    rng: random.Random,
    ping_count: int,
    sums: Sequence[Sequence[int]],
    ends: Sequence[bytes],
) -> Episode:
    """An episode with so many pings, then these sums; each command has its line end."""
    pings = [rng.randrange(1_000_000) for _ in range(ping_count)]
    texts = [f"ping {n}" for n in pings]
    texts += ["sum " + " ".join(map(str, words)) for words in sums]
    times = [ms(500)]
    steps: list[Step] = []
    for text, end in zip(texts, ends, strict=True):
        steps += serial(text.encode() + end, at=times[-1])
        times.append(ms(times[-1] + rng.uniform(150, 500)))
    data = {"pings": pings, "sums": sums, "times": times}
    return Episode(name, seconds=times[-1] / 1000 + 3, steps=steps, data=data)


def line_ends(rng: random.Random, count: int) -> list[bytes]:
    """Line ends LF and CR LF for commands; both are among the first three."""
    ends = [LF, CRLF, rng.choice([LF, CRLF])]
    rng.shuffle(ends)
    return ends + rng.choices([LF, CRLF], k=count - 3)


# boot: every reset is a boot of its own.


def windows(run: Run) -> list[tuple[int, int]]:
    """Each boot, from its reset to the next one, in ns since t = 0."""
    starts = [-run.zero_ns, *(at.ns for at in run.data["resets"])]
    return list(zip(starts, [*starts[1:], run.end_ns - run.zero_ns], strict=True))


def ready_times(run: Run) -> list[list[int]]:
    """When READY was printed in each boot."""
    printed = [line.at_ns for line in run.all_lines() if READY.read(line.text) is not None]
    return [[t for t in printed if start <= t < end] for start, end in windows(run)]


@check("a", points=1, expect=AtMost(seconds(2)), on_miss="late_ready")
def ready_delays(run: Run) -> list[Millis]:
    """The time from each reset to its READY; without one, the length of the boot."""
    return [
        millis_of_ns((times[0] if times else end) - start, start)
        for times, (start, end) in zip(ready_times(run), windows(run), strict=True)
    ]


@gate("a.once", expect=Exactly([1, 1, 1]), on_miss="ready_twice")
def ready_counts(run: Run) -> list[int]:
    """How often READY was printed in each boot."""
    return [len(times) for times in ready_times(run)]


def who(run: Run) -> list[Text]:
    """The id line of each boot."""
    return [Text(run.data["who"], start) for start, _ in windows(run)]


def who_in_capitals(run: Run) -> list[Text]:
    """The same with upper-case digits."""
    digits, _, system = who(run)[0].partition(" ")
    return [Text(f"{digits.upper()} {system}")] * 3


def ids(run: Run) -> list[Text]:
    """The words after `ID` in each such line."""
    found = read_lines(run, ID, run.all_lines())
    pairs = zip(found.texts("id"), found.texts("system"), strict=True)
    return [Text(f"{one} {system}".rstrip(), one.at_ns) for one, system in pairs]


def is_bytes(text: str) -> bool:
    """Whether a line has the id's bytes as `print` shows them, not as hexadecimal text."""
    found, fields = LIKE_ID.match(text), ID.read(text)
    is_hex = bool(fields and re.fullmatch("[0-9a-f]{12,16}", fields["id"], re.IGNORECASE))
    return found is not None and found["bytes"] is not None and not is_hex


def why_id(run: Run) -> str:
    """How the words differ from the id and the name of the system."""
    found, (name, system) = ids(run), who(run)[0].split()
    if any(is_bytes(line.text) for line in run.all_lines()):
        return "id_bytes"
    if not found:
        return "" if any("id" in line.text.lower() for line in run.lines()) else "no_id"
    words = [text.split() for text in found]
    if any(len(each) < 2 for each in words):
        return "no_id"
    if any(each[1] != system for each in words):
        return "other_system"
    known = {name.upper(): "hex_case", name: "id_missing"}
    reasons = {known.get(each[0]) or why_digits(each[0], name) for each in words}
    return reasons.pop() if len(reasons) == 1 else "other_id"


def why_digits(printed: str, name: str) -> str:
    """The bytes are right but not as two digits each, or it is the id of another board."""
    digits = re.sub("0x|[^0-9a-f]", "", printed.lower())
    unpadded = "".join(f"{byte:x}" for byte in bytes.fromhex(name))
    if digits in (name, unpadded):
        return "hex_padding"
    return "other_id" if re.fullmatch("[0-9a-f]{12,16}", digits) else "wrong_id"


@check(
    "b",
    points=2,
    expect=Exactly(who),
    partial={Exactly(who_in_capitals): 1},
    on_miss="no_id",
    why=why_id,
    reads=ID,
)
def id_lines(run: Run) -> list[Text]:
    """The id that each boot prints."""
    return ids(run)


def why_dark(run: Run) -> str:
    """The LED is never on, or only after READY."""
    led = run.signal("LED_G", boot=True)
    lit_later = [led.at(end - 1) for _, end in windows(run)]
    return "led_late" if any(lit_later) else "active_low"


def led_pin(run: Run) -> str:
    """LED_G and its pin."""
    return f"LED_G = GPIO {run.pins['LED_G']}"


@gate(
    "c.output",
    expect=Exactly(led_pin),
    on_miss="not_output",
    why=lambda run: other_pin(run, "LED_G"),
)
def outputs(run: Run) -> str:
    """LED_G if the program made it an output, else the outputs that it made."""
    if any(one.mode == "out" for one in setups(run, "LED_G")):
        return led_pin(run)
    return " ".join(f"GPIO {gpio}" for gpio in sorted(driven(run))) or "-"


@check("c", points=1, expect=Never("LED_G off"), on_miss="active_low", why=why_dark)
def dark_moments(run: Run) -> list[Moment]:
    """When LED_G was off between a READY and the next reset."""
    led = run.signal("LED_G", boot=True)
    dark: list[int] = []
    for times, (start, end) in zip(ready_times(run), windows(run), strict=True):
        ready = times[0] if times else start
        dark += [] if led.at(ready) else [ready]
        dark += [int(t) for t in led.falls_ns() if ready < t < end]
    return [moment_of_ns(t) for t in dark]


# talk, mixed: what is on the wire after the ID line.


def answers(run: Run) -> list[OutputLine]:
    """The lines after the ID line (after READY when there is none)."""
    lines = run.lines()
    first = next((i for i, line in enumerate(lines) if LIKE_ID.match(line.text)), -1)
    return lines[first + 1 :]


def replies(run: Run, form: LineForm) -> SerialRecords:
    """All replies of a kind."""
    return read_lines(run, form, answers(run))


def numbers(found: SerialRecords) -> list[Quantity]:
    """The number of each reply."""
    pairs = zip(found.numbers("n").tolist(), found.at_ns.tolist(), strict=True)
    return [Quantity(number, at_ns) for number, at_ns in pairs]


def pongs(run: Run) -> list[Quantity]:
    """The number of each ping plus one, at the time of the ping."""
    pairs = zip(run.data["pings"], run.data["times"], strict=False)
    return [Quantity(n + 1, at.ns) for n, at in pairs]


def same_pongs(run: Run) -> list[Quantity]:
    """The number of each ping itself."""
    return [Quantity(pong - 1, pong.at_ns) for pong in pongs(run)]


def totals(run: Run) -> list[Quantity]:
    """The total of each sum, at the time of the sum."""
    pairs = zip(run.data["sums"], run.data["times"][len(run.data["pings"]) :], strict=False)
    return [Quantity(sum(words), at.ns) for words, at in pairs]


def kept_totals(run: Run) -> list[Quantity]:
    """The same if each total begins with the one before it."""
    due = totals(run)
    return [Quantity(n, at.at_ns) for n, at in zip(accumulate(due), due, strict=True)]


def first_negative(run: Run) -> int:
    """How many sums come before the first one with a negative number."""
    return [min(words) < 0 for words in run.data["sums"]].index(True)


def alive_ns(run: Run) -> int:
    """When main.py ended, else the end of the episode."""
    return min(run.main_ends_ns(), default=run.end_ns - run.zero_ns)


def why_silent(run: Run) -> str:
    """The board echoes commands, perhaps without an end of the line; or the program came to its
    end."""
    ends_ns = [] if run.tracebacks() else run.main_ends_ns()
    printed = run.trace.serial()
    before_end = printed.data[: printed.t_ns.searchsorted(alive_ns(run) + run.zero_ns)]
    return "input_echo" if b"ping " in before_end else "main_ended" if ends_ns else ""


def why_raised(run: Run) -> str:
    """`input()` glued commands together, or an empty line has no first word: then every command
    before it has its reply."""
    sent = sum(at.ns <= run.tracebacks()[0].at_ns for at in run.data["times"] if run.tracebacks())
    replied = len(replies(run, PONG)) + len(replies(run, SUM))
    is_empty_line = run.raised("IndexError") and replied >= sent
    return why_silent(run) or ("crlf_empty" if is_empty_line else "")


def why_pong(run: Run) -> str:
    """It answers with the number itself or another one, or something made the board silent."""
    found = numbers(replies(run, PONG))
    if found == same_pongs(run):
        return "pong_same"
    return "wrong_number" if len(found) == len(pongs(run)) else why_silent(run)


def pong_numbers(run: Run) -> list[Quantity]:
    """The numbers behind `pong`, in order."""
    return numbers(replies(run, PONG))


pinged = check(
    "d.replies",
    points=2,
    episode="talk",
    expect=Exactly(pongs),
    partial={Exactly(same_pongs): 1},
    on_miss="no_reply",
    why=why_pong,
    reads=PONG,
    on_error=why_raised,
)(pong_numbers)
pinged_with_both_ends = check(
    "d.both",
    points=1,
    episode="mixed",
    expect=Exactly(pongs),
    on_miss="no_reply",
    why=why_pong,
    reads=PONG,
    on_error=why_raised,
)(pong_numbers)


@check(
    "d.clean",
    points=1,
    episode=("talk", "mixed"),
    expect=Never("other text"),
    on_miss="extra_text",
    after="d.replies",
)
def other_text(run: Run) -> list[Text]:
    """Lines after the ID line that are no reply, until main.py ends, without a traceback: that is
    told by itself."""
    last_ns = alive_ns(run)
    told = {line for one in run.printed_tracebacks() for line in one.text.split("\n")}
    return [
        Text(shortened(line.text), line.at_ns)
        for line in answers(run)
        if line.at_ns < last_ns
        and line.text not in told
        and PONG.read(line.text) is None
        and SUM.read(line.text) is None
    ]


@check(
    "d.form",
    points=1,
    episode="talk",
    expect=HasForm((READY, ID, PONG, SUM)),
    on_miss="form",
    after="d.replies",
)
def told(run: Run) -> list[Text]:
    """The lines of the program that can be read, as they are, without an id that is wrong in
    itself: item b judges that."""
    return [
        Text(line.text, line.at_ns)
        for line in run.all_lines()
        if any(form.read(line.text) is not None for form in (READY, ID, PONG, SUM))
        and not is_bytes(line.text)
    ]


def why_sum(run: Run) -> str:
    """It ignores negative numbers, adds to the sum before, or something made the board silent."""
    found = numbers(replies(run, SUM))
    if found == [sum(n for n in words if n >= 0) for words in run.data["sums"]]:
        return "sign_lost"
    if found == kept_totals(run):
        return "total_kept"
    return "wrong_number" if len(found) == len(totals(run)) else why_silent(run)


def sum_check(id: str, episode: str, part: Callable[[Run], slice]) -> Check:
    """The check of these numbers behind `sum`, in order."""
    mark = check(
        id,
        points=3,
        episode=episode,
        expect=Exactly(lambda run: totals(run)[part(run)]),
        partial={Exactly(lambda run: kept_totals(run)[part(run)]): 1},
        on_miss="no_reply",
        why=why_sum,
        reads=SUM,
        on_error=why_raised,
    )
    return mark(lambda run: numbers(replies(run, SUM))[part(run)])


summed = sum_check("e.plus", "talk", lambda run: slice(first_negative(run)))
summed_with_signs = sum_check("e.minus", "talk", lambda run: slice(first_negative(run), None))
summed_with_both_ends = sum_check("e.both", "mixed", lambda run: slice(None))


# The "predict" question.


@observe(Episode("predict", seconds=1, from_reset=True), program="experiment.py")
def interpreters(run: Run) -> dict[str, str] | None:
    """What the cell prints with `%%board`, and what it shows here without it."""
    printed = [line.text for line in run.all_lines()]
    here = f"{sys.implementation.name} {sys.platform}"
    return {"computer": here, "board": printed[0]} if printed else None
