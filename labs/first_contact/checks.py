"""L01: the board starts, prints its id, and answers on its serial line.

Every seed has another id. A reply may come at any time before the episode ends: its text and its
order count.
"""

import random
import re
from collections.abc import Sequence

from grader import (
    AtMost,
    BoardType,
    Episode,
    Exactly,
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
    seconds,
    serial,
    shortened,
)
from grader.measure.pins import driven, other_pin, setups

PINGS, SUMS = 7, 5
LF, CRLF = b"\n", b"\r\n"
PICO_PREFIX = "e661"
EMPTY_LINE = {"IndexError": "crlf_empty"}
REPLY = re.compile(r"(?!>>> )\W*(pong|sum) (-?[0-9]{1,12})\s*")
"""A reply, perhaps after a prompt such as `> `; after `>>>` it is only an echo."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Two resets with an id that differs for each seed; then seven pings and five sums."""
    rng = random.Random(seed)
    name = f"{id_of(board, chip_id(seed, 'boot'))} {board.family}"
    resets = [ms(rng.uniform(2500, 4000)), ms(rng.uniform(6500, 8000))]
    pings = [rng.randrange(1_000_000) for _ in range(PINGS)]
    sums = hidden_sums(rng)
    steps, times = talk(rng, pings, sums)
    return [
        Episode(
            "boot",
            seconds=11,
            steps=[step for at in resets for step in hard_reset(at=at)],
            data={"resets": resets, "who": name},
        ),
        Episode(
            "talk",
            seconds=times[-1] / 1000 + 3,
            steps=steps,
            data={"pings": pings, "sums": sums, "times": times},
        ),
    ]


def id_of(board: BoardType, chip: str) -> str:
    """`unique_id()` in hexadecimal. On a Pico it is the id of the flash chip, with two more
    bytes."""
    return chip if board.family == "esp32" else PICO_PREFIX + chip


def hidden_sums(rng: random.Random) -> list[list[int]]:
    """Five sums of 1 to 6 numbers; at least three have a negative number."""
    counts = [1, 6, *(rng.randrange(2, 6) for _ in range(SUMS - 2))]
    rng.shuffle(counts)
    while True:
        sums = [[rng.randrange(-999, 1000) for _ in range(count)] for count in counts]
        if sum(min(words) < 0 for words in sums) >= 3:
            return sums


def talk(
    rng: random.Random, pings: Sequence[int], sums: Sequence[Sequence[int]]
) -> tuple[list[Step], list[Millis]]:
    """The commands with their line ends and times, and the time after the last one."""
    texts = [f"ping {n}" for n in pings]
    texts += ["sum " + " ".join(map(str, words)) for words in sums]
    ends = line_ends(rng, PINGS) + line_ends(rng, SUMS)
    times = [ms(500)]
    steps: list[Step] = []
    for text, end in zip(texts, ends, strict=True):
        steps += serial(text.encode() + end, at=times[-1])
        times.append(ms(times[-1] + rng.uniform(150, 500)))
    return steps, times


def line_ends(rng: random.Random, count: int) -> list[bytes]:
    """Line ends LF and CR LF; both are among the first three."""
    ends = [LF, CRLF, rng.choice([LF, CRLF])]
    rng.shuffle(ends)
    return ends + rng.choices([LF, CRLF], k=count - 3)


# boot: every reset is a boot of its own.


def windows(run: Run) -> list[tuple[int, int]]:
    """Each boot, from its reset to the next one, in ns since t = 0."""
    starts = [-run.zero_ns, *(at.ns for at in run.data["resets"])]
    return list(zip(starts, [*starts[1:], run.end_ns - run.zero_ns], strict=True))


def ready_times(run: Run) -> list[list[int]]:
    """When READY was printed in each boot, perhaps after a prompt that was there at the reset."""
    printed = [line.at_ns for line in run.all_lines() if line.text.endswith("READY L01")]
    return [[t for t in printed if start <= t < end] for start, end in windows(run)]


@check("a", points=3, expect=AtMost(seconds(2)), on_miss="late_ready")
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
    """The text after `ID` in each such line."""
    lines = run.all_lines()
    return [Text(line.text[3:], line.at_ns) for line in lines if line.text.startswith("ID ")]


def why_id(run: Run) -> str:
    """Only upper and lower case differ, or it is the id of another board."""
    found = ids(run)
    if not found:
        return "no_id"
    if found == who_in_capitals(run):
        return "hex_case"
    looks_right = [re.fullmatch(r"[0-9a-fA-F]{12,16} (esp32|rp2)", text) for text in found]
    return "other_id" if all(looks_right) else ""


@check(
    "b",
    points=3,
    expect=Exactly(who),
    partial={Exactly(who_in_capitals): 2},
    on_miss="no_id",
    why=why_id,
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


@check("c", points=3, expect=Never("LED_G off"), on_miss="active_low", why=why_dark)
def dark_moments(run: Run) -> list[Moment]:
    """When LED_G was off between a READY and the next reset."""
    led = run.signal("LED_G", boot=True)
    dark: list[int] = []
    for times, (start, end) in zip(ready_times(run), windows(run), strict=True):
        ready = times[0] if times else start
        dark += [] if led.at(ready) else [ready]
        dark += [int(t) for t in led.falls_ns() if ready < t < end]
    return [moment_of_ns(t) for t in dark]


# talk: what is on the wire after the ID line.


def answers(run: Run) -> list[OutputLine]:
    """The lines after the ID line (after READY when there is none)."""
    lines = run.lines()
    first = next((i for i, line in enumerate(lines) if line.text.startswith("ID ")), -1)
    return lines[first + 1 :]


def replies(run: Run, kind: str) -> list[Quantity]:
    """The numbers of all replies of a kind."""
    found = ((line.at_ns, REPLY.fullmatch(line.text)) for line in answers(run))
    return [Quantity(int(m[2]), at_ns) for at_ns, m in found if m and m[1] == kind]


def pongs(run: Run) -> list[Quantity]:
    """The number of each ping plus one, at the time of the ping."""
    pairs = zip(run.data["pings"], run.data["times"], strict=False)
    return [Quantity(n + 1, at.ns) for n, at in pairs]


def totals(run: Run) -> list[Quantity]:
    """The total of each sum, at the time of the sum."""
    pairs = zip(run.data["sums"], run.data["times"][PINGS:], strict=False)
    return [Quantity(sum(words), at.ns) for words, at in pairs]


def why_silent(run: Run) -> str:
    """The board echoes commands."""
    alive_ns = min(run.main_ends_ns(), default=run.end_ns - run.zero_ns)
    echoes = any("ping " in line.text for line in run.lines() if line.at_ns < alive_ns)
    return "input_echo" if echoes else ""


def why_pong(run: Run) -> str:
    """It answers with the number itself, or something made the board silent."""
    return "pong_same" if replies(run, "pong") == run.data["pings"] else why_silent(run)


@check(
    "d.replies",
    points=3,
    episode="talk",
    expect=Exactly(pongs),
    on_miss="no_reply",
    why=why_pong,
    errors=EMPTY_LINE,
)
def pinged(run: Run) -> list[Quantity]:
    """The numbers behind `pong`, in order."""
    return replies(run, "pong")


@check(
    "d.clean",
    points=2,
    episode="talk",
    expect=Never("other text"),
    on_miss="extra_text",
    after="d.replies",
)
def other_text(run: Run) -> list[Text]:
    """Lines after the ID line that are no reply, or that have a prompt."""
    return [
        Text(shortened(line.text), line.at_ns)
        for line in answers(run)
        if not re.fullmatch(r"(pong|sum) -?[0-9]+", line.text)
    ]


def why_sum(run: Run) -> str:
    """It ignores negative numbers, or something made the board silent."""
    unsigned = [sum(n for n in words if n >= 0) for words in run.data["sums"]]
    return "sign_lost" if replies(run, "sum") == unsigned else why_silent(run)


@check(
    "e",
    points=4,
    episode="talk",
    expect=Exactly(totals),
    on_miss="no_reply",
    why=why_sum,
    errors=EMPTY_LINE,
)
def summed(run: Run) -> list[Quantity]:
    """The numbers behind `sum`, in order."""
    return replies(run, "sum")
