"""Further notebooks that are handed in with a lab's own: an instructor may release a report, say,
beside it. Nothing of them runs here: a person grades them, or `nbgrader autograde`, whose outputs
and marks stay while nothing changes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.classrun.submission import Submission, read_submission
from grader.classrun.submission_folder import chosen, sha256_of
from grader.errors import NothingHandedIn, SubmissionError
from grader.nbgrader.rows import was_executed
from grader.nbgrader.sanitizer import Sanitizer
from hardware.i18n import _

NOTED = "warsha_submission"
"""In the metadata of a graded one: the SHA-256 of the file as it was handed in."""


@dataclass(frozen=True)
class ExtraNotebooks:
    """The further notebooks of one submission, by name."""

    graded: Mapping[str, NotebookNode | None] = field(default_factory=dict)
    """Whose rows the gradebook gets; None: it was not handed in."""
    notes: tuple[str, ...] = ()


def read_others(desk: Sanitizer, folder: Path, student: str) -> ExtraNotebooks:
    """Read and sanitise all that was released beside the lab."""
    graded: dict[str, NotebookNode | None] = {}
    notes = []
    for name in desk.others:
        its = desk.beside(name)
        try:
            file, odd = chosen(folder, name, _beside(desk, name), several=True)
            submission = _read(desk, folder, name, student)
        except NothingHandedIn:
            graded[name] = None
            continue
        except SubmissionError as error:
            notes.append(f"{error}. {error.cure}")
            continue
        notes += odd
        notebook = its.finish(its.sanitize(submission.notebook, student), student)
        notebook.metadata[NOTED] = submission.sha256
        executed = _executed(desk.autograded(student) / f"{name}.ipynb", notebook)
        graded[name] = executed or notebook
        if not executed and any(map(_is_test, notebook.cells)):
            told = _("{name} has tests: nbgrader autograde runs them, or a person looks")
            notes.append(told.format(name=file.name))
    return ExtraNotebooks(graded, tuple(notes))


def _executed(file: Path, notebook: NotebookNode) -> NotebookNode | None:
    """What `nbgrader autograde` made of the same, when it was handed in and released as it is
    now."""
    try:
        graded = nbformat.read(file, as_version=4)
        is_same = graded.metadata[NOTED] == notebook.metadata[NOTED]
        is_same &= _released_cells(graded) == _released_cells(notebook)
        return graded if is_same and was_executed(graded) else None
    except Exception:  # whatever is wrong with that file, nobody has run this notebook
        return None


def _released_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    found = (cell.metadata.get("nbgrader") for cell in notebook.cells)
    return {about.grade_id: about for about in found if about}


def are_changed(desk: Sanitizer, folder: Path, student: str) -> bool:
    """Whether others were handed in than those that are graded. One that cannot be read is none:
    what is graded stays."""
    return any(_is_changed(desk, folder, name, student) for name in desk.others)


def _is_changed(desk: Sanitizer, folder: Path, name: str, student: str) -> bool:
    noted = _noted(desk.autograded(student) / f"{name}.ipynb")
    try:
        file, _odd = chosen(folder, name, _beside(desk, name), several=True)
        return sha256_of(file) != noted and bool(_read(desk, folder, name, student))
    except NothingHandedIn:
        return noted is not None
    except SubmissionError:
        return False


def _noted(file: Path) -> str | None:
    """What was graded; "" when whoever graded it has not noted that, None when there is none."""
    try:
        return str(json.loads(file.read_bytes())["metadata"].get(NOTED, ""))
    except FileNotFoundError:
        return None
    except Exception:  # whatever is wrong with that file, the answer is to write it again
        return ""


def _read(desk: Sanitizer, folder: Path, name: str, student: str) -> Submission:
    released, beside = desk.beside(name).released, _beside(desk, name)
    return read_submission(folder, name, student, released, beside, several=True)


def _beside(desk: Sanitizer, name: str) -> set[str]:
    return {desk.lab, *desk.neighbours} - {name}


def _is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader takes a mark from what a cell puts out: without a run, full marks."""
    about = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and about.get("grade") and not about.get("solution"))
