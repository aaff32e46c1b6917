"""The marks of a whole course: the labs, module checks and projects of every trainee, who may take
which check, and the total by the course's weights. Read from the gradebook and the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from statistics import fmean
from typing import Any

from nbgrader.api import MissingEntry

from grader.archive.store import Store
from grader.errors import CourseError
from grader.lab.course import Course, CourseModule, module_place
from grader.nbgrader import config
from grader.nbgrader.database import open_book, reporting_no_access
from grader.nbgrader.module_checks import Opening, read_openings
from grader.nbgrader.standings import Standing, standings
from grader.score.card import number as figure
from hardware.i18n import _


@dataclass(frozen=True)
class AssignmentMark:
    """A trainee's mark for a lab, a check or a project."""

    points: float
    """After the late penalty."""
    earned: float
    """Before it."""
    maximum: float
    tries: int
    waits: bool
    """Whether a person has to grade a part of it."""

    @property
    def share(self) -> float:
        """The points as a part of the maximum."""
        return max(0.0, self.points) / self.maximum if self.maximum else 0.0


@dataclass(frozen=True)
class CheckState:
    """Where a trainee stands with the check of a module."""

    module: int
    """Counted from 1."""
    missing: tuple[str, ...]
    """The labs of the module that do not have the points of its gate."""
    opening: Opening | None = None
    mark: AssignmentMark | None = None

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        now = datetime.now(UTC).replace(tzinfo=None)
        return self.opening is not None and self.opening.end < now


@dataclass(frozen=True)
class TraineeMarks:
    """All marks of one trainee."""

    person: Standing
    marks: Mapping[str, AssignmentMark]
    """Those of labs and projects, by slug; a lab that was not graded has none."""
    checks: Sequence[CheckState]
    """One for each module with a gate."""
    total: float | None
    """Out of 100, what is missing counting 0; None: the course has no weights."""

    @property
    def waits(self) -> bool:
        """Whether a person has to grade something: the total may rise."""
        checks = [check.mark for check in self.checks]
        return any(mark.waits for mark in [*self.marks.values(), *checks] if mark)


def course_marks(course: Course) -> list[TraineeMarks]:
    """The marks of every trainee in the gradebook, by id. Raises: CourseError."""
    require_reachable_gates(course)
    openings = read_openings(course.root)
    reader = _MarksReader(course)
    labs = {lab: reader.marks(lab, lab) for lab in course.labs}
    checks = {one.assignment: one.lab for one in openings}
    taken = {name: reader.marks(name, lab) for name, lab in checks.items()}
    rows = []
    for student, person in reader.people.items():
        marks = {lab: found[student] for lab, found in labs.items() if student in found}
        mine = {one.module: one for one in openings if one.trainee == student}
        states = [
            CheckState(
                number,
                missing_for(module, marks),
                opening := mine.get(number),
                taken[opening.assignment].get(student) if opening else None,
            )
            for number, module in enumerate(course.modules, 1)
            if module.gate
        ]
        rows.append(TraineeMarks(person, marks, states, _total(course, marks, states)))
    return rows


def require_reachable_gates(course: Course) -> None:
    """Raises: CourseError when a gate is above the points of one of its labs, as released: nobody
    could take the check."""
    coursedir = config.coursedir(course.root)
    with reporting_no_access(coursedir.db_url), open_book(coursedir) as book:
        for number, module in enumerate(course.modules, 1):
            points = {lab: _maximum(book, lab) for lab in module.labs}
            lab = min(points, key=lambda one: points[one], default="")
            if lab and points[lab] < module.gate:
                place = module_place(course.folder / "course.toml", number, "gate")
                what = _("{gate} points are asked of {lab}, which gives {points}")
                least = figure(points[lab])
                text = what.format(gate=figure(module.gate), lab=lab, points=least)
                cure = _("write {points} or less").format(points=least)
                raise CourseError(f"{place}: {text}", cure)


def _maximum(book: Any, lab: str) -> float:
    """The most points of a released lab; without end when it is not in the gradebook."""
    try:
        return float(book.find_notebook(lab, lab).max_score)
    except MissingEntry:
        return inf


def missing_for(module: CourseModule, marks: Mapping[str, AssignmentMark]) -> tuple[str, ...]:
    """The labs of a module that do not have the points of its gate; a late penalty does not
    count."""
    return tuple(lab for lab in module.labs if lab not in marks or marks[lab].earned < module.gate)


def _total(
    course: Course, marks: Mapping[str, AssignmentMark], checks: Sequence[CheckState]
) -> float | None:
    if not course.weights:
        return None
    labs = [lab for lab in course.labs if lab not in course.projects]
    shares = {
        "labs": [marks[lab].share if lab in marks else 0.0 for lab in labs],
        "checks": [check.mark.share if check.mark else 0.0 for check in checks],
        "projects": [
            share
            for module in course.modules
            if module.projects
            for share in _best([marks[lab].share for lab in module.labs if lab in marks], module)
        ],
    }
    parts = (course.weights[kind] * fmean(found) for kind, found in shares.items() if found)
    return round(sum(parts), 2)


def _best(shares: Sequence[float], module: CourseModule) -> list[float]:
    """The best projects of a trainee, as many as are asked; a missing one is 0."""
    return [*sorted(shares, reverse=True), *[0.0] * module.projects][: module.projects]


class _MarksReader:
    """Reads the marks of a class for one assignment after the other."""

    def __init__(self, course: Course) -> None:
        self._url: str = config.coursedir(course.root).db_url
        self._store = Store(course.store)
        self.people: dict[str, Standing] = {}
        """Everyone in the gradebook, by id."""

    def marks(self, assignment: str, lab: str) -> dict[str, AssignmentMark]:
        found = standings(self._url, assignment, lab)
        self.people |= found
        return {who: self._mark(one, assignment, lab) for who, one in found.items() if one.cells}

    def _mark(self, standing: Standing, assignment: str, lab: str) -> AssignmentMark:
        return AssignmentMark(
            points=standing.total,
            earned=round(sum(cell.points for cell in standing.cells), 2),
            maximum=sum(cell.maximum for cell in standing.cells),
            tries=self._store.tries(lab, standing.student, assignment),
            waits=any(cell.waits for cell in standing.cells),
        )
