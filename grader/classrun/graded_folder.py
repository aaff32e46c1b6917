"""Write the folder of a graded submission: the graded notebooks, the attached files and the time
stamp. It is made next to its place in `autograded/`; the grading process moves it there."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.v4 import writes

from grader.classrun.submission_folder import read_file
from grader.errors import SubmissionError
from grader.nbgrader.notebook_marks import NotebookMarks
from grader.nbgrader.sanitizer import Sanitizer
from grader.score.card import Card, number
from hardware.atomic_file import write_atomically

SECRET = "submission_secret.txt"
"""nbgrader's file in a submission of the exchange."""


def write_marks(notebook: NotebookNode, marks: Sequence[Card]) -> None:
    """Give each graded cell an output: nbgrader reads the score from it, and people see it."""
    by_item = {mark.item: mark for mark in marks}
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade") and metadata.get("grade_id") in by_item:
            mark = by_item[metadata.grade_id]
            data = {"text/plain": number(mark.points), "text/html": mark._repr_html_()}
            output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
            cell.outputs = [from_dict({**output, "data": data})]
            cell.execution_count = 1


def change_marks(file: Path, marks: Sequence[Card]) -> NotebookMarks:
    """Put other marks into a graded notebook. Returns: what the gradebook takes from it."""
    notebook = nbformat.read(file, as_version=4)
    write_marks(notebook, marks)
    write_atomically(file, writes(notebook) + "\n")
    return NotebookMarks.of(notebook)


def write_graded_folder(
    sanitizer: Sanitizer,
    student: str,
    folder: Path,
    timestamp: datetime | None,
    notebooks: Mapping[str, NotebookNode | None],
) -> tuple[Path, list[str]]:
    """Write the graded notebooks (by name; None: it was not handed in) and the files of the
    submission in `folder`.

    Returns the new folder, and notes about files that were left out. A new folder that an aborted
    run left there is removed.
    """
    place = sanitizer.autograded(student)
    new = place.with_name(f".{place.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        left_out = sanitizer.copy_files(folder, new)
        _copy_other_notebooks(sanitizer, place, new, notebooks)
        if folder != (own := sanitizer.submitted(student)):
            _replace_secret(new / SECRET, own / SECRET)
        # Like nbformat.write, but without validation: the cells are released ones and plain text.
        for name, notebook in notebooks.items():
            if notebook:
                (new / f"{name}.ipynb").write_text(writes(notebook) + "\n", encoding="utf-8")
        if timestamp:
            (new / "timestamp.txt").write_text(f"{timestamp} UTC\n")
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return new, left_out


def _replace_secret(file: Path, own: Path) -> None:
    """Another member of the team handed in. The exchange gives feedback back to whoever has the
    secret of the submission, so this member's page gets the secret of the member's own submission,
    or one that nobody has: else it would replace the page of the member who handed in."""
    if file.is_file():
        try:
            secret = read_file(own)
        except SubmissionError:
            secret = token_hex().encode()
        file.write_bytes(secret)


def _copy_other_notebooks(
    sanitizer: Sanitizer, place: Path, new: Path, notebooks: Mapping[str, NotebookNode | None]
) -> None:
    """Keep the graded notebooks of the assignment's other labs, which are graded one by one, and
    of extra notebooks that cannot be read now."""
    for name in [*sanitizer.other_labs, *(sanitizer.extra.keys() - notebooks.keys())]:
        file = place / f"{name}.ipynb"
        if file.is_file() and not file.is_symlink():
            shutil.copyfile(file, new / file.name)
