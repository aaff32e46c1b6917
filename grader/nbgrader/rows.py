"""The gradebook's rows of one submission: nbgrader's tables and rules, but with a few statements
instead of several for each cell. The statements are built once: that takes longer than to run
them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, bindparam, case, func, insert, select, true, update

from grader.nbgrader.notebook_marks import NotebookMarks

_ASSIGNMENT, _RELEASED = Assignment.__table__, Notebook.__table__
_CELL, _STUDENT = BaseCell.__table__, Student.__table__
_SUBMISSION, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_GRADE, _COMMENT = Grade.__table__, Comment.__table__
_HAVE_ROWS = {_GRADE: ("GradeCell", "TaskCell"), _COMMENT: ("SolutionCell", "TaskCell")}
"""Which types of cells have a row there. A cell that is graded and a solution is there twice."""


def _of_notebook(table: Any) -> Any:
    """Whether a row of grades or comments belongs to the submitted notebook `notebook`.

    The condition names the cells, too: they are the first column of the index of both tables.
    Without it, the rows of all trainees would be read.
    """
    notebook: Any = bindparam("notebook")
    released: Any = select(_NOTEBOOK.c.notebook_id).where(_NOTEBOOK.c.id == notebook)
    cells: Any = select(_CELL.c.id).where(_CELL.c.notebook_id == released.scalar_subquery())
    return (table.c.notebook_id == notebook) & table.c.cell_id.in_(cells)


def _of_cell(table: Any) -> Any:
    """Whether it is the row of the released cell `cell` in the submitted notebook `notebook`."""
    return (table.c.cell_id == bindparam("cell")) & (table.c.notebook_id == bindparam("notebook"))


_FIND = (
    select(
        _ASSIGNMENT.c.id,
        _ASSIGNMENT.c.duedate,
        _SUBMISSION.c.id.label("submission"),
        _SUBMISSION.c.timestamp,
        _SUBMISSION.c.extension,
        _STUDENT.c.id.label("student"),
    )
    .outerjoin(
        _SUBMISSION,
        (_SUBMISSION.c.assignment_id == _ASSIGNMENT.c.id)
        & (_SUBMISSION.c.student_id == bindparam("student")),
    )
    .outerjoin(_STUDENT, _STUDENT.c.id == bindparam("student"))
    .where(_ASSIGNMENT.c.name == bindparam("assignment"))
)
_CELLS = (
    select(
        _RELEASED.c.id.label("notebook"),
        _RELEASED.c.name.label("of"),
        _CELL.c.id,
        _CELL.c.name,
        _CELL.c.type,
    )
    .outerjoin(_CELL, _CELL.c.notebook_id == _RELEASED.c.id)
    .where(_RELEASED.c.assignment_id == bindparam("assignment"))
)
_NOTEBOOKS = (
    select(_RELEASED.c.name, _NOTEBOOK.c.id, _NOTEBOOK.c.late_submission_penalty)
    .join(_RELEASED, _RELEASED.c.id == _NOTEBOOK.c.notebook_id)
    .where(
        _NOTEBOOK.c.assignment_id == bindparam("submission"),
        _NOTEBOOK.c.notebook_id.in_(  # the first column of the index
            select(_RELEASED.c.id).where(_RELEASED.c.assignment_id == bindparam("assignment"))
        ),
    )
)
_SCORES = (
    select(_SUBMISSION.c.student_id, _CELL.c.name, _GRADE.c.auto_score)
    .select_from(_ASSIGNMENT)
    .join(_RELEASED, _RELEASED.c.assignment_id == _ASSIGNMENT.c.id)
    .join(_SUBMISSION, _SUBMISSION.c.assignment_id == _ASSIGNMENT.c.id)
    .join(
        _NOTEBOOK,
        (_NOTEBOOK.c.notebook_id == _RELEASED.c.id)
        & (_NOTEBOOK.c.assignment_id == _SUBMISSION.c.id),
    )
    .join(_CELL, _CELL.c.notebook_id == _RELEASED.c.id)
    .join(_GRADE, (_GRADE.c.cell_id == _CELL.c.id) & (_GRADE.c.notebook_id == _NOTEBOOK.c.id))
    .where(
        _ASSIGNMENT.c.name == bindparam("assignment"), _RELEASED.c.name == bindparam("notebook")
    )
)
_SCORE: Any = select(func.coalesce(func.sum(Grade.score), 0.0)).where(_of_notebook(_GRADE))
_ADD = {table: insert(table) for table in (_STUDENT, _SUBMISSION, _NOTEBOOK, _GRADE, _COMMENT)}
_SET_SUBMISSION = update(_SUBMISSION).where(_SUBMISSION.c.id == bindparam("submission"))
_SET_TIMESTAMP = _SET_SUBMISSION.values(timestamp=bindparam("time"))
_SET_EXTENSION = _SET_SUBMISSION.values(extension=bindparam("extra"))
_SET_SCORE = (
    update(_GRADE)
    .where(_of_cell(_GRADE))
    .values(
        auto_score=bindparam("score"),
        # What a person has graded before is looked at again.
        needs_manual_grade=case(
            (_GRADE.c.manual_score.is_not(None), true()), else_=bindparam("by_hand")
        ),
    )
)
_SET_COMMENT = update(_COMMENT).where(_of_cell(_COMMENT)).values(auto_comment=bindparam("text"))
_SET_MISSING = (
    update(_GRADE).where(_of_notebook(_GRADE)).values(auto_score=0, needs_manual_grade=False)
)
_SET_PENALTY = (
    update(_NOTEBOOK)
    .where(_NOTEBOOK.c.id == bindparam("notebook"))
    .values(late_submission_penalty=bindparam("penalty"))
)


class SubmissionRows:
    """The rows of one trainee's submission. They are made when there are none yet.

    Raises: MissingEntry when the gradebook has no such assignment.
    """

    def __init__(
        self, connection: Connection, lab: str, student: str, timestamp: datetime | None
    ) -> None:
        self._db = connection
        found: Any = connection.execute(
            _FIND, {"assignment": lab, "student": student}
        ).one_or_none()
        if found is None:
            raise MissingEntry(f"No such assignment: {lab}")
        self.assignment = lab
        self._duedate: datetime | None = found.duedate
        self._timestamp: datetime | None = timestamp or found.timestamp
        self._extension: timedelta | None = found.extension
        self._cells = connection.execute(_CELLS, {"assignment": found.id}).all()
        """The released cells of all notebooks."""
        if found.submission is None:
            if found.student is None:
                connection.execute(_ADD[_STUDENT], {"id": student})
            place = {"assignment_id": found.id, "student_id": student, "timestamp": timestamp}
            self._submission = _key(connection.execute(_ADD[_SUBMISSION], place))
            self._notebooks = self._add()
            self._penalties: dict[str, float | None] = dict.fromkeys(self._notebooks)
        else:
            self._submission = found.submission
            if timestamp:
                change = {"submission": found.submission, "time": timestamp}
                connection.execute(_SET_TIMESTAMP, change)
            place = {"submission": found.submission, "assignment": found.id}
            rows = connection.execute(_NOTEBOOKS, place).all()
            self._notebooks = {name: row for name, row, _penalty in rows}
            self._penalties = {name: penalty for name, _row, penalty in rows}

    def _add(self) -> dict[str, str]:
        """Like nbgrader's `add_submission`: a row for every cell of every notebook. Returns: the
        row ids of the notebooks, by name."""
        found: dict[str, str] = {}
        for cell in self._cells:
            if cell.of not in found:
                place = {"notebook_id": cell.notebook, "assignment_id": self._submission}
                found[cell.of] = _key(self._db.execute(_ADD[_NOTEBOOK], place))
        for table, types in _HAVE_ROWS.items():
            new = [
                {"cell_id": cell.id, "notebook_id": found[cell.of]}
                for cell in self._cells
                if cell.type in types
            ]
            if new:
                self._db.execute(_ADD[table], new)
        return found

    def extend(self, until: datetime) -> None:
        """Move the due date of this trainee; nbgrader stores the difference."""
        assert self._duedate is not None
        self._extension = until - self._duedate or None
        change = {"submission": self._submission, "extra": self._extension}
        self._db.execute(_SET_EXTENSION, change)

    def seconds_late(self, time: datetime | None = None) -> float:
        """The time from the due date, with the trainee's extension, to the submission, or to an
        earlier one that was handed in at `time`."""
        time = time or self._timestamp
        if time is None or self._duedate is None:
            return 0
        due = self._duedate + self._extension if self._extension else self._duedate
        return max(0.0, (time - due).total_seconds())

    @property
    def notebooks(self) -> Mapping[str, str]:
        """The row ids of all notebooks, by name."""
        return self._notebooks

    def save_missing(self, name: str) -> None:
        """Give no points to a notebook that was not handed in, as nbgrader does. It gets no late
        penalty; an earlier one is removed. Raises: MissingEntry."""
        self._db.execute(_SET_MISSING, {"notebook": self._notebook(name)})
        self.set_penalty(name, None)

    def save(self, name: str, marks: NotebookMarks) -> None:
        """Save the marks and comments of a notebook. Raises: MissingEntry."""
        scores = {
            cell: {"score": score, "by_hand": score is None}
            for cell, score in marks.scores.items()
        }
        comments = {cell: {"text": text} for cell, text in marks.comments.items()}
        self._change(name, _GRADE, _SET_SCORE, scores)
        self._change(name, _COMMENT, _SET_COMMENT, comments)

    def _change(
        self, name: str, table: Any, statement: Any, values: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Change the rows of a notebook's cells; `values` by their names."""
        notebook, types = self._notebook(name), _HAVE_ROWS[table]
        known = {c.name: c.id for c in self._cells if c.of == name and c.type in types}
        for cell in values:
            if cell not in known:
                raise MissingEntry(f"No such cell: {cell}")
        rows = [{"notebook": notebook, "cell": known[cell], **v} for cell, v in values.items()]
        if rows and self._db.execute(statement, rows).rowcount != len(rows):
            raise MissingEntry(f"No such cell in the submission of {name}")

    def _notebook(self, name: str) -> str:
        if name not in self._notebooks:
            raise MissingEntry(f"No such submitted notebook: {name}")
        return self._notebooks[name]

    def score(self, name: str) -> float:
        """The score of a notebook with manual points and extra credit, without late penalties."""
        mine = {"notebook": self._notebook(name)}
        return float(self._db.execute(_SCORE, mine).scalar_one())

    def set_penalty(self, name: str, penalty: float | None) -> None:
        """Set the late penalty of a notebook in points; None: no penalty."""
        notebook = self._notebook(name)
        if penalty != self._penalties[name]:
            self._db.execute(_SET_PENALTY, {"notebook": notebook, "penalty": penalty})


def duedate(connection: Connection, assignment: str) -> datetime | None:
    """When an assignment is due (UTC); None: it has no due date."""
    found: Any = select(Assignment.duedate).where(Assignment.name == assignment)
    due: datetime | None = connection.execute(found).scalar_one_or_none()
    return due


def auto_scores(
    connection: Connection, assignment: str, notebook: str
) -> dict[str, dict[str, float | None]]:
    """The automatic points of each cell of a notebook, by trainee and name of the cell."""
    found: dict[str, dict[str, float | None]] = {}
    place = {"assignment": assignment, "notebook": notebook}
    for student, cell, score in connection.execute(_SCORES, place):
        found.setdefault(student, {})[cell] = score
    return found


def _key(result: Any) -> str:
    return str(result.inserted_primary_key[0])
