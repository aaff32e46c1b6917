"""Release a lab: from its lesson to nbgrader's source and release.

A release is refused when it has a line of the solution, or when there are marks and its graded
cells have changed: nbgrader can neither add cells to a graded assignment nor remove them.
"""

import base64
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.utils import find_all_files, is_grade, is_locked, is_solution, is_task

from grader.disk import replace_folder
from grader.errors import CourseError
from grader.lab.lab import Lab
from grader.nbgrader import commands, config, folders
from grader.nbgrader.database import open_book, reporting_no_access
from grader.nbgrader.released_cells import ReleasedCells
from grader.notebook.lesson import solution_lines, source_notebook
from hardware.i18n import _

Cells = set[tuple[str, str]]
"""Kind and name of each cell that is in a gradebook."""


def release_lab(root: Path, lab: Lab) -> None:
    """Make source and release of one lab, with the instructor's own files in `source/<lab>/`.

    They are made in a temporary folder first: when something is wrong, the earlier release and the
    gradebook are not changed. Raises: CourseError.
    """
    notebook, name = source_notebook(lab.folder, lab.maxima), f"{lab.slug}.ipynb"
    source = folders.source_folder(root, lab.slug)
    release = folders.release_folder(root, lab.slug)
    with _temporary_folder(root) as temporary:
        new_source, new_release = (temporary / step / lab.slug for step in ("source", "release"))
        new_source.mkdir(parents=True)
        _copy_files(source, new_source, config.coursedir(root).ignore)
        nbformat.write(notebook, new_source / name)
        commands.generate_release(root, lab.slug, temporary.name, save=False)
        _check_no_solution(lab.slug, new_release / name, solution_lines(notebook))
        _check_graded_cells(root, lab.slug, new_release)
        commands.generate_release(root, lab.slug, temporary.name)
        source.mkdir(parents=True, exist_ok=True)
        (new_source / name).replace(source / name)
        release.parent.mkdir(parents=True, exist_ok=True)
        replace_folder(new_release, release)


@contextmanager
def _temporary_folder(root: Path) -> Iterator[Path]:
    """A temporary folder in the course; one that an aborted build left is removed."""
    folder = root / ".new"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_files(folder: Path, place: Path, ignored: list[str]) -> None:
    """Copy the files of a source folder that nbgrader would release."""
    if folder.exists():
        for file in map(Path, find_all_files(str(folder), ignored)):
            copy = place / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def _check_no_solution(lab: str, file: Path, secrets: Collection[str]) -> None:
    """Raises: CourseError when a release has a line of the solution."""
    if found := leaks(json.loads(file.read_text(encoding="utf-8")), secrets):
        raise CourseError(
            _("{lab}: the release shows a line of the solution: {line}").format(
                lab=lab, line=found[0]
            ),
            _("remove it from lesson.md, or put it into the program cell outside of the solution"),
        )


def leaks(notebook: Any, secrets: Collection[str]) -> list[str]:
    """The secrets that are anywhere in a notebook: in source, metadata, outputs or attachments."""
    texts = list(_texts(notebook))
    return sorted(secret for secret in secrets if any(secret in text for text in texts))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value; attachments as they are and decoded."""
    if isinstance(value, Mapping):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        yield "".join(part for part in value if isinstance(part, str))
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
        with suppress(ValueError):
            yield base64.b64decode(value, validate=True).decode("utf-8", "ignore")


def _check_graded_cells(root: Path, assignment: str, release: Path) -> None:
    """Compare a new release, which is in the folder `release`, with the gradebook.

    Raises: CourseError when the gradebook has marks, and cells or notebooks were added or removed.
    """
    if before := _graded_cells(root, assignment):
        after = {file.stem: _cells_of(file) for file in release.glob("*.ipynb")}
        if names := _changed_names(before, after):
            command = f"nbgrader db assignment remove {assignment} --force"
            raise CourseError(
                _("{lab} has marks, but its cells were changed: {names}").format(
                    lab=assignment, names=", ".join(names)
                ),
                _(
                    "put these back as they were; or, in {folder}: {command}, which deletes its "
                    "marks and due date, then build and grade it again"
                ).format(folder=root, command=command),
            )


def _graded_cells(root: Path, assignment: str) -> dict[str, Cells]:
    """The cells of each notebook in the gradebook, by name; empty when it has no marks."""
    coursedir = config.coursedir(root)
    with reporting_no_access(coursedir.db_url), open_book(coursedir) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry:
            return {}
        if not found.submissions:
            return {}
        names = [row.name for row in found.notebooks]
        return {
            name: _cells_in_gradebook(ReleasedCells.read(book, assignment, name)) for name in names
        }


def _cells_in_gradebook(released: ReleasedCells) -> Cells:
    kinds: dict[str, Iterable[Any]] = {
        "grade": released.grade_cells,
        "solution": released.solution_cells,
        "task": released.task_cells,
        "source": released.source_cells,
    }
    return {(kind, cell.name) for kind, cells in kinds.items() for cell in cells}


def _cells_of(file: Path) -> Cells:
    """The cells of a released notebook that nbgrader would save in the gradebook."""
    found: Cells = set()
    for cell in nbformat.read(file, as_version=4).cells:
        kinds = {"grade": is_grade(cell), "solution": is_solution(cell), "task": is_task(cell)}
        kinds["source"] = is_locked(cell) or any(kinds.values())
        found |= {(kind, cell.metadata.nbgrader.grade_id) for kind, has in kinds.items() if has}
    return found


def _changed_names(before: Mapping[str, Cells], after: Mapping[str, Cells]) -> list[str]:
    """The notebooks that were added or removed; when there are none, the cells."""
    if changed := before.keys() ^ after.keys():
        return sorted(f"{name}.ipynb" for name in changed)
    return sorted({cell for name in before for _kind, cell in before[name] ^ after[name]})
