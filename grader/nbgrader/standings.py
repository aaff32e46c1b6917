"""Reads marks from the gradebook as plain data: for each trainee the points of every cell of a
notebook, the late penalty and the comments. A whole class takes a few statements."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import select

from grader.nbgrader import config
from grader.nbgrader.database import open_book, open_url, reporting_no_access
from grader.nbgrader.notebook_marks import NO_ANSWER

_CODE: Any = GradeCell.__table__
_TASK: Any = TaskCell.__table__


@dataclass(frozen=True)
class GradedCell:
    """The points of one graded cell."""

    name: str
    auto: float | None
    """The automatic points; None: a person grades the cell."""
    points: float
    """The points that count, with extra credit."""
    maximum: float
    by_hand: bool
    waits: bool
    """A person has to grade it, and has not done so yet: it has no points."""
    second_look: bool = False
    """A person gave these points before the last grading: nbgrader asks for a second look."""
    unanswered: bool = False
    """It is as it was released, and nbgrader gave 0 points for that: nobody graded it."""


@dataclass(frozen=True)
class Standing:
    """The marks of one trainee for one notebook."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    cells: tuple[GradedCell, ...] = ()
    """Empty: the gradebook has no graded submission."""
    timestamp: datetime | None = None
    """When it was handed in (UTC)."""
    due: datetime | None = None
    """When it was due, with the trainee's extension (UTC)."""
    penalty: float = 0.0
    comments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def total(self) -> float:
        """The points that count after the late penalty, by nbgrader's rule."""
        return round(sum(cell.points for cell in self.cells) - self.penalty, 2)

    def seconds_late(self, time: datetime | None = None) -> float:
        """The time from the due date to the submission, or to an earlier one that was handed in at
        `time`; 0: it is not late."""
        time = time or self.timestamp
        if time is None or self.due is None:
            return 0.0
        return max(0.0, (time - self.due).total_seconds())


def standings(
    db_url: str, assignment: str, notebook: str, student: str | None = None
) -> dict[str, Standing]:
    """The standing of every trainee in the gradebook, or of one, sorted by id."""
    found: dict[str, Standing] = {}
    here = (Assignment.name == assignment, Notebook.name == notebook)
    with reporting_no_access(db_url), open_url(db_url) as gradebook:
        execute = gradebook.db.execute
        for who, first, last, email in execute(_only(_STUDENTS, student)):
            found[who] = Standing(who, first or "", last or "", email or "")
        for who, penalty, time, due, extension in execute(_only(_TIMES.where(*here), student)):
            due = due + extension if due and extension else due
            times = replace(found[who], timestamp=time, due=due)
            found[who] = replace(times, penalty=penalty or 0.0)
        for who, rows in _grouped(execute(_only(_GRADES.where(*here), student))):
            cells = tuple(_cell(*row) for row in rows)
            # A submission without any points has only an extension: nothing was handed in yet.
            if any(cell.auto is not None or cell.by_hand for cell in cells):
                found[who] = replace(found[who], cells=cells)
        for who, rows in _grouped(execute(_only(_COMMENTS.where(*here), student))):
            comments = (manual or auto or "" for _name, manual, auto in rows)
            texts = tuple(text.strip() for text in comments if text.strip())
            empty = {name for name, _manual, auto in rows if auto == NO_ANSWER}
            cells = tuple(_unanswered(cell, empty) for cell in found[who].cells)
            found[who] = replace(found[who], cells=cells, comments=texts)
    return found


def second_looks(root: Path, assignment: str) -> list[str]:
    """The trainees with points for an assignment that a person gave before the last grading."""
    coursedir = config.coursedir(root)
    asked = (
        _of_submissions()
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(
            Assignment.name == assignment,
            Grade.needs_manual_grade,
            Grade.manual_score.is_not(None),
        )
        .distinct()
    )
    with reporting_no_access(coursedir.db_url), open_book(coursedir) as gradebook:
        return list(gradebook.db.execute(asked).scalars())


def scores(root: Path) -> dict[tuple[str, str], float]:
    """The score of each submission in the gradebook after late penalties, by trainee and
    assignment."""
    coursedir = config.coursedir(root)
    with open_book(coursedir) as gradebook:
        return {
            (submission.student.id, submission.assignment.name): sum(
                notebook.score - (notebook.late_submission_penalty or 0)
                for notebook in submission.notebooks
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


def _only(query: Any, student: str | None) -> Any:
    return query if student is None else query.where(Student.id == student)


def _grouped(rows: Iterable[Any]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Group rows by their first column, by which they are sorted."""
    for who, mine in groupby(rows, key=lambda row: row[0]):
        yield who, [tuple(row)[1:] for row in mine]


def _cell(
    name: str,
    auto: float | None,
    manual: float | None,
    extra: float | None,
    needs_manual_grade: bool,
    on_code: float | None,
    on_task: float | None,
) -> GradedCell:
    """nbgrader's rule: manual points replace automatic ones; extra credit is added."""
    given = auto if manual is None else manual
    points = 0.0 if given is None else given + (extra or 0.0)
    by_hand = manual is not None or bool(extra)
    waits = needs_manual_grade and given is None  # with points it only asks for a second look
    second_look = needs_manual_grade and manual is not None
    return GradedCell(name, auto, points, on_code or on_task or 0.0, by_hand, waits, second_look)


def _unanswered(cell: GradedCell, empty: Collection[str]) -> GradedCell:
    is_so = cell.name in empty and cell.auto == 0 and not cell.by_hand
    return replace(cell, unanswered=is_so)


def _of_submissions(*columns: Any) -> Any:
    """A query over all submitted notebooks, sorted by trainee."""
    return (
        select(Student.id, *columns)
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .order_by(Student.id)
    )


_STUDENTS: Any = select(Student.id, Student.first_name, Student.last_name, Student.email).order_by(
    Student.id
)
_TIMES = _of_submissions(
    SubmittedNotebook.late_submission_penalty,
    SubmittedAssignment.timestamp,
    Assignment.duedate,
    SubmittedAssignment.extension,
)
_GRADES = (
    _of_submissions(
        BaseCell.name,
        Grade.auto_score,
        Grade.manual_score,
        Grade.extra_credit,
        Grade.needs_manual_grade,
        _CODE.c.max_score,
        _TASK.c.max_score,
    )
    .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    .join(BaseCell, Grade.cell_id == BaseCell.id)
    .outerjoin(_CODE, _CODE.c.id == BaseCell.id)
    .outerjoin(_TASK, _TASK.c.id == BaseCell.id)
    .order_by(BaseCell.name)
)
_COMMENTS = (
    _of_submissions(BaseCell.name, Comment.manual_comment, Comment.auto_comment)
    .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
    .join(BaseCell, Comment.cell_id == BaseCell.id)
    .order_by(BaseCell.name)
)
