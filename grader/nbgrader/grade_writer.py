"""Writes grades into the gradebook: one process, and one transaction for each submission."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from nbgrader.api import MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection, insert, select
from traitlets import TraitError

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.errors import CourseError
from grader.lab.class_list import id_problem, unknown_id_cure
from grader.nbgrader import config, shared_marks
from grader.nbgrader.database import Database
from grader.nbgrader.notebook_marks import NotebookMarks
from grader.nbgrader.rows import SubmissionRows, auto_scores, duedate
from grader.nbgrader.sanitizer import Sanitizer
from hardware.i18n import _


class GradeWriter:
    """The one writer of a course's gradebook until it is closed. A context manager.

    Raises: CourseError.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = config.load(root)
        try:
            self._late_penalty = LatePenalty(self.config)
        except TraitError as error:  # now, and not with each submission
            raise config.wrong_setting(root, error) from error
        self._database = Database(root, CourseDirectory(config=self.config))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._database.close()

    def sanitizer(self, lab: str, assignment: str = "", labs: Collection[str] = ()) -> Sanitizer:
        """The sanitizer of a lab's submissions.

        `assignment` is named if its name is not the lab's; `labs` are all labs in it.
        Raises: CourseError when the gradebook does not have the lab.
        """
        assignment = assignment or lab
        try:
            others = self._database.released(assignment)
            cells = others.pop(lab)
        except (MissingEntry, KeyError) as error:  # the gradebook was lost, or is another one
            cause = _("{lab} is not in the gradebook").format(lab=lab)
            command = f"nbgrader generate_assignment {assignment} --force"
            cure = _("run it in {folder}: {command}").format(folder=self.root, command=command)
            raise CourseError(cause, cure) from error
        other_labs = tuple(sorted(name for name in others if name in labs))
        extra = {name: other for name, other in others.items() if name not in other_labs}
        return Sanitizer(self.root, assignment, lab, cells, extra, other_labs)

    def enrol(self, students: Iterable[str]) -> None:
        """Add unknown students to the gradebook, in this order, as nbgrader does before it grades:
        its export lists them in the order of the rows."""
        with self._database.transaction() as connection:
            known: set[str] = set(connection.execute(select(Student.id)).scalars())
            wanted = (student for student in students if not id_problem(student))
            if new := [{"id": student} for student in wanted if student not in known]:
                connection.execute(insert(Student.__table__), new)

    def many_submissions(self) -> AbstractContextManager[None]:
        """Within it, `record` is fast (see `Database.many_transactions`)."""
        return self._database.many_transactions()

    def auto_scores(self, lab: str, assignment: str = "") -> dict[str, dict[str, float | None]]:
        """The automatic points in the gradebook, by trainee and item. A new gradebook has none; a
        gradebook that was restored from a copy may have the points of an earlier submission."""
        with self._database.transaction() as connection:
            return auto_scores(connection, assignment or lab, lab)

    def record(
        self,
        marks: NotebookMarks | None,
        lab: str,
        student: str,
        timestamp: datetime | None,
        extra: Mapping[str, NotebookMarks | None] | None = None,
        assignment: str = "",
        counted: Record | None = None,
    ) -> None:
        """Write one graded submission into the gradebook: all of its rows, or none.

        `extra` are those of the extra notebooks by name. None in the place of marks: the notebook
        was not handed in. `counted`: the record of the lab's marks; its time decides the lab's
        late penalty.
        Raises: MissingEntry when the gradebook has no such lab, notebook or cell.
        """
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, assignment or lab, student, timestamp)
            for name, found in {lab: marks, **(extra or {})}.items():
                if found is None:
                    rows.save_missing(name)
                else:
                    rows.save(name, found)
                    time = counted.handed_in if counted and name == lab else None
                    self._late_penalty.apply(rows, name, student, time)

    def take_over(self, assignment: str, student: str, team: Sequence[str]) -> None:
        """Give a member of a team the marks and comments that a person gave another member, where
        this one has none."""
        with self._database.transaction() as connection:
            shared_marks.take_over(connection, assignment, student, team)

    def penalise(self, assignment: str, student: str) -> None:
        """Compute the late penalty of a graded submission again: a due date may have been moved,
        or an extension granted. Raises: MissingEntry."""
        with self._database.transaction() as connection:
            self._penalise(SubmissionRows(connection, assignment, student, None), student)

    def _penalise(self, rows: SubmissionRows, student: str) -> None:
        store = Store(self.root / "store")
        for name in rows.notebooks:
            time = None
            with suppress(StoreError):  # without the record, the gradebook's time counts
                counted = store.counted(name, student, rows.assignment)
                time = counted.handed_in if counted else None
            self._late_penalty.apply(rows, name, student, time)

    def best(self, records: Sequence[Record]) -> Record:
        """The one of a trainee's records with the most points after the late penalty; the last one
        of several. Raises: MissingEntry."""
        one = records[0]
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, one.assignment or one.lab, one.student, None)

            def points(record: Record) -> float:
                late = rows.seconds_late(record.handed_in)
                penalty = self._late_penalty.points(record.student, record.points, late)
                return round(record.points - (penalty or 0), 2)

            return max(reversed(records), key=points)

    def extend(self, assignment: str, students: Collection[str], until: datetime) -> datetime:
        """Move the due date (UTC) of these trainees, of all or of none, and compute their late
        penalties again. The due date itself takes an extension back.

        Returns: the due date of the others. Raises: CourseError.
        """
        with self._database.transaction() as connection:
            self._require(connection, students)
            due = duedate(connection, assignment)
            if due is None:
                raise CourseError(
                    _("{lab} has no due date, so nobody is late").format(lab=assignment),
                    _("set it in Formgrader first: Manage Assignments, the pencil"),
                )
            if until < due:
                cause = _("{time} UTC is before the due date, {due} UTC")
                raise CourseError(
                    cause.format(time=until, due=due),
                    _("give a later time, or the due date to take an extension back"),
                )
            for student in students:
                rows = SubmissionRows(connection, assignment, student, None)
                rows.extend(until)
                self._penalise(rows, student)
        return due

    def _require(self, connection: Connection, students: Collection[str]) -> None:
        """Raises: CourseError when one of these is not in the gradebook."""
        known: set[str] = set(connection.execute(select(Student.id)).scalars())
        for student in students:
            if student not in known:
                cause = _("{student} is not in the gradebook").format(student=student)
                raise CourseError(cause, unknown_id_cure(student, known, self.root.name))


class LatePenalty:
    """Late penalties by nbgrader's rules and the plug-in in the course's settings.

    Raises: TraitError for a setting that nbgrader does not accept.
    """

    def __init__(self, settings: Any) -> None:
        preprocessor: Any = AssignLatePenalties(config=settings)
        preprocessor.init_plugin()
        self._nbgrader = preprocessor

    def apply(
        self, rows: SubmissionRows, notebook: str, student: str, time: datetime | None = None
    ) -> None:
        """Set the penalty of a notebook, whose marks are those of the submission, or of an earlier
        one at `time`."""
        late = rows.seconds_late(time)
        score = rows.score(notebook) if late else 0.0
        rows.set_penalty(notebook, self.points(student, score, late))

    def points(self, student: str, score: float, seconds_late: float) -> float | None:
        """The penalty for a score: from nothing to all of it."""
        if not seconds_late:
            return None
        plugin = self._nbgrader.plugin_inst
        penalty = plugin.late_submission_penalty(student, score, seconds_late)
        if penalty is None:
            return None
        limited: float = self._nbgrader._check_late_penalty(SimpleNamespace(score=score), penalty)
        return limited
