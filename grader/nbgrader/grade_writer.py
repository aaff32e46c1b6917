"""The one writer of a course's gradebook: a transaction a submission."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from nbformat import NotebookNode
from nbgrader.api import MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import insert, select
from traitlets import TraitError

from grader.errors import CourseError
from grader.lab.class_list import id_problem
from grader.nbgrader import config
from grader.nbgrader.database import Database
from grader.nbgrader.late import Late
from grader.nbgrader.rows import SubmissionRows, auto_scores, was_executed
from grader.nbgrader.sanitizer import Sanitizer
from hardware.i18n import _


class GradeWriter:
    """Grades go into a course's gradebook through this, and through nothing else meanwhile. A
    context manager. Raises: CourseError."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = config.load(root)
        try:
            self._late = Late(self.config)
        except TraitError as error:  # now, and not with each submission
            raise config.wrong_setting(root, error) from error
        self._database = Database(root, CourseDirectory(config=self.config))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._database.close()

    def desk(self, lab: str, assignment: str = "", labs: Collection[str] = ()) -> Sanitizer:
        """What prepares a lab's submissions, in any process; the assignment's name if it is not
        the lab's, and all labs in it. Raises: CourseError."""
        assignment = assignment or lab
        try:
            others = self._database.released(assignment)
            cells = others.pop(lab)
        except (MissingEntry, KeyError) as error:  # it was lost, or is another one
            cause = _("the gradebook does not know {lab}").format(lab=lab)
            command = f"nbgrader generate_assignment {assignment} --force"
            cure = _("run it in {folder}: {command}").format(folder=self.root, command=command)
            raise CourseError(cause, cure) from error
        further = tuple(sorted(name for name in others if name in labs))
        others = {name: its for name, its in others.items() if name not in further}
        return Sanitizer(self.root, assignment, lab, cells, others, further)

    def enrol(self, students: Iterable[str]) -> None:
        """Make everybody known, in this order, as nbgrader does before it grades: its export lists
        them so."""
        with self._database.transaction() as connection:
            known: set[str] = set(connection.execute(select(Student.id)).scalars())
            wanted = (student for student in students if not id_problem(student))
            if new := [{"id": student} for student in wanted if student not in known]:
                connection.execute(insert(Student.__table__), new)

    def auto_scores(self, lab: str, student: str, assignment: str = "") -> dict[str, float | None]:
        """The points of ours that the gradebook has of a lab, by item: none in one that was made
        anew, and those of an earlier try in one that was put back."""
        if id_problem(student):
            return {}
        with self._database.transaction() as connection:
            return auto_scores(connection, assignment or lab, lab, student)

    def record(
        self,
        notebook: NotebookNode | None,
        lab: str,
        student: str,
        timestamp: datetime | None,
        others: Mapping[str, NotebookNode | None] | None = None,
        assignment: str = "",
    ) -> None:
        """Write one graded submission into the gradebook: all of its rows, or none.

        `others` are further notebooks of the assignment by name; None was not handed in.
        Raises: MissingEntry when the gradebook has no such lab, notebook or cell.
        """
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, assignment or lab, student, timestamp)
            for name, graded in {lab: notebook, **(others or {})}.items():
                row = rows.notebook(name)
                if graded is None:
                    rows.miss(row)
                else:
                    was_run = name == lab or was_executed(graded)
                    rows.save(row, graded.cells, was_run=was_run)
                    self._late.penalise(rows, row, student)

    def penalise(self, assignment: str, student: str) -> None:
        """Reckon anew what a graded submission loses for being late: since then a due date may
        have been moved, or an extension granted. Raises: MissingEntry."""
        with self._database.transaction() as connection:
            rows = SubmissionRows(connection, assignment, student, None)
            for row in rows.notebooks():
                self._late.penalise(rows, row, student)
