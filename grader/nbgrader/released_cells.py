"""The cells of a released notebook as plain data, read once from the gradebook. nbgrader's
sanitising uses them instead of the gradebook, in any process.
"""

import json
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from nbgrader.api import MissingEntry


@dataclass(frozen=True)
class _Cell:
    """The source of a cell with a grade id."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str | None


@dataclass(frozen=True)
class _Points:
    """The points of a graded cell."""

    name: str
    max_score: float


@dataclass(frozen=True)
class _Name:
    """A cell that trainees fill in."""

    name: str


@dataclass(frozen=True)
class ReleasedCells:
    """The cells of one notebook, with the methods and lists of nbgrader's Gradebook and Notebook
    that `OverwriteCells` uses."""

    source_cells: tuple[_Cell, ...]
    grade_cells: tuple[_Points, ...]
    solution_cells: tuple[_Name, ...]
    task_cells: tuple[_Points, ...]
    kernelspec: Any
    """As in the metadata of a notebook; None when the gradebook has none."""

    @classmethod
    def read(cls, gradebook: Any, assignment: str, notebook: str) -> Self:
        """Read it from an open Gradebook. Raises: MissingEntry."""
        row = gradebook.find_notebook(notebook, assignment)
        return cls(
            source_cells=tuple(
                _Cell(cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum)
                for cell in row.source_cells
            ),
            grade_cells=tuple(_Points(it.name, it.max_score) for it in row.grade_cells),
            solution_cells=tuple(_Name(cell.name) for cell in row.solution_cells),
            task_cells=tuple(_Points(it.name, it.max_score) for it in row.task_cells),
            kernelspec=json.loads(row.kernelspec) if row.kernelspec else None,
        )

    def find_notebook(self, _notebook: str, _assignment: str) -> Self:
        """This notebook."""
        return self

    def find_source_cell(self, name: str, _notebook: str, _assignment: str) -> _Cell:
        """Raises: MissingEntry."""
        return _named(name, self.source_cells)

    def find_graded_cell(self, name: str, _notebook: str, _assignment: str) -> _Points:
        """Raises: MissingEntry."""
        return _named(name, (*self.grade_cells, *self.task_cells))


_Found = TypeVar("_Found", _Cell, _Points)


def _named(name: str, cells: tuple[_Found, ...]) -> _Found:
    for cell in cells:
        if cell.name == name:
            return cell
    raise MissingEntry(f"No such cell: {name}")
