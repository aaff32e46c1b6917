"""A manually graded text: a cell of a lab's notebook, or an essay in an assignment with one or
several labs."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from grader.lab.course import Course
from grader.lab.lab import LABS
from grader.nbgrader import commands, config
from tests.support.classroom import LAB
from tests.support.tiny_lesson import cell_named

QUESTION = """

Why does it blink?


<!-- #region manual="why" points=4 -->
Because the loop goes on for ever.
<!-- #endregion -->


"""


TITLE = """

[manual]
why = { ar = "سبب الوميض", en = "why it blinks" }
"""


def lab_with(text: str, place: Path) -> Path:
    """The lab with that text in its lesson, and with a title for it."""
    folder = place / LAB
    shutil.copytree(LABS / LAB, folder)
    for name, more in (("lesson.md", text), ("lab.toml", TITLE)):
        file = folder / name
        file.write_text(file.read_text("utf-8").rstrip() + more, encoding="utf-8")
    return folder


def answer_text(folder: Path, text: str = "It loops.") -> None:
    """Write the answer into the notebook that was handed in."""
    notebook = nbformat.read(folder / f"{LAB}.ipynb", as_version=4)
    cell_named(notebook, "why").source = text
    nbformat.write(notebook, folder / f"{LAB}.ipynb")


def release_essay(course: Course, assignment: str) -> None:
    """Add the essay to the assignment."""
    essay = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    cell = new_markdown_cell("Write here.")
    flags = {"grade": True, "solution": True, "locked": False, "task": False, "points": 5}
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": "text", **flags}
    essay.cells.append(cell)
    nbformat.write(essay, course.root / "source" / assignment / "essay.ipynb")
    commands.generate_release(course.root, assignment)


def write_essay(course: Course, folder: Path, text: str, name: str = "essay") -> None:
    """Submit the essay; `folder` is that of the trainee and the assignment."""
    release = course.root / "release" / folder.name / "essay.ipynb"
    essay = nbformat.read(release, as_version=4)
    essay.cells[0].source = text
    nbformat.write(essay, folder / f"{name}.ipynb")


def essay_of(course: Course, student: str, assignment: str) -> str:
    """The text that a person reads in Formgrader."""
    return (course.root / "autograded" / student / assignment / "essay.ipynb").read_text("utf-8")


def open_gradebook(course: Course) -> Any:
    return Gradebook(config.coursedir(course.root).db_url)


def needs_manual_grade(course: Course, student: str, assignment: str) -> bool:
    """Whether the essay needs manual grading."""
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("text", "essay", assignment, student)
        return bool(grade.needs_manual_grade)


def give_essay(course: Course, student: str, points: float, assignment: str) -> None:
    """Give the essay a mark, as a person does in Formgrader."""
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("text", "essay", assignment, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()
