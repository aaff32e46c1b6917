"""nbgrader's own steps around the executing of a notebook, without the gradebook: they run in any
process, and in a fifth of the time.
"""

import json
from collections.abc import Sequence
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, OverwriteCells, OverwriteKernelspec

from grader.nbgrader.released import Released


class Steps:
    """Preprocessors as nbgrader lists them, those that ask the gradebook replaced by ours."""

    def __init__(
        self, steps: Sequence[Any], settings: Any, released: Released, db_url: str
    ) -> None:
        self._db_url = db_url
        self._steps = [_made(step, settings, released) for step in steps]

    def run(self, notebook: NotebookNode, lab: str, name: str, student: str) -> NotebookNode:
        """Change a notebook as the steps do."""
        place = {"student": student, "assignment": lab, "notebook": name, "db_url": self._db_url}
        resources: dict[str, Any] = {"nbgrader": place, "unique_key": name}
        for step in self._steps:
            notebook, resources = step(notebook, resources)
        return notebook


def _made(step: Any, settings: Any, released: Released) -> Any:
    ours = {
        OverwriteKernelspec: _OverwriteKernelspec,
        OverwriteCells: _OverwriteCells,
        CheckCellMetadata: _CheckCellMetadata,
    }
    made: Any = ours.get(step, step)(config=settings)
    made.released = released
    return made


class _OverwriteKernelspec(OverwriteKernelspec):
    released: Released

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        if self.released.kernelspec:
            nb.metadata["kernelspec"] = self.released.kernelspec
        return nb, resources


class _OverwriteCells(OverwriteCells):
    """nbgrader's own rules for each cell, asked of plain data."""

    released: Any  # a Released, where nbgrader has a Gradebook

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
    """nbgrader's own check, once for what a whole class hands in alike: it reads three schemas
    and checks them, too, each time."""

    released: Released

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._valid: set[str] = set()

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = [(cell.cell_type, cell.metadata.get("nbgrader")) for cell in nb.cells]
        seen = json.dumps(about, sort_keys=True)
        if seen not in self._valid:
            nb, resources = super().preprocess(nb, resources)
            self._valid.add(seen)
        return nb, resources
