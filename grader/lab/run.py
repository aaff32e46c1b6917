"""What a check sees of one episode: its trace, with times since t = 0 and pins by their role."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from grader.host.host_functions import HostFunctions
from grader.lab.episode import Episode, Serial
from grader.lab.own_scenario import OwnScenario
from grader.lab.signal import Signal
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End, ModeAt, Trace

LONGEST_LINE = 4000
"""Characters of a line that checks see; the rest is cut off. `int()` refuses 4300 digits."""
LONGEST_TRACEBACK = 60
"""Lines of a traceback that are read; a recursion prints many more."""
PROMPT = ">>> "
PROMPT_FRAME = 'File "<stdin>"'
"""Where a command that was typed at the prompt failed. It is no line of the program."""
_RAISED = re.compile(
    "(Assertion|Attribute|Import|Index|Key|Memory|Name|NotImplemented|OS|Overflow|Runtime|Syntax|Type"
    "|Value|ZeroDivision)Error: "
)
MOST_CALLS = 200_000
"""Transfers on a bus that checks see. A program that never pauses makes a million."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A line of serial output: its text, and when its line break was sent (ns since t = 0)."""

    at_ns: int
    text: str


@dataclass(frozen=True)
class FileSnapshot:
    """A file on the board's flash at a time (ns since t = 0). `data` is None when the file was not
    there, or when the program had damaged the file system."""

    at_ns: int
    name: str
    data: bytes | None


@dataclass(frozen=True)
class Run:
    """What happened in one episode. t = 0 is the end of the READY line (see `Episode`)."""

    episode: Episode
    trace: Trace
    pins: Mapping[str, int]
    """Role (LED_G) to GPIO number, as in the lab's pins.py."""
    ready_ns: int | None
    """When the READY line was complete, in the trace's time; None: it did not come in time."""
    zero_ns: int
    end_ns: int
    """The end of the window, in the trace's time."""
    host: HostFunctions = field(default_factory=HostFunctions, repr=False)
    """Calls the submission's host functions, while the run is judged."""
    program: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files that the trainee handed in for the board, by name."""
    files: Sequence[FileSnapshot] = ()
    """What the episode's `read_file` steps read, in the order of time."""
    waits: bool = False
    """Whether the board waited without a time limit when the episode ended, as `readline()` does,
    or the prompt."""
    scenario: OwnScenario = field(default_factory=OwnScenario, repr=False)
    """The scenario that the submission has for the lab."""
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the scenario stored for the checks."""
        return self.episode.data

    def signal(self, role: str, *, boot: bool = False) -> Signal:
        """The level of a pin from t = 0 to the end. With `boot` it begins at power-on, at a
        negative time."""
        whole = self.once(("signal", role), lambda: self._signal(role))
        return whole if boot else self.once(("since 0", role), lambda: whole.since(0))

    def _signal(self, role: str) -> Signal:
        end_ns = self.end_ns - self.zero_ns
        edges, driving = self.trace.edges(self.pins[role]), self.trace.driving(self.pins[role])
        driven = Signal(driving.t_ns - self.zero_ns, driving.level, end_ns)
        return Signal(edges.t_ns - self.zero_ns, edges.level, end_ns, role, driven)

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, which runs only the first time that a key is used. Many checks
        need the same measurement, and a program without a sleep makes it expensive."""
        if key not in self._cache:
            self._cache[key] = work()
        result: T = self._cache[key]
        return result

    def modes(self, role: str) -> list[ModeAt]:
        """Every mode that a pin was set to, with times in ns since power-on."""
        return self.trace.modes(self.pins[role])

    def lines(self) -> list[OutputLine]:
        """The lines after READY."""
        if self.ready_ns is None:
            return []
        ready_ns = self.ready_ns
        return self.once("lines", lambda: self._lines(ready_ns))

    def all_lines(self) -> list[OutputLine]:
        """All lines since power-on (times before t = 0 are negative)."""
        return self.once("all lines", lambda: self._lines(-1))

    def _lines(self, after_ns: int) -> list[OutputLine]:
        """The lines that ended after a time of the trace.

        When main.py ends, the prompt comes, and the next line of a callback stands behind it: it
        is read without the prompt. In an episode that sends text the board may have echoed it.
        """
        found = list(lines_after(self.trace, self.zero_ns, after_ns))
        ends_ns = self.main_ends_ns()
        if not ends_ns or any(isinstance(step, Serial) for step in self.episode.steps):
            return found
        return [
            replace(line, text=line.text.removeprefix(PROMPT)) if line.at_ns > ends_ns[0] else line
            for line in found
        ]

    def matches(self, pattern: str) -> list[re.Match[str]]:
        """The lines after READY that match the pattern as a whole."""
        found = (re.fullmatch(pattern, line.text) for line in self.lines())
        return [match for match in found if match]

    def tracebacks(self) -> list[OutputLine]:
        """The uncaught exceptions of the program, since power-on."""
        return [OutputLine(f.t_ns - self.zero_ns, f.text) for f in self.trace.exceptions()]

    def printed_tracebacks(self) -> list[OutputLine]:
        """The tracebacks in the output, since power-on: those of callbacks too, after which the
        program goes on. Any program can print such lines, so they decide texts and no points."""
        return self.once("printed tracebacks", lambda: list(_tracebacks(self.all_lines())))

    def raised(self, *names: str) -> bool:
        """Whether an exception with one of these names ended the program, or was printed."""
        found = [*self.tracebacks(), *self.printed_tracebacks()]
        last = [one.text.strip().rpartition("\n")[2].partition(":")[0] for one in found]
        return any(name in names for name in last)

    def main_ends_ns(self) -> list[int]:
        """When main.py ended, once for each boot in which it did (ns since t = 0)."""
        states = self.trace.states()
        return [s.t_ns - self.zero_ns for s in states if s.state == frames.STATE_MAIN_END]

    def early_end(self) -> End | None:
        """Why the board ended before the episode did; None when it did not."""
        end = self.trace.ended()
        return None if end is None or end.cause == frames.END_OFF else end


def _tracebacks(lines: Sequence[OutputLine]) -> Iterator[OutputLine]:
    """Each traceback of a file as one text, at the time of its last line, which is not
    indented."""
    parts: list[str] = []
    for line in lines:
        if line.text.startswith(("Traceback (most recent call last)", "Uncaught exception in")):
            parts = [line.text]  # a hard interrupt has no memory for the traceback itself
        elif parts and len(parts) < LONGEST_TRACEBACK:
            parts.append(line.text)
            if not line.text.startswith(" "):
                if PROMPT_FRAME not in parts[1]:
                    yield OutputLine(line.at_ns, "\n".join(parts))
                parts = []
        elif _RAISED.match(line.text):  # a callback that could not be called has no traceback
            yield line


def once(measure: Callable[[Run], T]) -> Callable[[Run], T]:
    """A decorator: a function of a run computes its result once, and all checks share it. No check
    may change the result."""

    @wraps(measure)
    def cached(run: Run) -> T:
        return run.once(measure, lambda: measure(run))

    return cached


def lines_after(trace: Trace, zero_ns: int, after_ns: int) -> Iterator[OutputLine]:
    """The complete lines that ended after a time of the trace. A reset drops a partial line."""
    log = trace.serial()
    boots = [*trace.boots(), trace.end_ns + 1]
    for boot_ns, next_ns in pairwise(boots):
        first, last = np.searchsorted(log.t_ns, (boot_ns, next_ns))
        ended = first
        for line in log.data[first:last].split(b"\n")[:-1]:
            ended += len(line) + 1
            t_ns = int(log.t_ns[ended - 1])
            if t_ns > after_ns:
                text = line.removesuffix(b"\r").decode(errors="replace")[:LONGEST_LINE]
                yield OutputLine(t_ns - zero_ns, text)
