"""From a course's gradebook, store and folders to the register of one lab."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.classrun.submission import Submission, read_submission
from grader.classrun.submission_folder import notebooks
from grader.disk import error_line
from grader.errors import NothingHandedIn, SubmissionError
from grader.lab.course import Course
from grader.lab.lab import Lab
from grader.nbgrader import config, folders
from grader.nbgrader.standings import Standing, standings
from grader.reports.class_register import ClassRegister, TraineeRow
from grader.reports.feedback_data import FeedbackData
from grader.reports.gather import BY_PERSON, sheet_of, unexplained
from hardware.i18n import _


def class_file(course: Course, lab: str, kind: str = "html", assignment: str = "") -> Path:
    """Where the class page lies, and the tables beside it."""
    name = f"{assignment}.{lab}" if assignment not in ("", lab) else lab
    return course.root / "class" / f"{name}.{kind}"


def register_of(course: Course, slug: str, assignment: str = "") -> ClassRegister:
    """The whole class. Raises: CourseError or StoreError when there is no release of that lab."""
    roll = _Roll(course, slug, assignment or slug)
    return ClassRegister(
        course=course.title,
        lab=roll.lab.id,
        slug=slug,
        title=roll.lab.title,
        items=roll.items(),
        rows=tuple(roll.row(student) for student in roll.students()),
    )


class _Roll:
    """What is read once for all trainees of a class."""

    def __init__(self, course: Course, slug: str, assignment: str) -> None:
        self.course, self.slug, self.assignment = course, slug, assignment
        self.coursedir: Any = config.coursedir(course.root)
        self.store = Store(course.store)
        self.lab = self.store.lab(self.store.released(slug))
        self.labs: dict[str, Lab] = {self.lab.digest: self.lab}
        self.standings = standings(self.coursedir.db_url, assignment, slug)
        self.submitted = folders.submitted(course.root, assignment)
        where = self.coursedir.release_directory
        release = Path(self.coursedir.format_path(where, ".", assignment))
        self.released: NotebookNode = nbformat.read(release / f"{slug}.ipynb", as_version=4)
        self.several = len(folders.labs_of(course, assignment)) > 1
        self.beside = {file.stem for file in release.glob("*.ipynb")} - {slug}

    def students(self) -> list[str]:
        """Who is enrolled, and who handed something in without being so."""
        return sorted(self.standings.keys() | self.submitted.keys())

    def items(self) -> dict[str, tuple[dict[str, str], float]]:
        """The lab's items in their order, then cells that a person grades."""
        found = {item: (title, self.lab.points(item)) for item, title in self.lab.items.items()}
        cells = (cell for standing in self.standings.values() for cell in standing.cells)
        return found | {c.name: (BY_PERSON, c.maximum) for c in cells if c.name not in found}

    def row(self, student: str) -> TraineeRow:
        """One trainee."""
        standing = self.standings.get(student, Standing(student))
        if self._is_missing(student, standing):
            return self._missing(student, standing)
        try:
            record = self._record(student) if standing.cells else None
            sheet = self._sheet(standing, record)
            waits = self._waits(student, record) if student in self.submitted else ""
        except StoreError as error:  # of one trainee: the others are told all the same
            sheet, waits = unexplained(self.lab, standing), f"{error}. {error.cure}"
        return replace(_person(standing), sheet=sheet, waits=waits, page=self._page(student))

    def _is_missing(self, student: str, standing: Standing) -> bool:
        """Whether grading has found other notebooks, but not this lab."""
        folder = self.submitted.get(student)
        has_nothing = standing.cells and all(cell.auto == 0 for cell in standing.cells)
        if not self.beside or folder is None or not has_nothing:
            return False
        try:
            self._read(student, folder)
        except NothingHandedIn:
            return bool(notebooks(folder))
        except (SubmissionError, OSError):  # `_waits` tells it
            pass
        return False

    def _missing(self, student: str, standing: Standing) -> TraineeRow:
        tries = self.store.tries(self.slug, student, self.assignment)
        sheet = replace(unexplained(self.lab, standing), number=tries)
        return replace(_person(standing), sheet=sheet, missing=True)

    def _record(self, student: str) -> Record | None:
        return self.store.record(self.slug, student, assignment=self.assignment)

    def _sheet(self, standing: Standing, record: Record | None) -> FeedbackData | None:
        if not standing.cells:
            return None
        sheet = None
        if record:
            digest = record.stamp["lab"]
            lab = self.labs.setdefault(digest, self.labs.get(digest) or self.store.lab(digest))
            sheet = sheet_of(self.store, lab, record, standing)
        return sheet or unexplained(self.lab, standing)

    def _waits(self, student: str, record: Record | None) -> str:
        """Why what lies in `submitted/` is not what was graded."""
        try:
            return self._waits_for(student, self.submitted[student], record)
        except OSError as error:  # of one trainee, too
            return error_line(error)

    def _waits_for(self, student: str, folder: Path, record: Record | None) -> str:
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
            if not isinstance(error, NothingHandedIn) or not notebooks(folder):
                return f"{error}. {error.cure}"
        command = f"warsha grade {self.assignment} --student {student}"
        return _("not graded yet; run: {command}").format(command=command)

    def _read(self, student: str, folder: Path) -> Submission:
        """As grading does. Raises: SubmissionError."""
        folders.timestamp_of(folder)  # raises when it holds no time
        return read_submission(
            folder, self.slug, student, self.released, self.beside, several=self.several
        )

    def _page(self, student: str) -> str:
        where = self.coursedir.feedback_directory
        page = Path(self.coursedir.format_path(where, student, self.assignment))
        page /= f"{self.slug}.html"
        return os.path.relpath(page, self.course.root / "class") if page.is_file() else ""


def _person(standing: Standing) -> TraineeRow:
    return TraineeRow(standing.student, standing.first_name, standing.last_name, standing.email)
