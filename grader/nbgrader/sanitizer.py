"""nbgrader's side of reading and sanitising a submission, for any process: it asks no gradebook
and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, Execute, SaveAutoGrades
from traitlets import import_item

from grader.disk import resolved_folder
from grader.nbgrader import config
from grader.nbgrader.attached_files import copy_files
from grader.nbgrader.released import Released
from grader.nbgrader.steps import Steps

_OURS = (Execute, SaveAutoGrades, AssignLatePenalties)


@dataclass(frozen=True)
class Sanitizer:
    """Where the submissions of one lab are prepared. Plain data: it travels to worker
    processes."""

    root: Path
    assignment: str
    """nbgrader's name for what is handed in together: the lab's own, or that of several labs."""
    lab: str
    cells: Released
    """The released notebook as the gradebook knows it."""
    others: Mapping[str, Released] = field(default_factory=dict)
    """Further notebooks of the assignment that are no labs, by name."""
    labs: Sequence[str] = ()
    """Further labs of the assignment: each has a desk of its own."""

    def beside(self, name: str) -> Self:
        """The same for one of the others."""
        return replace(self, lab=name, cells=self.others[name], others={})

    @property
    def group(self) -> str:
        """The assignment's name, if that is not the lab's."""
        return "" if self.assignment == self.lab else self.assignment

    @property
    def neighbours(self) -> set[str]:
        """All other notebooks of the assignment, by name."""
        return {*self.others, *self.labs}

    @cached_property
    def config(self) -> Any:
        """The course's settings of nbgrader."""
        return config.load(self.root)

    @cached_property
    def coursedir(self) -> Any:
        """Where nbgrader keeps what."""
        return CourseDirectory(config=self.config)

    @cached_property
    def released(self) -> NotebookNode:
        """The notebook that trainees got."""
        where = self.coursedir
        path = Path(where.format_path(where.release_directory, ".", self.assignment))
        notebook: NotebookNode = nbformat.read(path / f"{self.lab}.ipynb", as_version=4)
        return notebook

    def autograded(self, student: str) -> Path:
        """Where the graded notebook of a submission lies."""
        where = self.coursedir
        return Path(where.format_path(where.autograded_directory, student, self.assignment))

    def copy_files(self, folder: Path, place: Path) -> list[str]:
        """Copy what was handed in beside notebooks, then the instructor's own files over it, as
        nbgrader does. Returns what was left out."""
        notes = copy_files(folder, place, self.coursedir.ignore, resolved_folder(folder))
        where = self.coursedir
        source = Path(where.format_path(where.source_directory, ".", self.assignment))
        ignored = [*where.ignore, *self._kept]
        return [*notes, *copy_files(source, place, ignored, source.resolve())]

    @property
    def _kept(self) -> list[str]:
        """Files that trainees may change."""
        kept: list[str] = self._autograde.exclude_overwriting.get(self.assignment, [])
        return kept

    def sanitize(self, notebook: NotebookNode, student: str) -> NotebookNode:
        """nbgrader's own steps before executing: released cells get source and flags back."""
        return self._before.run(notebook, self.assignment, self.lab, student)

    def finish(self, notebook: NotebookNode, student: str) -> NotebookNode:
        """nbgrader's own steps after executing, but for keeping books: the Recorder does that."""
        return self._after.run(notebook, self.assignment, self.lab, student)

    @cached_property
    def _autograde(self) -> Any:
        """nbgrader's converter, for its configured lists of preprocessors."""
        return Autograde(coursedir=self.coursedir, config=self.config)

    @cached_property
    def _before(self) -> Steps:
        return self._steps(list(map(_class_of, self._autograde.sanitize_preprocessors)))

    @cached_property
    def _after(self) -> Steps:
        steps = map(_class_of, self._autograde.autograde_preprocessors)
        return self._steps([step for step in steps if not issubclass(step, _OURS)])

    def _steps(self, steps: Sequence[Any]) -> Steps:
        return Steps(steps, self.config, self.cells, self.coursedir.db_url)


def _class_of(step: Any) -> Any:
    """nbgrader's lists hold classes, and names of classes."""
    return import_item(step) if isinstance(step, str) else step
