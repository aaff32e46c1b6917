"""The content of a class page: the marks of all trainees for one lab, how often each misconception
occurs, and who needs help. Read from the gradebook, the store and the submitted folders."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.classrun.submission import Submission, read_submission
from grader.classrun.submission_folder import notebooks_in
from grader.disk import error_line
from grader.errors import NothingHandedIn, SubmissionError
from grader.lab.course import Course
from grader.lab.lab import Lab
from grader.nbgrader import config, folders
from grader.nbgrader.database import require_gradebook
from grader.nbgrader.module_checks import CheckRules
from grader.nbgrader.standings import Standing, standings
from grader.nbgrader.team_work import handed_in, teams_of
from grader.reports.feedback_data import (
    FeedbackData,
    FeedbackItem,
    feedback_data,
    points_without_record,
)
from hardware.i18n import _, in_both_languages

MANY_TRIES = 3
"""After this number of submissions without mastery, a trainee needs help."""


@dataclass(frozen=True)
class TraineeRow:
    """One trainee."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    feedback: FeedbackData | None = None
    """The marks; None: the gradebook has none."""
    not_graded: str = ""
    """Why the last submission is not graded, in both languages (`BilingualText`); empty when it
    is, or when there is none."""
    missing: bool = False
    """Other notebooks of the assignment were handed in, but not this lab: no points."""
    page: str = ""
    """The path of the feedback page, relative to the class page; empty: there is none."""

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def needs(self) -> tuple[str, ...]:
        """Why the instructor should look: `ungraded`, `missing`, `absent`, `second_look`,
        `late` (with a penalty), `waiting`, `below`, `tries`, `stuck`."""
        found = ["ungraded"] if self.not_graded else ["missing"] if self.missing else []
        if self.feedback is None:
            return tuple(found or ["absent"])
        if self.feedback.second_look:
            found.append("second_look")
        if self.feedback.penalty:
            found.append("late")
        if self.feedback.waiting:
            return (*found, "waiting")
        if self.feedback.mastered:
            return tuple(found)
        found.append("below")
        history = [points for _, points in self.feedback.history]
        if self.feedback.number >= MANY_TRIES:
            found.append("tries")
        if len(history) > 1 and history[-1] <= max(history[:-1]):
            found.append("stuck")
        return tuple(found)


@dataclass(frozen=True)
class MisconceptionCount:
    """One misconception in a class."""

    key: str
    texts: Mapping[str, str]
    items: tuple[str, ...]
    rows: tuple[TraineeRow, ...]
    """The trainees who have it, each once."""


@dataclass(frozen=True)
class ClassRegister:
    """A class and one lab."""

    course: Mapping[str, str]
    lab: str
    slug: str
    title: Mapping[str, str]
    items: Mapping[str, tuple[Mapping[str, str], float]]
    """Title and points of each graded cell."""
    rows: tuple[TraineeRow, ...]

    @property
    def graded(self) -> list[FeedbackData]:
        """The marks of all trainees who have one. While an item waits for a person there is no
        mark."""
        return [row.feedback for row in self.rows if row.feedback and not row.feedback.waiting]

    @property
    def waiting(self) -> int:
        """How many trainees wait for a person's points."""
        return sum(bool(row.feedback and row.feedback.waiting) for row in self.rows)

    @property
    def maximum(self) -> float:
        """The sum of the items' points."""
        return sum(points for _, points in self.items.values())

    @property
    def by_need(self) -> list[TraineeRow]:
        """The rows; the trainee who needs help most comes first."""
        return sorted(self.rows, key=_urgency)

    @property
    def median_and_mean(self) -> tuple[float, float] | None:
        """Median and mean of the totals; None when there are none."""
        totals = [feedback.total for feedback in self.graded]
        return (median(totals), mean(totals)) if totals else None

    def points_of(self, item: str) -> list[float]:
        """The points of all trainees who have some for an item. Other items of theirs may wait for
        a person."""
        return [
            entry.points
            for row in self.rows
            for entry in (row.feedback.entries if row.feedback else ())
            if entry.card.item == item and not entry.waits
        ]

    @property
    def misconceptions(self) -> list[MisconceptionCount]:
        """The misconceptions, the most frequent one first. The key `after` (another item comes
        first) is left out: it is no misconception."""
        found: dict[str, list[tuple[TraineeRow, FeedbackItem]]] = {}
        for row in self.rows:
            for entry in row.feedback.entries if row.feedback else ():
                if entry.card.key and entry.card.key != "after":
                    found.setdefault(entry.card.key, []).append((row, entry))
        counts = [_count(key, cases) for key, cases in found.items()]
        return sorted(counts, key=lambda count: (-len(count.rows), count.key))


def _count(key: str, cases: list[tuple[TraineeRow, FeedbackItem]]) -> MisconceptionCount:
    return MisconceptionCount(
        key=key,
        texts=cases[0][1].card.message,
        items=tuple(sorted({entry.card.item for _, entry in cases})),
        rows=tuple({row.student: row for row, _ in cases}.values()),
    )


def _urgency(row: TraineeRow) -> tuple[int, float, str]:
    """Smallest first: more reasons before fewer, fewer points before more, then by id."""
    total = row.feedback.total if row.feedback else -1.0
    return -len(row.needs), total, row.student


def register_of(course: Course, slug: str, assignment: str = "") -> ClassRegister:
    """Read the register of a whole class. `assignment` is named if its name is not the lab's.

    Raises: CourseError or StoreError when the lab has no release.
    """
    reader = _ClassReader(course, slug, assignment or slug)
    return ClassRegister(
        course=course.title,
        lab=reader.lab.id,
        slug=slug,
        title=reader.lab.title,
        items=reader.items(),
        rows=tuple(reader.row(student) for student in reader.students()),
    )


class _ClassReader:
    """Reads the rows of a register; what all rows need is read once."""

    def __init__(self, course: Course, slug: str, assignment: str) -> None:
        self.course, self.slug, self.assignment = course, slug, assignment
        self.coursedir: Any = config.coursedir(course.root)
        self.store = Store(course.store)
        self.lab = self.store.lab(self.store.released(slug))
        self.labs: dict[str, Lab] = {self.lab.digest: self.lab}
        require_gradebook(self.coursedir)
        self.standings = standings(self.coursedir.db_url, assignment, slug)
        self.rules = CheckRules(course, assignment)
        self.submitted = handed_in(course.root, assignment, teams_of(course, assignment))
        release = folders.step_folder(self.coursedir, "release", assignment)
        self.released: NotebookNode = nbformat.read(release / f"{slug}.ipynb", as_version=4)
        self.has_other_labs = len(folders.labs_of(course, assignment)) > 1
        self.neighbours = {file.stem for file in release.glob("*.ipynb")} - {slug}

    def students(self) -> list[str]:
        """Everyone in the gradebook, and everyone who handed in without being there."""
        return sorted(self.standings.keys() | self.submitted.keys())

    def items(self) -> dict[str, tuple[dict[str, str], float]]:
        """The lab's items in their order, then the cells that a person grades."""
        found = {item: (title, self.lab.points(item)) for item, title in self.lab.items.items()}
        cells = (cell for standing in self.standings.values() for cell in standing.cells)
        title_of = self.lab.title_of
        manual = {c.name: (title_of(c.name), c.maximum) for c in cells if c.name not in found}
        return found | manual

    def row(self, student: str) -> TraineeRow:
        """The row of one trainee."""
        standing = self.standings.get(student, Standing(student))
        if self._is_missing(student, standing):
            return self._missing(student, standing)
        with in_both_languages():
            feedback, not_graded = self._marks(student, standing)
        row = _person(standing)
        return replace(row, feedback=feedback, not_graded=not_graded, page=self._page(student))

    def _marks(self, student: str, standing: Standing) -> tuple[FeedbackData | None, str]:
        """The marks, and why the last submission is not graded."""
        try:
            names = (self.slug, student)
            counted = self.store.counted(*names, self.assignment) if standing.cells else None
            feedback = self._feedback(standing, counted)
            last = self.store.record(*names, assignment=self.assignment) if counted else None
            not_graded = self._why_not_graded(student, last)
        except StoreError as error:  # the record of one trainee; the other rows are not affected
            feedback = points_without_record(self.lab, standing)
            not_graded = error_line(error)
        return feedback, not_graded

    def _is_missing(self, student: str, standing: Standing) -> bool:
        """Whether grading has found other notebooks, but not this lab."""
        folder = self.submitted.get(student)
        has_nothing = standing.cells and all(cell.auto == 0 for cell in standing.cells)
        if not self.neighbours or folder is None or not has_nothing:
            return False
        try:
            self._read(student, folder)
        except NothingHandedIn:
            return bool(notebooks_in(folder))
        except (SubmissionError, OSError):  # `_why_not_graded` reports it
            pass
        return False

    def _missing(self, student: str, standing: Standing) -> TraineeRow:
        tries = self.store.tries(self.slug, student, self.assignment)
        feedback = replace(points_without_record(self.lab, standing), number=tries)
        return replace(_person(standing), feedback=feedback, missing=True)

    def _feedback(self, standing: Standing, record: Record | None) -> FeedbackData | None:
        if not standing.cells:
            return None
        found = None
        if record:
            digest = record.stamp["lab"]
            lab = self.labs.setdefault(digest, self.labs.get(digest) or self.store.lab(digest))
            found = feedback_data(self.store, lab, record, standing)
        return found or points_without_record(self.lab, standing)

    def _why_not_graded(self, student: str, record: Record | None) -> str:
        """Why the files in `submitted/` are not those that were graded; "" when they are."""
        if student not in self.submitted:
            return ""
        if reason := self.rules.refusal(student, self.submitted[student]):
            return reason
        try:
            return self._compare(student, self.submitted[student], record)
        except OSError as error:  # files of one trainee; the other rows are not affected
            return error_line(error)

    def _compare(self, student: str, folder: Path, record: Record | None) -> str:
        file = folder / f"{self.slug}.ipynb"
        if record and file.is_file() and not file.is_symlink():
            with file.open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() == record.submission:
                    return ""
        try:
            submission = self._read(student, folder)
            if record and record.submission == submission.sha256:
                return ""
        except SubmissionError as error:
            if not isinstance(error, NothingHandedIn) or not notebooks_in(folder):
                return error_line(error)
        command = self.course.command(f"grade {self.assignment} --student {student}")
        return _("not graded yet; run: {command}").format(command=command)

    def _read(self, student: str, folder: Path) -> Submission:
        """Read the submission as grading does. Raises: SubmissionError."""
        folders.timestamp_of(folder)  # raises when it holds no time
        return read_submission(
            folder, self.slug, student, self.released, self.neighbours, exact=self.has_other_labs
        )

    def _page(self, student: str) -> str:
        folder = folders.step_folder(self.coursedir, "feedback", self.assignment, student)
        page = folder / f"{self.slug}.html"
        return os.path.relpath(page, self.course.root / "class") if page.is_file() else ""


def _person(standing: Standing) -> TraineeRow:
    return TraineeRow(standing.student, standing.first_name, standing.last_name, standing.email)
