"""Scoring on virtual boards as a step of `nbgrader autograde`, of nbgrader's API and of the button
in Formgrader. A course's `nbgrader_config.py` puts it there."""

import hashlib
import os
import shutil
from contextlib import ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Bool

from grader.archive.record import Record
from grader.archive.store import Store
from grader.classrun import pool
from grader.classrun.extra_notebooks import SHA256_KEY
from grader.classrun.graded_folder import change_marks
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.classrun.submission import show_as_typed
from grader.classrun.submission_folder import read_file
from grader.classrun.submission_grader import SubmittedWork, grade_submission, start_worker
from grader.classrun.task import score_task
from grader.disk import error_line
from grader.errors import GraderError, SubmissionError
from grader.lab.course import Course, load_course
from grader.nbgrader.attached_files import remove_links
from grader.nbgrader.database import course_lock
from grader.nbgrader.folders import step_folder
from grader.nbgrader.grade_writer import GradeWriter
from hardware.i18n import _


def autograde_preprocessors() -> list[Any]:
    """nbgrader's own list, with our step in place of its Execute."""
    stock: Any = Autograde.class_traits()["autograde_preprocessors"].default()
    return [*(ScoreOnBoards if one is Execute else one for one in stock), CountSubmission]


def lock_course_while_autograding() -> None:
    """Change nbgrader's `Autograde`: while it works, nobody else grades the course.

    Without this, two runs would empty the same submission's folder, and both would fail. nbgrader
    has no hook that is early enough. A second call changes nothing.
    """
    autograde: Any = Autograde
    stock = autograde.convert_notebooks
    if hasattr(stock, "__wrapped__"):
        return

    @wraps(stock)
    def convert_notebooks(self: Any) -> None:
        root = Path(self.coursedir.root)
        with ExitStack() as lock:
            if (root / "course.toml").is_file():
                try:
                    lock.enter_context(course_lock(root, self.coursedir))
                except (GraderError, OSError) as error:
                    self.log.error(error_line(error))
                    raise NbGraderException(error_line(error)) from error
            stock(self)

    autograde.convert_notebooks = convert_notebooks


class ScoreOnBoards(Execute):
    """Scores the notebooks of our labs as `warsha grade` does; executes others as nbgrader does.

    Raises: SubmissionError, GraderError; nbgrader then keeps the earlier marks.
    """

    stock = Bool(False, help="Execute the notebooks of our labs, too.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[Any, Any]:
        """The notebook with the outputs that nbgrader reads the marks from."""
        try:
            return self._with_outputs(nb, resources, km)
        except BaseException:
            # nbgrader's `setenv` does not remove it when a step raises. Kernels that Formgrader's
            # server starts later would then behave as in grading, and run no program.
            os.environ.pop("NBGRADER_EXECUTION", None)
            raise

    def _with_outputs(self, nb: NotebookNode, resources: Any, km: Any) -> tuple[Any, Any]:
        place, where = resources["nbgrader"], CourseDirectory(parent=self)
        assignment, student, name = place["assignment"], place["student"], place["notebook"]
        folder = step_folder(where, "submitted", assignment, student)
        graded = step_folder(where, "autograded", assignment, student)
        file = folder / f"{name}.ipynb"
        if file.is_symlink():
            raise SubmissionError(_("no notebook was handed in"))
        remove_links(folder, graded)
        course = None if self.stock else _course_with(name, Path(where.root))
        if course is None:
            notebook, resources = super().preprocess(nb, resources, km)
            if not self.stock and (Path(where.root) / "course.toml").is_file():
                notebook.metadata[SHA256_KEY] = hashlib.sha256(read_file(file)).hexdigest()
                release = step_folder(where, "release", assignment) / file.name
                released = nbformat.read(release, as_version=4) if release.is_file() else None
                show_as_typed(notebook, released)
            return notebook, resources
        try:
            grading = Grading(course, name, assignment=assignment)
            if reason := grading.rules.refusal(student, folder):
                raise GraderError(reason)
            if team := grading.teams.get(student):
                cause = _("{student} hands in {lab} with the team {team}")
                command = course.command(f"grade {assignment}")
                raise GraderError(
                    cause.format(student=student, lab=assignment, team=team.name),
                    _("run: {command}").format(command=command),
                )
            notebook, record, counted = _scored(grading, student, folder)
        except GraderError as error:  # nbgrader's log and Formgrader show only the text
            if not error.cure:
                raise
            raise GraderError(f"{error}. {error.cure}") from error
        resources["warsha_settle"] = partial(_settle, grading, record, counted)
        return notebook, resources


def _course_with(lab: str, root: Path) -> Course | None:
    """The course in this folder if it has that lab. Then the notebook is never executed in a
    kernel, even if it cannot be scored. Raises: CourseError, NoAccess."""
    if not (root / "course.toml").is_file():
        return None
    course = load_course(root.name, root.parent)
    is_ours = lab in course.labs or Store(course.store).has_released(lab)
    return course if is_ours else None


class CountSubmission(NbGraderPreprocessor):
    """The last step. The gradebook has the marks now, so the submission counts."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[Any, Any]:
        """Settle the record; the notebook is not changed."""
        if settle := resources.pop("warsha_settle", None):
            settle()
        return nb, resources


def _settle(grading: Grading, record: Record, counted: Record) -> None:
    grading.store.settle(record, counted.number)
    if counted is not record:  # nbgrader's late penalty is that of the new submission
        with GradeWriter(grading.course.root) as writer:
            writer.penalise(grading.assignment, record.student)


def _scored(grading: Grading, student: str, folder: Path) -> tuple[Any, Record, Record]:
    """A graded notebook, its record, which is kept in the store, and the record whose marks are in
    the notebook. nbgrader writes the rows of the gradebook."""
    with GradeWriter(grading.course.root) as writer:
        prepare = partial(start_worker, grading.submission_grader(writer, False), score_task)
        submitted = SubmittedWork(student, folder, marks={})
        ((_who, result),) = pool.run(grade_submission, [(student, submitted)], 1, prepare)
        match result:
            case Outcome():
                raise SubmissionError(result.reason)
            case pool.TaskFailure():
                raise GraderError(result.reason)
        assert result.new_folder is not None
        try:
            if result.record is None:  # the file was removed meanwhile
                raise SubmissionError(_("no notebook was handed in"))
            counted = grading.counted(writer, result.record)
            file = result.new_folder / f"{grading.lab.slug}.ipynb"
            if counted is not result.record:
                change_marks(file, counted.cards)
            return nbformat.read(file, as_version=4), result.record, counted
        finally:
            shutil.rmtree(result.new_folder, ignore_errors=True)
