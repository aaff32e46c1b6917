"""nbgrader's sanitising of a submission, in any process and without the gradebook.

`nbgrader autograde` runs preprocessors before and after it executes a notebook. The same
preprocessors run here, but they ask plain data (`ReleasedCells`) instead of the gradebook, and
take a fifth of the time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    Execute,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import import_item

from grader.disk import resolved_folder
from grader.nbgrader import config
from grader.nbgrader.attached_files import copy_files
from grader.nbgrader.folders import step_folder
from grader.nbgrader.released_cells import ReleasedCells

_REPLACED = (Execute, SaveAutoGrades, AssignLatePenalties)
"""These are done by the virtual boards and by the `GradeWriter`."""


@dataclass(frozen=True)
class Sanitizer:
    """Sanitises the submissions of one lab. Plain data: it is sent to worker processes."""

    root: Path
    """The folder of the built course."""
    assignment: str
    """nbgrader's assignment: usually it has the lab's name, but it may hold several labs."""
    lab: str
    cells: ReleasedCells
    """The released notebook as the gradebook has it."""
    extra: Mapping[str, ReleasedCells] = field(default_factory=dict)
    """The notebooks of the assignment that are no labs, by name."""
    other_labs: Sequence[str] = ()
    """The other labs of the assignment. Each has a sanitizer of its own."""

    @property
    def neighbours(self) -> set[str]:
        """The names of all other notebooks of the assignment."""
        return {*self.extra, *self.other_labs}

    def of_extra(self, name: str) -> Self:
        """The sanitizer of an extra notebook."""
        return self._of_extra[name]

    @cached_property
    def _of_extra(self) -> dict[str, Self]:
        return {
            name: replace(self, lab=name, cells=cells, extra={})
            for name, cells in self.extra.items()
        }

    @cached_property
    def config(self) -> Any:
        """The course's nbgrader settings."""
        return config.load(self.root)

    @cached_property
    def coursedir(self) -> Any:
        """nbgrader's `CourseDirectory`: where everything of the course is stored."""
        return CourseDirectory(config=self.config)

    @cached_property
    def released(self) -> NotebookNode:
        """The notebook that trainees got."""
        folder = step_folder(self.coursedir, "release", self.assignment)
        notebook: NotebookNode = nbformat.read(folder / f"{self.lab}.ipynb", as_version=4)
        return notebook

    def autograded(self, student: str) -> Path:
        """The folder with the graded notebooks of a submission."""
        return step_folder(self.coursedir, "autograded", self.assignment, student)

    def submitted(self, student: str) -> Path:
        """The folder of the files that a trainee handed in."""
        return step_folder(self.coursedir, "submitted", self.assignment, student)

    def copy_files(self, folder: Path, place: Path) -> list[str]:
        """Copy the attached files of a submission, then the instructor's own files over them, as
        nbgrader does. Returns notes about what was left out."""
        ignored = self.coursedir.ignore
        notes = copy_files(folder, place, ignored, resolved_folder(folder))
        source = step_folder(self.coursedir, "source", self.assignment)
        ignored = [*ignored, *self._not_overwritten]
        return [*notes, *copy_files(source, place, ignored, source.resolve())]

    @property
    def _not_overwritten(self) -> list[str]:
        """Files that trainees may change."""
        names: list[str] = self._autograde.exclude_overwriting.get(self.assignment, [])
        return names

    def sanitize(self, notebook: NotebookNode, student: str) -> NotebookNode:
        """Run the preprocessors that nbgrader runs before it executes a notebook: released cells
        get their source and metadata back."""
        return self._before.run(notebook, self.assignment, self.lab, student)

    def finish(self, notebook: NotebookNode, student: str) -> NotebookNode:
        """Run the preprocessors that nbgrader runs after it has executed a notebook, except those
        that write into the gradebook."""
        return self._after.run(notebook, self.assignment, self.lab, student)

    @cached_property
    def _autograde(self) -> Any:
        """nbgrader's converter: it has the configured lists of preprocessors."""
        return Autograde(coursedir=self.coursedir, config=self.config)

    @cached_property
    def _before(self) -> "Preprocessors":
        return self._preprocessors(list(map(_class_of, self._autograde.sanitize_preprocessors)))

    @cached_property
    def _after(self) -> "Preprocessors":
        classes = map(_class_of, self._autograde.autograde_preprocessors)
        return self._preprocessors([one for one in classes if not issubclass(one, _REPLACED)])

    def _preprocessors(self, classes: Sequence[Any]) -> "Preprocessors":
        return Preprocessors(classes, self.config, self.cells, self.coursedir.db_url)


def _class_of(entry: Any) -> Any:
    """nbgrader's lists hold classes and names of classes."""
    return import_item(entry) if isinstance(entry, str) else entry


class Preprocessors:
    """A list of nbgrader's preprocessors. Those that ask the gradebook are replaced by ours."""

    def __init__(
        self, classes: Sequence[Any], settings: Any, released: ReleasedCells, db_url: str
    ) -> None:
        self._db_url = db_url
        self._preprocessors = [_made(one, settings, released) for one in classes]

    def run(
        self, notebook: NotebookNode, assignment: str, name: str, student: str
    ) -> NotebookNode:
        """Change a notebook as the preprocessors do, one after the other."""
        place = {
            "student": student,
            "assignment": assignment,
            "notebook": name,
            "db_url": self._db_url,
        }
        resources: dict[str, Any] = {"nbgrader": place, "unique_key": name}
        for preprocessor in self._preprocessors:
            notebook, resources = preprocessor(notebook, resources)
        return notebook


def _made(stock: Any, settings: Any, released: ReleasedCells) -> Any:
    ours = {
        OverwriteKernelspec: _OverwriteKernelspec,
        OverwriteCells: _OverwriteCells,
        CheckCellMetadata: _CheckCellMetadata,
    }
    made: Any = ours.get(stock, stock)(config=settings)
    made.released = released
    return made


class _OverwriteKernelspec(OverwriteKernelspec):
    released: ReleasedCells

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        if self.released.kernelspec:
            nb.metadata["kernelspec"] = self.released.kernelspec
        return nb, resources


class _OverwriteCells(OverwriteCells):
    """nbgrader's rules for each cell, with plain data in place of the gradebook."""

    released: Any  # a ReleasedCells, where nbgrader expects a Gradebook

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self.gradebook = self.released
        self.notebook_id = resources["nbgrader"]["notebook"]
        self.assignment_id = resources["nbgrader"]["assignment"]
        nb, resources = Preprocessor.preprocess(self, nb, resources)
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources


class _CheckCellMetadata(CheckCellMetadata):
    """nbgrader's check of the cells' metadata. It is slow (it reads and checks three schemas), so
    it runs only once for metadata that a whole class has in common."""

    released: ReleasedCells

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._valid: set[str] = set()

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        cells = [(cell.cell_type, cell.metadata.get("nbgrader")) for cell in nb.cells]
        metadata = json.dumps(cells, sort_keys=True)
        if metadata not in self._valid:
            nb, resources = super().preprocess(nb, resources)
            self._valid.add(metadata)
        return nb, resources
