"""Module checks: one lab of a module again, with new hidden seeds, in 30 minutes and with one
submission.

A check is the assignment `check-<lab>`. The instructor's file `checks.csv` in the course's built
folder says when a check was opened for whom. The time of a submission is that of the exchange.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from grader.archive.store import Store, StoreError
from grader.errors import CourseError, SubmissionError
from grader.lab.course import Course
from grader.nbgrader import config, folders
from grader.spreadsheet import csv_text, guarded, read_sheet, unguarded
from hardware.atomic_file import write_atomically
from hardware.i18n import _

PREFIX = "check-"
LENGTH = timedelta(minutes=30)
_FILE = "checks.csv"


@dataclass(frozen=True)
class Opening:
    """A check that was opened for a trainee."""

    trainee: str
    module: int
    """Counted from 1."""
    lab: str
    opened: datetime
    """UTC, without a zone."""

    @property
    def assignment(self) -> str:
        """What the trainee hands in."""
        return PREFIX + self.lab

    @property
    def end(self) -> datetime:
        """Until when a submission counts (UTC)."""
        return self.opened + LENGTH


def read_openings(root: Path) -> list[Opening]:
    """All checks that were opened. Raises: CourseError."""
    file = root / _FILE
    found = []
    for line, cells in read_sheet(file).rows[1:] if file.is_file() else ():
        try:
            trainee, module, lab, opened = map(unguarded, cells)
            found.append(Opening(trainee, int(module), lab, folders.time_of(f"{opened} UTC")))
        except (ValueError, CourseError) as error:
            raise CourseError(
                _("{file}, line {line}").format(file=file, line=line) + f": {cells}",
                _("write it as {example}").format(example="amina,2,voltmeter,2026-01-15 10:00:00"),
            ) from error
    return found


def write_openings(root: Path, openings: Sequence[Opening]) -> None:
    """Write the file."""
    rows = [[guarded(str(value)) for value in astuple(one)] for one in openings]
    write_atomically(root / _FILE, csv_text([field.name for field in fields(Opening)], rows))


class CheckRules:
    """Which submissions for an assignment count: those of a check come in time, and once."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._is_check = assignment.startswith(PREFIX)
        self._assignment, self._lab = assignment, assignment.removeprefix(PREFIX)
        self._store = Store(course.store)
        if self._is_check:
            found = (one for one in read_openings(course.root) if one.lab == self._lab)
            self._openings = {one.trainee: one for one in found}
            settings = config.load(course.root)
            name = str(settings.CourseDirectory.course_id)
            self._inbound = Path(settings.Exchange.root) / name / "inbound"

    def refusal(self, student: str, folder: Path) -> str:
        """Why the submission in that folder does not count; "" when it does."""
        if not self._is_check:
            return ""
        if (opening := self._openings.get(student)) is None:
            return _("no check of this lab was opened for {student}").format(student=student)
        try:
            time = folders.timestamp_of(folder)
        except SubmissionError:  # grading reports it
            return ""
        if time is None:
            return _("without a time stamp a submission for a check does not count")
        if not opening.opened <= time <= opening.end:
            text = _("handed in at {time} UTC, and the check was open from {opened} to {end}")
            return text.format(time=time, opened=opening.opened, end=opening.end)
        return self._sent_before(opening, folder, time) or self._graded_before(
            opening, folder, time
        )

    def _sent_before(self, opening: Opening, folder: Path, time: datetime) -> str:
        """Why it is not the first submission in the exchange; "" when it is."""
        prefix = f"{opening.trainee}+{self._assignment}+"
        sent = {}
        for place in self._inbound.glob(f"{escape(prefix)}*"):
            with suppress(CourseError):  # everybody can make folders there, with any name
                sent[folders.time_of(place.name.removeprefix(prefix).partition("+")[0])] = place
        earlier = [other for other in sent if opening.opened <= other < time]
        if not earlier:
            return ""
        text = _("only the first submission counts: put {first} into {folder}")
        return text.format(first=sent[min(earlier)], folder=folder)

    def _graded_before(self, opening: Opening, folder: Path, time: datetime) -> str:
        """Why another submission counts, which was graded; "" when none was."""
        lab, student = self._lab, opening.trainee
        for number in range(1, self._store.tries(lab, student, self._assignment) + 1):
            record = None
            with suppress(StoreError):  # a damaged record decides nothing
                record = self._store.record(lab, student, number, self._assignment)
            handed_in = record.handed_in if record else None
            if record is None or handed_in is None or handed_in < opening.opened:
                continue  # of a check that was opened earlier
            if handed_in != time or _is_other(folder / f"{lab}.ipynb", record.submission):
                text = _("only the first submission counts, that of {time} UTC")
                return text.format(time=record.timestamp)
            return ""
        return ""


def _is_other(file: Path, submission: str) -> bool:
    """Whether the file is there and is not the submission with that hash."""
    if not file.is_file() or file.is_symlink():
        return False
    try:
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() != submission
    except OSError:  # grading reports it
        return False
