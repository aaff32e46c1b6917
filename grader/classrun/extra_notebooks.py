"""Extra notebooks: notebooks of an assignment that are no labs, for example a report.

Warsha does not run them. A person grades them, or `nbgrader autograde` executes them; its outputs
and marks stay as long as the submission does not change.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.classrun.submission import Submission, read_submission
from grader.errors import NothingHandedIn, SubmissionError
from grader.nbgrader.notebook_marks import was_executed
from grader.nbgrader.sanitizer import Sanitizer
from hardware.i18n import _

SHA256_KEY = "warsha_submission"
"""In the metadata of a graded extra notebook: the SHA-256 of the file that was handed in."""


@dataclass(frozen=True)
class ExtraNotebook:
    """One extra notebook of a submission."""

    submission: Submission | None = None
    """None: it was not handed in, or it cannot be read."""
    problem: str = ""
    """Why it cannot be read; what was graded earlier stays then."""


def read_extra_notebooks(
    sanitizer: Sanitizer, folder: Path, student: str
) -> dict[str, ExtraNotebook]:
    """Read all extra notebooks of the assignment, by name."""
    return {name: _read(sanitizer, folder, name, student) for name in sanitizer.extra}


def _read(sanitizer: Sanitizer, folder: Path, name: str, student: str) -> ExtraNotebook:
    released = sanitizer.of_extra(name).released
    neighbours = {sanitizer.lab, *sanitizer.neighbours} - {name}
    try:
        submission = read_submission(folder, name, student, released, neighbours, exact=True)
    except NothingHandedIn:
        return ExtraNotebook()
    except SubmissionError as error:
        return ExtraNotebook(problem=f"{error}. {error.cure}")
    return ExtraNotebook(submission)


def are_changed(sanitizer: Sanitizer, extra: Mapping[str, ExtraNotebook], student: str) -> bool:
    """Whether the extra notebooks differ from the graded ones. One that cannot be read does not
    count as changed."""
    graded = sanitizer.autograded(student)
    return any(
        not one.problem and _graded_sha256(graded / f"{name}.ipynb") != _sha256(one)
        for name, one in extra.items()
    )


def _sha256(one: ExtraNotebook) -> str | None:
    return one.submission.sha256 if one.submission else None


def _graded_sha256(file: Path) -> str | None:
    """The hash of the submission that was graded; "" when it is unknown, None when there is no
    graded notebook."""
    try:
        return str(json.loads(file.read_bytes())["metadata"].get(SHA256_KEY, ""))
    except FileNotFoundError:
        return None
    except Exception:  # whatever is wrong with that file: it is written again
        return ""


def sanitize_extra_notebooks(
    sanitizer: Sanitizer, extra: Mapping[str, ExtraNotebook], student: str
) -> tuple[dict[str, NotebookNode | None], list[str]]:
    """The notebooks to save by name (None: it was not handed in), and notes for the instructor.
    One that cannot be read is left out."""
    notebooks: dict[str, NotebookNode | None] = {}
    notes: list[str] = []
    for name, one in extra.items():
        if one.problem:
            notes.append(one.problem)
        elif one.submission is None:
            notebooks[name] = None
        else:
            notebooks[name] = _sanitize(sanitizer, name, one.submission, student, notes)
    return notebooks, notes


def _sanitize(
    sanitizer: Sanitizer, name: str, submission: Submission, student: str, notes: list[str]
) -> NotebookNode:
    notes += submission.file_notes
    own = sanitizer.of_extra(name)
    notebook = own.finish(own.sanitize(submission.notebook, student), student)
    notebook.metadata[SHA256_KEY] = submission.sha256
    executed = _executed(sanitizer.autograded(student) / f"{name}.ipynb", notebook)
    if not executed and any(map(_is_test, notebook.cells)):
        note = _("{name} has tests: run nbgrader autograde, or grade it by hand")
        notes.append(note.format(name=submission.file))
    return executed or notebook


def _executed(file: Path, notebook: NotebookNode) -> NotebookNode | None:
    """The graded notebook if `nbgrader autograde` executed the same submission of the same
    release."""
    try:
        graded = nbformat.read(file, as_version=4)
        is_same = graded.metadata[SHA256_KEY] == notebook.metadata[SHA256_KEY]
        is_same &= _nbgrader_metadata(graded) == _nbgrader_metadata(notebook)
        return graded if is_same and was_executed(graded) else None
    except Exception:  # whatever is wrong with that file: nobody has executed this notebook
        return None


def _nbgrader_metadata(notebook: NotebookNode) -> dict[str, NotebookNode]:
    found = (cell.metadata.get("nbgrader") for cell in notebook.cells)
    return {metadata.grade_id: metadata for metadata in found if metadata}


def _is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader takes a mark from the cell's output. Without a run it gives full marks."""
    metadata = cell.metadata.get("nbgrader", {})
    return bool(
        cell.cell_type == "code" and metadata.get("grade") and not metadata.get("solution")
    )
