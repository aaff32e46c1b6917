"""What a new release must keep once there are marks: nbgrader cannot add cells or notebooks to an
assignment that was graded, nor take them away. We ask before anything is changed."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from grader.errors import CourseError
from grader.nbgrader import config
from grader.nbgrader.database import open_book, told_when_shut
from grader.nbgrader.released import Released
from hardware.i18n import _

Cells = set[tuple[str, str]]
"""Kind and name of each cell that a gradebook keeps."""


def check_kept(root: Path, assignment: str, release: Path) -> None:
    """Compare a release that was made aside with the one that marks were given for.

    Raises: CourseError when cells or notebooks came or went.
    """
    if before := _graded(root, assignment):
        after = {file.stem: _cells(file) for file in release.glob("*.ipynb")}
        if names := _changed(before, after):
            command = f"nbgrader db assignment remove {assignment} --force"
            raise CourseError(
                _("{lab}: its marks were given for other cells: {names}").format(
                    lab=assignment, names=", ".join(names)
                ),
                _(
                    "put these back as they were; or, in {folder}: {command}, which deletes its "
                    "marks and due date, then build and grade it again"
                ).format(folder=root, command=command),
            )


def _graded(root: Path, assignment: str) -> dict[str, Cells]:
    """The notebooks that the gradebook has marks for, by name; none when it has no marks."""
    coursedir = config.coursedir(root)
    with told_when_shut(coursedir.db_url), open_book(coursedir) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry:
            return {}
        if not found.submissions:
            return {}
        names = [row.name for row in found.notebooks]
        return {name: _known(Released.read(book, assignment, name)) for name in names}


def _known(released: Released) -> Cells:
    kinds: dict[str, Iterable[Any]] = {
        "grade": released.grade_cells,
        "solution": released.solution_cells,
        "task": released.task_cells,
        "source": released.source_cells,
    }
    return {(kind, cell.name) for kind, cells in kinds.items() for cell in cells}


def _cells(file: Path) -> Cells:
    """Of a released notebook, what nbgrader would save of it."""
    found: Cells = set()
    for cell in nbformat.read(file, as_version=4).cells:
        kinds = {"grade": is_grade(cell), "solution": is_solution(cell), "task": is_task(cell)}
        kinds["source"] = is_locked(cell) or any(kinds.values())
        found |= {(kind, cell.metadata.nbgrader.grade_id) for kind, has in kinds.items() if has}
    return found


def _changed(before: Mapping[str, Cells], after: Mapping[str, Cells]) -> list[str]:
    """Notebooks that came or went, else the cells that did."""
    if gone := before.keys() ^ after.keys():
        return sorted(f"{name}.ipynb" for name in gone)
    return sorted({cell for name in before for _kind, cell in before[name] ^ after[name]})
