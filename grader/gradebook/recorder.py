"""The one writer of a course's gradebook: a transaction a submission."""

from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, SubmittedAssignment
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, Execute, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import select

from grader.errors import SubmissionError
from grader.gradebook import config
from grader.gradebook.database import Database
from grader.gradebook.rows import SubmissionRows
from grader.gradebook.steps import Steps
from hardware.say import _


class Recorder:
    """Grades go into a course's gradebook through this, and through nothing else meanwhile. A
    context manager. Raises: CourseError."""

    def __init__(self, root: Path) -> None:
        self.config = config.load(root)
        self.coursedir = CourseDirectory(config=self.config)
        self._database = Database(root, self.coursedir)
        self._steps: dict[tuple[str, str], tuple[Steps, Steps]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._database.close()

    @cached_property
    def autograde(self) -> Any:
        """nbgrader's converter, for its configured lists of preprocessors."""
        return Autograde(coursedir=self.coursedir, config=self.config)

    def timestamp(self, folder: Path) -> datetime | None:
        """When a submission was handed in (UTC), from its timestamp.txt; None when it has none."""
        file = folder / "timestamp.txt"
        if not file.is_file() or file.is_symlink():
            return None
        try:
            with file.open(encoding="utf-8") as source:
                found: datetime = parse_utc(source.read(100).strip())
        except (ValueError, OverflowError) as error:
            raise SubmissionError(
                _("timestamp.txt holds no time"), _("write it as 2026-01-15 10:00:00 UTC")
            ) from error
        return found

    def released(self, lab: str) -> NotebookNode:
        """The notebook that trainees got."""
        path = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", lab))
        notebook: NotebookNode = nbformat.read(path / f"{lab}.ipynb", as_version=4)
        return notebook

    def has_marks(self, lab: str, student: str) -> bool:
        """Whether the gradebook knows of a submission: one made anew has lost what was graded."""
        known: Any = (
            select(SubmittedAssignment.id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == lab, SubmittedAssignment.student_id == student)
        )
        with self._database.transaction() as connection:
            return connection.execute(known).first() is not None

    def autograded(self, lab: str, student: str) -> Path:
        """Where the graded notebook of a submission lies."""
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, lab))

    def sanitize(self, notebook: NotebookNode, lab: str, student: str) -> NotebookNode:
        """nbgrader's own steps before executing: released cells get source and flags back."""
        return self._prepared(lab, lab)[0].run(notebook, lab, lab, student)

    def finish(self, notebook: NotebookNode, lab: str, student: str) -> NotebookNode:
        """nbgrader's own steps after executing, but for keeping books: `record` does that."""
        return self._prepared(lab, lab)[1].run(notebook, lab, lab, student)

    def _prepared(self, lab: str, name: str) -> tuple[Steps, Steps]:
        """The steps before and after, made once for a notebook of a lab."""
        if (lab, name) not in self._steps:
            released = self._database.released(lab, name)
            ours = (Execute, SaveAutoGrades, AssignLatePenalties)
            after = [step for step in self.autograde.autograde_preprocessors if step not in ours]
            lists = (self.autograde.sanitize_preprocessors, after)
            before, afterwards = (
                Steps(steps, self.config, released, self.coursedir.db_url) for steps in lists
            )
            self._steps[lab, name] = before, afterwards
        return self._steps[lab, name]

    def record(
        self, notebook: NotebookNode, lab: str, student: str, timestamp: datetime | None
    ) -> None:
        """Write one graded notebook into the gradebook: all of its rows, or none."""
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, lab, student, timestamp)
            row = rows.notebook(lab)
            rows.save(row, notebook.cells)
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
