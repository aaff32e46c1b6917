"""Our scoring as a step of `nbgrader autograde`, and so of its API and of Formgrader's button."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Bool

from grader.archive.record import Record
from grader.archive.store import Store
from grader.classrun import pool, worker
from grader.classrun.autograde import Grading
from grader.classrun.extra_notebooks import NOTED
from grader.classrun.marker import SubmittedWork
from grader.classrun.outcome import Outcome
from grader.classrun.submission_folder import sha256_of
from grader.classrun.task import score_task
from grader.disk import error_line
from grader.errors import GraderError, SubmissionError
from grader.lab.course import Course, load_course
from grader.nbgrader.attached_files import remove_links
from grader.nbgrader.database import alone
from grader.nbgrader.grade_writer import GradeWriter
from hardware.i18n import _


def steps() -> list[Any]:
    """nbgrader's own list, with ours in the place of its Execute."""
    stock: Any = Autograde.class_traits()["autograde_preprocessors"].default()
    return [*(ScoreOnBoards if step is Execute else step for step in stock), CountSubmission]


def _one_at_a_time(convert: Callable[[Any], None]) -> Callable[[Any], None]:
    """Nobody else grades the course until nbgrader is through with it. Each of two would empty a
    submission's folder while the other one works in it, and both would fail."""

    @wraps(convert)
    def convert_notebooks(self: Any) -> None:
        root = Path(self.coursedir.root)
        with ExitStack() as held:
            if (root / "course.toml").is_file():
                try:
                    held.enter_context(alone(root, self.coursedir))
                except (GraderError, OSError) as error:
                    self.log.error(error_line(error))
                    raise NbGraderException(error_line(error)) from error
            convert(self)

    return convert_notebooks


# nbgrader's own hook comes too late for that: the folder is empty by then.
_stock: Any = Autograde
_stock.convert_notebooks = _one_at_a_time(_stock.convert_notebooks)


class ScoreOnBoards(Execute):
    """Scores the notebooks of our labs as `warsha grade` does; executes others as nbgrader does.

    Raises: SubmissionError, GraderError; nbgrader then keeps the marks that there were.
    """

    stock = Bool(False, help="Execute the notebooks of our labs, too.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[Any, Any]:
        """The notebook with the outputs that marks are read from."""
        try:
            return self._with_outputs(nb, resources, km)
        except BaseException:
            # nbgrader's `setenv` leaves it behind when a step raises: kernels that Formgrader's
            # server starts later would take themselves for a grader's, and run no program.
            os.environ.pop("NBGRADER_EXECUTION", None)
            raise

    def _with_outputs(self, nb: NotebookNode, resources: Any, km: Any) -> tuple[Any, Any]:
        place, where = resources["nbgrader"], CourseDirectory(parent=self)
        assignment, student, name = place["assignment"], place["student"], place["notebook"]
        folder = Path(where.format_path(where.submitted_directory, student, assignment))
        graded = Path(where.format_path(where.autograded_directory, student, assignment))
        if (folder / f"{name}.ipynb").is_symlink():
            raise SubmissionError(_("no notebook was handed in"))
        remove_links(folder, graded)
        course = None if self.stock else _course_with(name, Path(where.root))
        if course is None:
            notebook, resources = super().preprocess(nb, resources, km)
            if not self.stock and (Path(where.root) / "course.toml").is_file():
                notebook.metadata[NOTED] = sha256_of(folder / f"{name}.ipynb")
            return notebook, resources
        try:
            grading = Grading(course, name, assignment=assignment)
            notebook, record = _scored(grading, student, folder)
        except GraderError as error:  # nbgrader's log and Formgrader show the text alone
            if not error.cure:
                raise
            raise GraderError(f"{error}. {error.cure}") from error
        resources["warsha_settle"] = partial(grading.store.settle, record)
        return notebook, resources


def _course_with(lab: str, root: Path) -> Course | None:
    """The course that was built in a folder, when that lab is one of its own. Then nothing of the
    notebook runs in a kernel, whatever we lack to score it. Raises: CourseError, NoAccess."""
    if not (root / "course.toml").is_file():
        return None
    course = load_course(root.name, root.parent)
    is_ours = lab in course.labs or Store(course.store).has_released(lab)
    return course if is_ours else None


class CountSubmission(NbGraderPreprocessor):
    """The last step: the gradebook has the marks, so what decided them is no more provisional."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[Any, Any]:
        """Leave the notebook as it is."""
        if settle := resources.pop("warsha_settle", None):
            settle()
        return nb, resources


def _scored(grading: Grading, student: str, folder: Path) -> tuple[Any, Record]:
    """A graded notebook; what decided its marks is kept, its rows are left to nbgrader."""
    with GradeWriter(grading.course.root) as recorder:
        prepare = partial(worker.prepare, grading.marker(recorder, False), score_task)
        handed_in = SubmittedWork(student, folder, marks={})
        ((_who, result),) = pool.run(worker.grade, [(student, handed_in)], 1, prepare)
        match result:
            case Outcome():
                raise SubmissionError(result.reason)
            case pool.TaskFailure():
                raise GraderError(result.reason)
        if result.fresh:
            shutil.rmtree(result.fresh, ignore_errors=True)
        if result.record is None:  # taken away meanwhile
            raise SubmissionError(_("no notebook was handed in"))
        grading.store.keep(result.record)
        return result.notebook, result.record
