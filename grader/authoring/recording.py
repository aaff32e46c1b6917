"""Recordings of a lab's reference on seeds that everybody can have: what `cheats` replays.

A recording has the lines and the pin levels of one episode, from the READY line to the end or to
the first reset. Its times are microseconds since that line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from grader.lab.lab import Lab, LabBoard
from grader.lab.run import Run
from grader.lab.units import NS_PER_US
from grader.score.run_episodes import run_episode
from hardware.bench.protocol import frames

PRACTICE_SEEDS = (0, 1, 2, 3)
"""The public seed, and seeds that practice may draw."""

SIGNS = """\
import hashlib, os, random, time
from machine import unique_id

def file_sign(own):
    total = hashlib.sha256()
    for name in sorted(os.listdir()):
        if name not in own:
            with open(name, "rb") as file:
                total.update(name.encode() + file.read())
    return total.digest().hex()

def signs(own):
    return {"time": str(time.ticks_ms() // 100), "uid": unique_id().hex(),
            "random": str(random.getrandbits(24)), "files": file_sign(own)}
"""
"""A program's functions that say by what it can tell one run from another."""
SIGN_NAMES = ("time", "uid", "random", "files")


class TapeEvent(NamedTuple):
    """Something that the board did: `print` a line, or give a pin a `level` or a `pwm` (frequency
    and duty). A negative time is the state at the READY line."""

    t_us: int
    kind: str
    gpio: int
    what: str


@dataclass(frozen=True)
class Recording:
    """The reference in one episode of a seed."""

    seed: int
    episode: str
    signs: Mapping[str, str]
    """What a program could see before READY: the time, the chip's id, a random number, files."""
    events: tuple[TapeEvent, ...]
    outputs: frozenset[str]
    """The roles that the reference drove and never read."""

    @property
    def lines(self) -> list[str]:
        """The lines after READY."""
        return [event.what for event in self.events if event.kind == "print"]


def record(lab: Lab, board: LabBoard) -> list[Recording]:
    """Record the reference on the seeds of practice, episode by episode. Raises: what
    `run_episode` raises."""
    show = 'print("SIGNS", *["%s=%s" % one for one in signs(("main.py",)).items()])\n'
    reference = (lab.folder / "reference.py").read_bytes()
    program = {"main.py": SIGNS.encode() + show.encode() + reference}
    return [
        _recording(run_episode(lab, board, program, episode, seed), seed)
        for seed in PRACTICE_SEEDS
        for episode in lab.scenario(seed, board.type)
    ]


def _recording(run: Run, seed: int) -> Recording:
    words = next((one.text.split() for one in run.all_lines() if one.text[:6] == "SIGNS "), [])
    modes = {role: {at.mode for at in run.modes(role)} for role in run.pins}
    driven = {role for role in run.pins if modes[role] == {frames.MODE_OUT}}
    outputs = driven | {role for role in run.pins if run.trace.pwm(run.pins[role])}
    until_ns = next((t for t in run.trace.boots() if t > run.zero_ns), run.end_ns) - run.zero_ns
    found = chain(_prints(run, until_ns), *(_levels(run, role, until_ns) for role in run.pins))
    return Recording(
        seed=seed,
        episode=run.episode.name,
        signs=dict(word.split("=", 1) for word in words[1:]),
        events=tuple(sorted(found)),
        outputs=frozenset(outputs),
    )


def _prints(run: Run, until_ns: int) -> Iterator[TapeEvent]:
    for line in run.lines():
        if line.at_ns < until_ns:
            yield TapeEvent(max(line.at_ns // NS_PER_US, 0), "print", 0, line.text)


def _levels(run: Run, role: str, until_ns: int) -> Iterator[TapeEvent]:
    """What one pin did; the pulses of a PWM are its settings."""
    gpio = run.pins[role]
    settings = [(p.t_ns - run.zero_ns, f"{p.freq_hz} {p.duty_u16}") for p in run.trace.pwm(gpio)]
    if settings:
        before = [one for one in settings if one[0] <= 0][-1:]
        for t_ns, what in before + [one for one in settings if 0 < one[0] < until_ns]:
            yield TapeEvent(t_ns // NS_PER_US if t_ns > 0 else -1, "pwm", gpio, what)
        return
    signal = run.signal(role)
    yield TapeEvent(-1, "level", gpio, str(int(signal.at(0))))
    for t_ns, level in zip(signal.t_ns[1:].tolist(), signal.level[1:].tolist(), strict=True):
        if t_ns < until_ns:
            yield TapeEvent(t_ns // NS_PER_US, "level", gpio, str(int(level)))
