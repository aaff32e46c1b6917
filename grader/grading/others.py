"""Further notebooks that are handed in with a lab's own: an instructor may release a report, say,
beside it. Nothing of them runs here: a person grades them, or `nbgrader autograde`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from grader.errors import NothingHandedIn, SubmissionError
from grader.gradebook.desk import Desk
from grader.grading.folder import chosen, sha256_of
from grader.grading.submission import Submission, read_submission
from hardware.say import _

NOTED = "warsha_submission"
"""In the metadata of a graded one: the SHA-256 of the file as it was handed in."""


@dataclass(frozen=True)
class Others:
    """The further notebooks of one submission, by name."""

    graded: Mapping[str, NotebookNode | None] = field(default_factory=dict)
    """Whose rows the gradebook gets; None: it was not handed in."""
    written: Mapping[str, NotebookNode] = field(default_factory=dict)
    """Those that were handed in."""
    notes: tuple[str, ...] = ()


def read_others(desk: Desk, folder: Path, student: str) -> Others:
    """Read and sanitise all that was released beside the lab."""
    graded: dict[str, NotebookNode | None] = {}
    written: dict[str, NotebookNode] = {}
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
        written[name] = notebook
        if any(map(_is_test, notebook.cells)):
            told = _("{name} has tests: nbgrader autograde runs them, or a person looks")
            notes.append(told.format(name=file.name))
        else:
            graded[name] = notebook
    return Others(graded, written, tuple(notes))


def are_changed(desk: Desk, folder: Path, student: str) -> bool:
    """Whether others were handed in than those that are graded. One that cannot be read is none:
    what is graded stays."""
    return any(_is_changed(desk, folder, name, student) for name in desk.others)


def _is_changed(desk: Desk, folder: Path, name: str, student: str) -> bool:
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


def _read(desk: Desk, folder: Path, name: str, student: str) -> Submission:
    released, beside = desk.beside(name).released, _beside(desk, name)
    return read_submission(folder, name, student, released, beside, several=True)


def _beside(desk: Desk, name: str) -> set[str]:
    return {desk.lab, *desk.neighbours} - {name}


def _is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader takes a mark from what a cell puts out: without a run, full marks."""
    about = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and about.get("grade") and not about.get("solution"))
