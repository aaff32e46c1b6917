"""The one writer of a course's gradebook: a transaction a submission."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from nbformat import NotebookNode
from nbgrader.api import Assignment, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import select

from grader.gradebook import config
from grader.gradebook.database import Database
from grader.gradebook.desk import Desk
from grader.gradebook.rows import SubmissionRows


class Recorder:
    """Grades go into a course's gradebook through this, and through nothing else meanwhile. A
    context manager. Raises: CourseError."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = config.load(root)
        self._database = Database(root, CourseDirectory(config=self.config))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._database.close()

    def desk(self, lab: str, assignment: str = "") -> Desk:
        """What prepares a lab's submissions, in any process; the assignment's name if it is not
        the lab's. Raises: MissingEntry."""
        assignment = assignment or lab
        return Desk(self.root, assignment, lab, self._database.released(assignment, lab))

    def has_marks(self, lab: str, student: str) -> bool:
        """Whether the gradebook knows of a submission: one made anew has lost what was graded."""
        known: Any = (
            select(SubmittedAssignment.id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == lab, SubmittedAssignment.student_id == student)
        )
        with self._database.transaction() as connection:
            return connection.execute(known).first() is not None

    def record(
        self,
        notebook: NotebookNode,
        lab: str,
        student: str,
        timestamp: datetime | None,
        others: Mapping[str, NotebookNode | None] | None = None,
    ) -> None:
        """Write one graded submission into the gradebook: all of its rows, or none.

        `others` are further notebooks of the lab by name; None was not handed in.
        Raises: MissingEntry when the gradebook has no such lab, notebook or cell.
        """
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, lab, student, timestamp)
            for name, graded in {lab: notebook, **(others or {})}.items():
                row = rows.notebook(name)
                if graded is None:
                    rows.miss(row)
                else:
                    rows.save(row, graded.cells)
                    rows.penalise(row, self._penalty(rows, row, student))

    @cached_property
    def _late(self) -> Any:
        """nbgrader's step, with the plug-in that the course names."""
        step: Any = AssignLatePenalties(config=self.config)
        step.init_plugin()
        return step

    def _penalty(self, rows: SubmissionRows, row: str, student: str) -> float | None:
        """What the plug-in takes off, from nothing to the whole score."""
        late = self._late
        if not rows.seconds_late:
            return None
        score = rows.score(row)
        penalty = late.plugin_inst.late_submission_penalty(student, score, rows.seconds_late)
        if penalty is None:
            return None
        return float(late._check_late_penalty(SimpleNamespace(score=score), penalty))
