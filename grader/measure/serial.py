"""Records in the serial output: lines of one form, with their fields and times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import OutputLine, Run
from grader.lab.units import Text
from grader.measure.times import Times, inside_of


@dataclass(frozen=True)
class SerialRecords:
    """The lines that match a pattern, in order. The named groups of the pattern are the fields."""

    at_ns: Times
    """When the line break of each line was sent, since t = 0."""
    matches: tuple[re.Match[str], ...]

    def __len__(self) -> int:
        return len(self.matches)

    def texts(self, field: str) -> list[Text]:
        """A field as it was printed; "" where an optional field is missing."""
        pairs = zip(self.matches, self.at_ns.tolist(), strict=True)
        return [Text(match[field] or "", at_ns) for match, at_ns in pairs]

    def numbers(self, field: str) -> NDArray[np.float64]:
        """A field as numbers; nan where it is empty or not a number for Python."""
        return np.array([_number(match[field]) for match in self.matches], np.float64)

    def between(self, from_ns: int, to_ns: int) -> "SerialRecords":
        """The records from `from_ns` on, up to but not including `to_ns`."""
        chosen = inside_of(self.at_ns, from_ns, to_ns)
        return SerialRecords(self.at_ns[chosen], self.matches[chosen])


def records(run: Run, pattern: str, lines: Sequence[OutputLine] | None = None) -> SerialRecords:
    """Of the lines after READY, or of `lines`, those that match the pattern from begin to end.

    `\\d` and the like match ASCII only: digits of another script do not match.
    """
    wanted = re.compile(pattern, re.ASCII)
    searched = run.lines() if lines is None else lines
    found = [(line.at_ns, match) for line in searched if (match := wanted.fullmatch(line.text))]
    times = np.array([t for t, _ in found], np.int64)
    return SerialRecords(times, tuple(match for _, match in found))


def other_lines(run: Run, *patterns: str) -> list[OutputLine]:
    """The lines after READY that match none of these patterns."""
    known = [re.compile(pattern, re.ASCII) for pattern in patterns]
    return [line for line in run.lines() if not any(one.fullmatch(line.text) for one in known)]


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
