"""Built courses in temporary folders; conftest.py registers its fixtures."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.archive.record import Record
from grader.archive.store import Store
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course, load_course
from grader.lab.lab import LABS
from grader.notebook.course_build import build_course
from tests.support.once import once

LAB = "first_contact"


def build(place: Path, labs: tuple[str, ...]) -> Course:
    """A course of these labs in a build folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course_module, "build_dir", lambda: place)
        course = replace(load_course("iot_micropython"), labs=labs, roster=None)
        build_course(course)
    return course


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    """A course of one lab, built once, and the folder that it was built in."""
    return once(tmp_path_factory, "built", lambda place: build(place, (LAB,)))


@pytest.fixture
def course(built: tuple[Course, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A new copy of the built course, with a new secret for each test."""
    made, place = built
    shutil.copytree(place, tmp_path / "build")
    monkeypatch.setattr(course_module, "build_dir", lambda: tmp_path / "build")
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
    return made


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    """The whole course of this repository, as far as its labs have lessons."""
    labs = load_course("iot_micropython").labs
    with_lesson = tuple(lab for lab in labs if (LABS / lab / "lesson.md").is_file())
    return once(tmp_path_factory, "whole", lambda place: build(place, with_lesson))


@pytest.fixture
def whole_course(
    whole: tuple[Course, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Course]:
    """All labs, built once for all tests that only read."""
    made, place = whole
    monkeypatch.setattr(course_module, "build_dir", lambda: place)
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
    yield made


HandIn = Callable[..., Path]


@pytest.fixture
def hand_in(course: Course) -> HandIn:
    """Put a trainee's notebook into `submitted/`."""

    def put(
        student: str,
        program: str | None,
        *,
        at: str = "2026-01-15 10:00:00 UTC",
        answer: str = "CPython, linux",
    ) -> Path:
        released = nbformat.read(course.root / "release" / LAB / f"{LAB}.ipynb", as_version=4)
        folder = course.root / "submitted" / student / LAB
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(filled_in(released, program, answer), folder / f"{LAB}.ipynb")
        (folder / "timestamp.txt").write_text(at + "\n")
        return folder

    return put


def put_record(store: Store, record: Record) -> None:
    """Record the mark as the grader does after the gradebook has it."""
    store.keep(record)
    store.settle(record)


Scores = dict[tuple[str, str, str], float | None]


def auto_scores(course: Course) -> Scores:
    """The automatic scores in the gradebook by (trainee, lab, item)."""
    with _gradebook(course) as gradebook:
        return {
            (submission.student.id, assignment.name, grade.name): grade.auto_score
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def empty_gradebook(course: Course) -> None:
    """Begin a new gradebook, with neither trainees nor labs."""
    (course.root / "gradebook.db").unlink()
    _gradebook(course).close()


def set_due(course: Course, time: str) -> None:
    """Give the lab a due date."""
    with _gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(LAB, duedate=time)


def give_by_hand(course: Course, student: str, item: str, points: float) -> None:
    """Give a manual mark, as Formgrader does."""
    with _gradebook(course) as gradebook:
        grade = gradebook.find_grade(item, LAB, LAB, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def waiting_for_a_person(course: Course, student: str) -> set[str]:
    """The items that need manual review in Formgrader."""
    with _gradebook(course) as gradebook:
        (notebook,) = gradebook.find_submission(LAB, student).notebooks
        return {grade.name for grade in notebook.grades if grade.needs_manual_grade}


def students(course: Course) -> dict[str, tuple[str | None, ...]]:
    """The trainees in the gradebook: id to first name, last name, e-mail."""
    with _gradebook(course) as gradebook:
        return {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}


def _gradebook(course: Course) -> Any:
    return Gradebook(f"sqlite:///{course.root}/gradebook.db")
