"""The gradebook's rows of one submission: nbgrader's tables and rules, but with a few statements
instead of several for each cell.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from nbformat import NotebookNode
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
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy import Connection, bindparam, func, insert, select, update

_SUBMISSION, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_GRADE, _COMMENT = Grade.__table__, Comment.__table__


class SubmissionRows:
    """The rows of one trainee's submission. They are made when there are none yet.

    Raises: MissingEntry when the gradebook has no such assignment.
    """

    def __init__(
        self, connection: Connection, lab: str, student: str, timestamp: datetime | None
    ) -> None:
        self._db = connection
        assignment: Any = connection.execute(
            select(Assignment.id, Assignment.duedate).where(Assignment.name == lab)
        ).one_or_none()
        if assignment is None:
            raise MissingEntry(f"No such assignment: {lab}")
        self.assignment = lab
        self._assignment: str = assignment.id
        self._duedate: datetime | None = assignment.duedate
        found = self._find(assignment.id, student)
        if found is None:
            self._enrol(student)
            self._add(assignment.id, student, timestamp)
            found = self._find(assignment.id, student)
        elif timestamp:
            where = _SUBMISSION.c.id == found.id
            connection.execute(update(_SUBMISSION).where(where).values(timestamp=timestamp))
        self._submission: Any = found
        self._timestamp: datetime | None = timestamp or found.timestamp
        self._extension: timedelta | None = found.extension

    def _find(self, assignment: str, student: str) -> Any:
        mine = _SUBMISSION.c
        return self._db.execute(
            select(mine.id, mine.timestamp, mine.extension).where(
                mine.assignment_id == assignment, mine.student_id == student
            )
        ).one_or_none()

    def _enrol(self, student: str) -> None:
        known: Any = select(Student.id).where(Student.id == student)
        if self._db.execute(known).one_or_none() is None:
            self._db.execute(insert(Student.__table__).values(id=student))

    def _add(self, assignment: str, student: str, timestamp: datetime | None) -> None:
        """Like nbgrader's `add_submission`: a row for every cell of every notebook."""
        submission = _key(
            self._db.execute(
                insert(_SUBMISSION).values(
                    assignment_id=assignment, student_id=student, timestamp=timestamp
                )
            )
        )
        cells: Any = (
            select(Notebook.id, BaseCell.id.label("cell_id"), BaseCell.type)
            .outerjoin(BaseCell.__table__, BaseCell.notebook_id == Notebook.id)
            .where(Notebook.assignment_id == assignment)
        )
        notebooks: dict[str, str] = {}
        rows: dict[Any, list[dict[str, str]]] = {_GRADE: [], _COMMENT: []}
        for notebook, cell, kind in self._db.execute(cells).all():
            if notebook not in notebooks:
                made = insert(_NOTEBOOK).values(notebook_id=notebook, assignment_id=submission)
                notebooks[notebook] = _key(self._db.execute(made))
            row = {"cell_id": cell, "notebook_id": notebooks[notebook]}
            if kind in ("GradeCell", "TaskCell"):
                rows[_GRADE].append(row)
            if kind in ("SolutionCell", "TaskCell"):
                rows[_COMMENT].append(row)
        for table, new in rows.items():
            if new:
                self._db.execute(insert(table), new)

    def extend(self, until: datetime) -> None:
        """Move the due date of this trainee; nbgrader stores the difference."""
        assert self._duedate is not None
        where = _SUBMISSION.c.id == self._submission.id
        extension = until - self._duedate or None
        self._db.execute(update(_SUBMISSION).where(where).values(extension=extension))
        self._extension = extension

    def seconds_late(self, time: datetime | None = None) -> float:
        """The time from the due date, with the trainee's extension, to the submission, or to an
        earlier one that was handed in at `time`."""
        time = time or self._timestamp
        if time is None or self._duedate is None:
            return 0
        due = self._duedate + self._extension if self._extension else self._duedate
        return max(0.0, (time - due).total_seconds())

    def notebook(self, name: str) -> str:
        """The row id of a notebook. Raises: MissingEntry."""
        found = self._db.execute(
            select(_NOTEBOOK.c.id)
            .join(Notebook.__table__, Notebook.id == _NOTEBOOK.c.notebook_id)
            .where(_NOTEBOOK.c.assignment_id == self._submission.id, Notebook.name == name)
        ).scalar_one_or_none()
        if found is None:
            raise MissingEntry(f"No such submitted notebook: {name}")
        return str(found)

    def notebooks(self) -> dict[str, str]:
        """The row ids of all notebooks, by name."""
        released: Any = select(Notebook.id).where(Notebook.assignment_id == self._assignment)
        mine: Any = (
            select(Notebook.name, _NOTEBOOK.c.id)
            .join(Notebook.__table__, Notebook.id == _NOTEBOOK.c.notebook_id)
            .where(
                _NOTEBOOK.c.assignment_id == self._submission.id,
                _NOTEBOOK.c.notebook_id.in_(released),  # the first column of the index
            )
        )
        return {name: row for name, row in self._db.execute(mine)}

    def save_missing(self, notebook: str) -> None:
        """Give no points to a notebook that was not handed in, as nbgrader does. It gets no late
        penalty; an earlier one is removed."""
        self._db.execute(
            update(_GRADE)
            .where(_of_notebook(_GRADE, notebook))
            .values(auto_score=0, needs_manual_grade=False)
        )
        self.set_penalty(notebook, None)

    def save(self, notebook: str, cells: Iterable[NotebookNode], *, was_run: bool = True) -> None:
        """Like nbgrader's `SaveAutoGrades`: save the scores from the outputs, the cells that need
        manual grading, and comments. For nbgrader a test without output has passed; when the
        notebook was not run (`was_run`), such a cell needs manual grading instead.

        Raises: MissingEntry; ValueError when an output gives more than the cell is worth.
        """
        cells = list(cells)
        graded = [cell for cell in cells if is_grade(cell)]
        self._save_grades(notebook, graded, was_run=was_run)
        answers = [cell for cell in cells if is_solution(cell) or is_task(cell)]
        self._save_comments(notebook, answers)

    def _known(self, table: Any, notebook: str, *columns: Any) -> dict[str, Any]:
        """The rows of a notebook by the names of their cells."""
        found = (
            select(BaseCell.name, table.c.id, *columns)
            .join(BaseCell.__table__, BaseCell.id == table.c.cell_id)
            .where(_of_notebook(table, notebook))
        )
        return {row.name: row for row in self._db.execute(found)}

    def _change(self, table: Any, changes: list[dict[str, Any]]) -> None:
        if changes:
            self._db.execute(update(table).where(table.c.id == bindparam("row")), changes)

    def _save_grades(self, notebook: str, cells: list[NotebookNode], *, was_run: bool) -> None:
        known = self._known(_GRADE, notebook, _GRADE.c.manual_score)
        changes = []
        for cell in cells:
            row = _of(known, cell)
            score = determine_grade(cell)[0] if was_run or is_solution(cell) else None
            manual = row.manual_score is not None or score is None
            changes.append({"row": row.id, "auto_score": score, "needs_manual_grade": manual})
        self._change(_GRADE, changes)

    def _save_comments(self, notebook: str, cells: list[NotebookNode]) -> None:
        known = self._known(_COMMENT, notebook)
        changes = []
        for cell in cells:
            as_released = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            comment = "No response." if as_released and not is_task(cell) else None
            changes.append({"row": _of(known, cell).id, "auto_comment": comment})
        self._change(_COMMENT, changes)

    def score(self, notebook: str) -> float:
        """The score of a notebook with manual points and extra credit, without late penalties."""
        total = func.coalesce(func.sum(Grade.score), 0.0)
        mine = select(total).where(_of_notebook(_GRADE, notebook))
        return float(self._db.execute(mine).scalar_one())

    def set_penalty(self, notebook: str, penalty: float | None) -> None:
        """Set the late penalty of a notebook in points; None: no penalty."""
        where = _NOTEBOOK.c.id == notebook
        self._db.execute(update(_NOTEBOOK).where(where).values(late_submission_penalty=penalty))


def duedate(connection: Connection, assignment: str) -> datetime | None:
    """When an assignment is due (UTC); None: it has no due date."""
    found: Any = select(Assignment.duedate).where(Assignment.name == assignment)
    due: datetime | None = connection.execute(found).scalar_one_or_none()
    return due


def was_executed(notebook: NotebookNode) -> bool:
    """Whether a kernel has executed a notebook."""
    return any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


def auto_scores(
    connection: Connection, assignment: str, notebook: str, student: str
) -> dict[str, float | None]:
    """The automatic points of each cell in a trainee's notebook, by name; empty when the gradebook
    has no such submission."""
    mine: Any = (
        select(SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Assignment, Notebook.assignment_id == Assignment.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .where(
            SubmittedAssignment.assignment_id == Assignment.id,
            Assignment.name == assignment,
            Notebook.name == notebook,
            SubmittedAssignment.student_id == student,
        )
    )
    submitted = connection.execute(mine).scalar_one_or_none()
    if submitted is None:
        return {}
    marks: Any = (
        select(BaseCell.name, _GRADE.c.auto_score)
        .join(BaseCell.__table__, BaseCell.id == _GRADE.c.cell_id)
        .where(_of_notebook(_GRADE, submitted))
    )
    return {name: score for name, score in connection.execute(marks)}


def _of_notebook(table: Any, notebook: Any) -> Any:
    """Whether a row of grades or comments belongs to that submitted notebook.

    The condition names the cells, too: they are the first column of the index of both tables.
    Without it, the rows of all trainees would be read.
    """
    released: Any = select(_NOTEBOOK.c.notebook_id).where(_NOTEBOOK.c.id == notebook)
    cells: Any = select(BaseCell.id).where(BaseCell.notebook_id == released.scalar_subquery())
    return (table.c.notebook_id == notebook) & table.c.cell_id.in_(cells)


def _key(result: Any) -> str:
    return str(result.inserted_primary_key[0])


def _of(known: dict[str, Any], cell: NotebookNode) -> Any:
    name = cell.metadata.nbgrader["grade_id"]
    if name not in known:
        raise MissingEntry(f"No such cell: {name}")
    return known[name]
