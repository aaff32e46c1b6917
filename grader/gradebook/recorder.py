"""The one writer of a course's gradebook."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TextIO

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, Execute, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import event
from sqlalchemy.orm import scoped_session, sessionmaker

from grader.errors import CourseError, SubmissionError
from grader.gradebook import config
from hardware.say import _


class _Save(SaveAutoGrades):
    """nbgrader's own reading of the outputs into rows, on a gradebook that is already open."""

    def run(self, gradebook: Any, notebook: NotebookNode, lab: str, student: str) -> None:
        self.gradebook = gradebook
        self.notebook_id = self.assignment_id = lab
        self.student_id = student
        for index, cell in enumerate(notebook.cells):
            self.preprocess_cell(cell, ResourcesDict(), index)


class Recorder:
    """The one writer of a course's gradebook. A context manager."""

    def __init__(self, root: Path) -> None:
        self.config = config.load(root)
        self._lock = _alone(root / ".grading")
        self.coursedir = CourseDirectory(config=self.config)
        self.gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
        if self.gradebook.engine.dialect.name == "sqlite":
            # pysqlite begins too late for savepoints: docs.sqlalchemy.org, "Serializable isolation
            # / Savepoints"
            event.listen(self.gradebook.engine, "connect", _own_transactions)
            event.listen(self.gradebook.engine, "begin", _begin)
            self.gradebook.db.remove()
            self.gradebook.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.gradebook.close()
        self._lock.close()

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
        with self._transaction() as gradebook, suppress(MissingEntry):
            return gradebook.find_submission(lab, student) is not None
        return False

    def autograded(self, lab: str, student: str) -> Path:
        """Where the graded notebook of a submission lies."""
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, lab))

    def sanitize(self, notebook: NotebookNode, lab: str, student: str) -> NotebookNode:
        """nbgrader's own steps before executing: released cells get source and flags back."""
        return self._run(self.autograde.sanitize_preprocessors, notebook, lab, student)

    def finish(self, notebook: NotebookNode, lab: str, student: str) -> NotebookNode:
        """nbgrader's own steps after executing, but for keeping books: `record` does that."""
        ours = (Execute, SaveAutoGrades, AssignLatePenalties)
        steps = [step for step in self.autograde.autograde_preprocessors if step not in ours]
        return self._run(steps, notebook, lab, student)

    def _run(
        self, steps: Sequence[Any], notebook: NotebookNode, lab: str, student: str
    ) -> NotebookNode:
        place = {
            "student": student,
            "assignment": lab,
            "notebook": lab,
            "db_url": self.coursedir.db_url,
        }
        resources: dict[str, Any] = {"nbgrader": place, "unique_key": lab}
        for step in steps:
            notebook, resources = step(config=self.config)(notebook, resources)
        return notebook

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """The gradebook inside one transaction, whatever commits nbgrader's calls do within."""
        with self.gradebook.engine.connect() as connection, connection.begin():
            sessions = scoped_session(
                sessionmaker(
                    bind=connection, join_transaction_mode="create_savepoint", autoflush=False
                )
            )
            self.gradebook.db = sessions
            try:
                yield self.gradebook
            finally:
                sessions.remove()

    def record(
        self, notebook: NotebookNode, lab: str, student: str, timestamp: datetime | None
    ) -> None:
        """Write one graded notebook into the gradebook: all of its rows, or none."""
        with self._transaction() as gradebook:
            gradebook.update_or_create_student(student)
            stamp = {"timestamp": timestamp} if timestamp else {}
            submission = gradebook.update_or_create_submission(lab, student, **stamp)
            saver: Any = _Save(config=self.config)  # type: ignore[no-untyped-call]
            saver.run(gradebook, notebook, lab, student)
            self._penalise(gradebook, submission, lab, student)
            gradebook.db.commit()

    def _penalise(self, gradebook: Any, submission: Any, lab: str, student: str) -> None:
        """As nbgrader's AssignLatePenalties, with the plug-in that the course names."""
        step: Any = AssignLatePenalties(config=self.config)
        step.init_plugin()
        row = gradebook.find_submission_notebook(lab, lab, student)
        row.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            penalty = step.plugin_inst.late_submission_penalty(
                student, row.score, submission.total_seconds_late
            )
            if penalty is not None:
                row.late_submission_penalty = min(max(penalty, 0), row.score)


def _alone(file: Path) -> TextIO:
    """Holds the course for this process until the file is closed. Raises: CourseError."""
    lock = file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        cause = _("somebody else is grading this course at the moment")
        raise CourseError(cause, _("wait until that is done, then try again")) from error
    return lock


def _own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
