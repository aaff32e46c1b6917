"""One episode's trace, seen by a check: times count from READY, pins have their role's name."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from grader.host.host_functions import HostFunctions
from grader.lab.episode import Episode
from grader.lab.signal import Signal
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End, ModeAt, Trace

LONGEST_LINE = 4000
"""So many characters of a line are seen: `int()` refuses 4300 digits, and no lab says so much."""
MOST_CALLS = 200_000
"""So many transfers on a bus are looked at: a program that never pauses makes a million."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A line on the serial output: its text, and when its end was out (ns since t = 0)."""

    at_ns: int
    text: str


@dataclass(frozen=True)
class FileSnapshot:
    """A file on the board's flash as it was at a time (ns since t = 0); None: it was not there, or
    the program had broken the file system."""

    at_ns: int
    name: str
    data: bytes | None


@dataclass(frozen=True)
class Run:
    """What happened in one episode. t = 0 is the end of the line READY (see `Episode`)."""

    episode: Episode
    trace: Trace
    pins: Mapping[str, int]
    """Role (LED_G) to GPIO number, as in the lab's pins.py."""
    ready_ns: int | None
    """When READY was out, in the trace's time; None: it never came in time."""
    zero_ns: int
    end_ns: int
    """The end of the window, in the trace's time."""
    host: HostFunctions = field(default_factory=HostFunctions, repr=False)
    """Asks the submission's host functions, while the run is judged."""
    program: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What the trainee handed in for the board, by file name."""
    files: Sequence[FileSnapshot] = ()
    """What the episode's `read_file` steps saw, in the order of time."""
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the scenario noted for the checks."""
        return self.episode.data

    def signal(self, role: str, *, boot: bool = False) -> Signal:
        """The level of a pin from t = 0 to the end; with `boot` from power-on (negative times)."""
        whole = self.once(("signal", role), lambda: self._signal(role))
        return whole if boot else whole.since(0)

    def _signal(self, role: str) -> Signal:
        edges = self.trace.edges(self.pins[role])
        return Signal(edges.t_ns - self.zero_ns, edges.level, self.end_ns - self.zero_ns)

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What work on the trace gives, done once for all who ask by that key: checks ask again
        and again, and a program without a sleep leaves hundreds of thousands of things."""
        if key not in self._kept:
            self._kept[key] = work()
        kept: T = self._kept[key]
        return kept

    def modes(self, role: str) -> list[ModeAt]:
        """Every mode that a pin was set to; times in the trace's own ns, from power-on."""
        return self.trace.modes(self.pins[role])

    def lines(self) -> list[OutputLine]:
        """The lines after READY."""
        if self.ready_ns is None:
            return []
        ready_ns = self.ready_ns
        return self.once("lines", lambda: lines_after(self.trace, self.zero_ns, ready_ns))

    def all_lines(self) -> list[OutputLine]:
        """All lines since power-on (times before t = 0 are negative)."""
        return self.once("all lines", lambda: lines_after(self.trace, self.zero_ns, -1))

    def matches(self, pattern: str) -> list[re.Match[str]]:
        """The lines after READY that match all of the pattern."""
        found = (re.fullmatch(pattern, line.text) for line in self.lines())
        return [match for match in found if match]

    def tracebacks(self) -> list[OutputLine]:
        """The uncaught exceptions of the program, since power-on."""
        return [OutputLine(f.t_ns - self.zero_ns, f.text) for f in self.trace.exceptions()]

    def main_ends_ns(self) -> list[int]:
        """When main.py ended, once for each boot in which it did (ns since t = 0)."""
        states = self.trace.states()
        return [s.t_ns - self.zero_ns for s in states if s.state == frames.STATE_MAIN_END]

    def early_end(self) -> End | None:
        """Why the board ended before the episode did; None when it did not."""
        end = self.trace.ended()
        return None if end is None or end.cause == frames.END_OFF else end


def once(measure: Callable[[Run], T]) -> Callable[[Run], T]:
    """Let a function of a run work once for all checks that ask it (nobody may change what it
    gives)."""

    @wraps(measure)
    def kept(run: Run) -> T:
        return run.once(measure, lambda: measure(run))

    return kept


def lines_after(trace: Trace, zero_ns: int, after_ns: int) -> list[OutputLine]:
    """The whole lines that ended after a time of the trace; a reset ends a line that it cuts."""
    log = trace.serial()
    boots = [*trace.boots(), trace.end_ns + 1]
    found = []
    for boot_ns, next_ns in pairwise(boots):
        first, last = np.searchsorted(log.t_ns, (boot_ns, next_ns))
        ended = first
        for line in log.data[first:last].split(b"\n")[:-1]:
            ended += len(line) + 1
            t_ns = int(log.t_ns[ended - 1])
            if t_ns > after_ns:
                text = line.removesuffix(b"\r").decode(errors="replace")[:LONGEST_LINE]
                found.append(OutputLine(t_ns - zero_ns, text))
    return found
