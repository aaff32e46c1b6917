"""Records in the serial output: lines of one form, with their fields and times."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.line_form import LineForm
from grader.lab.run import OutputLine, Run
from grader.lab.units import Text
from grader.measure.times import Times, inside_of


@dataclass(frozen=True)
class SerialRecords:
    """The lines of one form, in order, with their fields."""

    at_ns: Times
    """When the line break of each line was sent, since t = 0."""
    fields: tuple[Mapping[str, str], ...]
    """The fields of each line by name; "" where one is missing."""
    lines: tuple[Text, ...]
    """The lines as they were printed."""

    def __len__(self) -> int:
        return len(self.fields)

    def texts(self, field: str) -> list[Text]:
        """A field as it was printed; "" where an optional field is missing."""
        pairs = zip(self.fields, self.at_ns.tolist(), strict=True)
        return [Text(each[field], at_ns) for each, at_ns in pairs]

    def numbers(self, field: str) -> NDArray[np.float64]:
        """A field as numbers; nan where it is empty or not a number for Python."""
        return np.array([_number(each[field]) for each in self.fields], np.float64)

    def between(self, from_ns: int, to_ns: int) -> "SerialRecords":
        """The records from `from_ns` on, up to but not including `to_ns`."""
        chosen = inside_of(self.at_ns, from_ns, to_ns)
        return SerialRecords(self.at_ns[chosen], self.fields[chosen], self.lines[chosen])


def records(run: Run, pattern: str, lines: Sequence[OutputLine] | None = None) -> SerialRecords:
    """Of the lines after READY, or of `lines`, those that match the pattern as a whole. The
    named groups of the pattern are the fields.

    `\\d` and the like match ASCII only: digits of another script do not match.
    """
    wanted = re.compile(pattern, re.ASCII)
    searched = run.lines() if lines is None else lines
    return _records(
        (line, match.groupdict("")) for line in searched if (match := wanted.fullmatch(line.text))
    )


def read_lines(
    run: Run, form: LineForm, lines: Sequence[OutputLine] | None = None
) -> SerialRecords:
    """Of the lines after READY, or of `lines`, those that a person can read in that form, also
    with slips of form. `HasForm` judges the form of these lines."""
    searched = run.lines() if lines is None else lines
    read = zip(searched, form.read_each(line.text for line in searched), strict=True)
    return _records((line, fields) for line, fields in read if fields is not None)


def _records(found: Iterable[tuple[OutputLine, Mapping[str, str]]]) -> SerialRecords:
    pairs = list(found)
    return SerialRecords(
        np.array([line.at_ns for line, _ in pairs], np.int64),
        tuple(fields for _, fields in pairs),
        tuple(Text(line.text, line.at_ns) for line, _ in pairs),
    )


def other_lines(run: Run, *patterns: str) -> list[OutputLine]:
    """The lines after READY that match none of these patterns."""
    known = [re.compile(pattern, re.ASCII) for pattern in patterns]
    return [line for line in run.lines() if not any(one.fullmatch(line.text) for one in known)]


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
