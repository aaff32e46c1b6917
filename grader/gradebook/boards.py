"""Our scoring as a step of `nbgrader autograde`, and so of its API and of Formgrader's button."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from traitlets import Bool, Unicode

from grader import pool, worker
from grader.autograde import Grading
from grader.course import Course, load_course
from grader.errors import GraderError, SubmissionError
from grader.gradebook import config
from grader.gradebook.beside import remove_links
from grader.gradebook.recorder import Recorder
from grader.marker import HandedIn
from grader.outcome import Outcome
from grader.store import Store, StoreError
from grader.task import score_task
from hardware.say import _


def steps() -> list[Any]:
    """nbgrader's own list, with ours in the place of its Execute."""
    stock: Any = Autograde.class_traits()["autograde_preprocessors"].default()
    return [ScoreOnBoards if step is Execute else step for step in stock]


class ScoreOnBoards(Execute):
    """Scores the notebooks of our labs as `warsha grade` does; executes others as nbgrader does.

    Raises: SubmissionError, GraderError; nbgrader then keeps the marks that there were.
    """

    course = Unicode(help="The folder of the built course.").tag(config=True)
    stock = Bool(False, help="Execute the notebooks of our labs, too.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[Any, Any]:
        """The notebook with the outputs that marks are read from."""
        place, root = resources["nbgrader"], Path(self.course)
        assignment, student = place["assignment"], place["student"]
        folders = config.coursedir(root)
        folder = Path(folders.format_path(folders.submitted_directory, student, assignment))
        graded = Path(folders.format_path(folders.autograded_directory, student, assignment))
        if (folder / f"{place['notebook']}.ipynb").is_symlink():
            raise SubmissionError(_("no notebook was handed in"))
        remove_links(folder, graded)
        course = load_course(root.name, root.parent)
        if self.stock or not _is_lab(course, place["notebook"]):
            return super().preprocess(nb, resources, km)
        grading = Grading(course, place["notebook"], assignment=assignment)
        return _scored(grading, student, folder), resources


def _is_lab(course: Course, notebook: str) -> bool:
    """Whether a notebook is that of a lab which the course released."""
    try:
        return bool(Store(course.store).released(notebook))
    except StoreError:
        return False


def _scored(grading: Grading, student: str, folder: Path) -> Any:
    """A graded notebook; what decided its marks is kept, its rows are left to nbgrader."""
    with Recorder(grading.course.root) as recorder:
        prepare = partial(worker.prepare, grading.marker(recorder, False), score_task)
        handed_in = HandedIn(student, folder, has_marks=False)
        ((_, result),) = pool.run(worker.grade, [(student, handed_in)], 1, prepare)
    match result:
        case Outcome():
            raise SubmissionError(result.reason)
        case pool.Failure():
            raise GraderError(result.reason)
    if result.fresh:
        shutil.rmtree(result.fresh, ignore_errors=True)
    grading.store.put(result.record)
    return result.notebook
