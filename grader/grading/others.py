"""Further notebooks that are handed in with a lab's own: an instructor may release a report, say,
beside it. Nothing of them runs here: a person grades them, or `nbgrader autograde`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from grader.errors import SubmissionError
from grader.gradebook.desk import Desk
from grader.grading.submission import read_submission
from hardware.say import _


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
        file = folder / f"{name}.ipynb"
        if not file.is_file() or file.is_symlink():
            graded[name] = None
            continue
        try:
            beside = {desk.lab, *desk.neighbours} - {name}
            submission = read_submission(folder, name, student, its.released, beside)
        except SubmissionError as error:
            notes.append(f"{error}. {error.cure}")
            continue
        notebook = its.finish(its.sanitize(submission.notebook, student), student)
        written[name] = notebook
        if any(map(_is_test, notebook.cells)):
            told = _("{name} has tests: nbgrader autograde runs them, or a person looks")
            notes.append(told.format(name=file.name))
        else:
            graded[name] = notebook
    return Others(graded, written, tuple(notes))


def _is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader takes a mark from what a cell puts out: without a run, full marks."""
    about = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and about.get("grade") and not about.get("solution"))
