"""A released notebook as the gradebook knows it, read once and then plain data: nbgrader's own
sanitising asks it in the gradebook's place, in any process.
"""

import json
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from nbgrader.api import MissingEntry


@dataclass(frozen=True)
class _Cell:
    """What nbgrader keeps of a cell with an id."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str | None


@dataclass(frozen=True)
class _Points:
    """What a graded cell is worth."""

    name: str
    max_score: float


@dataclass(frozen=True)
class _Name:
    """A cell that is to be filled in."""

    name: str


@dataclass(frozen=True)
class Released:
    """One notebook. Its methods and lists are those that `OverwriteCells` uses of a Gradebook and
    of its Notebook."""

    source_cells: tuple[_Cell, ...]
    grade_cells: tuple[_Points, ...]
    solution_cells: tuple[_Name, ...]
    task_cells: tuple[_Points, ...]
    kernelspec: Any
    """As in a notebook's metadata; None when the gradebook has none."""

    @classmethod
    def read(cls, gradebook: Any, assignment: str, notebook: str) -> Self:
        """From an open Gradebook. Raises: MissingEntry."""
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
        """This one."""
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
