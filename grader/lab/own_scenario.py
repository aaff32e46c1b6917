"""The scenario that a trainee writes, and the programs on which it is played.

An item asks for a test of a specification: steps and expectations, as in
docs/reference/scenarios.md. Its points say how many wrong programs the scenario finds, when it
finds fault with no right one. The right programs are the lab's reference and the files in
`right/`; the wrong ones are the files in `wrong/`, which trainees get, and mutants that the checks
name. In a trainee's own copy of the lab the reference, `right/` and the mutants are missing: there
the trainee's program is the right one.

A trust boundary: the text is the submission's. Only steps that touch no file are played. Serial
input has no control characters: Ctrl-C would give the prompt, from which the program can be read.
A pattern is plain text with digits, so a search is fast. A run is short. The programs are ours,
and must not end, as the prompt would follow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from grader.lab.cells import PROGRAM
from grader.lab.replacements import SUFFIX, replaced_text
from grader.lab.units import Percent
from hardware.bench import diagram
from hardware.bench.board.end_reason import why
from hardware.bench.protocol import frames
from hardware.bench.scenario.commands.chip_output import ExpectChipOutput
from hardware.bench.scenario.commands.display import TakeScreenshot
from hardware.bench.scenario.commands.serial import WriteSerial
from hardware.bench.scenario.scenario import Scenario, ScenarioStep, parse
from hardware.errors import BenchError, ScenarioError
from hardware.headless import run_program
from hardware.i18n import _

FILE = "%%scenario"
"""How messages name the text."""
RIGHT, WRONG = "right", "wrong"
"""Folders of a lab: other right programs, and the wrong ones that trainees get."""
LONGEST, MOST_STEPS, SECONDS = 20_000, 200, 60.0
"""The characters and steps of a scenario, and the virtual time of a run."""
MOST_REPEATS = 2
"""The `\\d+` and the like in a pattern."""
_PATTERN = re.compile(
    r"(?:\\d(?:\+|\{\d{1,2}(?:,\d{1,2})?\})?|\\[rn.()\[\]{}*+?|^$\\/-]|[^\\.()\[\]{}*+?^$])*"
)
"""What a pattern may have: `\\d`, `\\d+`, `\\d{1,3}`, signs behind a backslash, other characters,
and `|` between two texts."""
_REPEAT = re.compile(r"\\d[+{]")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
MACHINE = (frames.END_WALL, frames.END_CPU, frames.END_KILLED, frames.END_CRASH)
"""The ends of a board that are not the program's doing, as the programs are ours."""


@dataclass(frozen=True)
class OwnScenario:
    """The scenario of a submission on one board of a lab."""

    text: str | None = None
    """None: the submission has none."""
    folder: Path = Path()
    """The lab's folder."""
    diagram: Path = Path()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The given files on the board."""
    program: Mapping[str, bytes] = field(default_factory=dict)
    """The submission's own program."""

    @cached_property
    def fault(self) -> str:
        """Why the scenario cannot be played, with its line; "" if it can."""
        if self.text is None:
            return ""
        if len(self.text) > LONGEST:
            return _("{file}: more than {most} characters").format(file=FILE, most=LONGEST)
        try:
            return _refused(_parsed(self.text))
        except ScenarioError as error:
            return f"{error}. {error.cure}".removesuffix(" ")

    @property
    def is_playable(self) -> bool:
        """Whether there is a scenario, and it can be played."""
        return self.text is not None and not self.fault

    @cached_property
    def blamed(self) -> list[str]:
        """What the scenario finds wrong with right programs: the message of the first step that
        failed on each."""
        return [found for program in self._right() if (found := self._failure(program))]

    def caught(self, *mutants: str) -> Percent:
        """The share of the wrong programs on which a step fails: all in `wrong/`, and these
        mutants."""
        programs = [*self._wrong(), *self._mutants(mutants)]
        found = [bool(self._failure(program)) for program in programs]
        return Percent(100 * sum(found) / len(found))

    def why(self) -> str:
        """The key of what is wrong, with its detail: no scenario, one that cannot be played, or
        one that finds fault with a right program. "" if none of these."""
        if self.text is None or "- " not in self.text:
            return "no_scenario"
        if self.fault:
            return f"bad_scenario {self.fault}"
        return f"blames_right {self.blamed[0]}" if self.blamed else ""

    def _right(self) -> Iterator[bytes]:
        reference = self.folder / "reference.py"
        if not reference.is_file():
            yield self.program.get(PROGRAM, b"")
            return
        yield reference.read_bytes()
        for file in sorted((self.folder / RIGHT).glob("*.py")):
            yield file.read_bytes()

    def _wrong(self) -> Iterator[bytes]:
        for file in sorted((self.folder / WRONG).glob("*.py")):
            yield file.read_bytes()

    def _mutants(self, names: Sequence[str]) -> Iterator[bytes]:
        folder, reference = self.folder / "mutants", self.folder / "reference.py"
        if not folder.is_dir():
            return
        for name in names:
            file = folder / f"{name}{SUFFIX}"
            is_copy = not file.is_file()
            yield (
                (folder / f"{name}.py").read_bytes()
                if is_copy
                else replaced_text(file, reference).encode()
            )

    def _failure(self, program: bytes) -> str:
        files = {**self.files, PROGRAM: program}
        return _first_failure(self.text or "", self.diagram, tuple(sorted(files.items())))


@lru_cache(maxsize=256)
def _first_failure(text: str, file: Path, files: tuple[tuple[str, bytes], ...]) -> str:
    """The message of the first step that fails; "" if none does. The same for all seeds, and so
    it is played once."""
    outcome = run_program(dict(files), diagram.load(file), scenario=_parsed(text), seconds=SECONDS)
    end = outcome.trace.ended()
    if end is not None and end.cause in MACHINE:
        cure = _("Grade again when fewer programs run on this machine.")
        raise BenchError(
            _("a board ended while a scenario was played: {why}").format(why=why(end)), cure
        )
    return next((done.message for done in outcome.steps if done.failure), "")


@lru_cache(maxsize=16)
def _parsed(text: str) -> Scenario:
    # The line break replaces the cell's magic line: line numbers are those of the cell.
    return parse("\n" + text, FILE)


def _refused(scenario: Scenario) -> str:
    """Why a scenario of a submission is not played."""
    if len(scenario.steps) > MOST_STEPS:
        return _("{file}: more than {most} steps").format(file=FILE, most=MOST_STEPS)
    for step in scenario.steps:
        if isinstance(step.command, TakeScreenshot | ExpectChipOutput):
            what = _("{place}: the step {key} is not played when a scenario is graded")
            return what.format(place=_place(step), key=step.command.KEY)
        if isinstance(step.command, WriteSerial) and _CONTROL.search(step.command.data):
            what = _("{place}: control characters are not sent when a scenario is graded")
            return what.format(place=_place(step))
        for pattern in _patterns(step.command):
            if not _PATTERN.fullmatch(pattern) or len(_REPEAT.findall(pattern)) > MOST_REPEATS:
                what = _(
                    "{place}: the pattern {pattern!r} is not searched: write text, \\d for a"
                    " digit, \\d+ at most twice, | between two texts, and other signs behind a"
                    " backslash"
                )
                return what.format(place=_place(step), pattern=pattern)
    return ""


def _place(step: ScenarioStep) -> str:
    return f"{FILE}:{step.line}"


def _patterns(value: object) -> Iterator[str]:
    """All patterns in a command and in what it is made of."""
    match value:
        case re.Pattern(pattern=pattern):
            yield pattern if isinstance(pattern, str) else pattern.decode(errors="replace")
        case _ if is_dataclass(value):
            for each in fields(value):
                yield from _patterns(getattr(value, each.name))
