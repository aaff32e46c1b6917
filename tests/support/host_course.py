"""A built course whose one lab asks host functions (tests/grading/hostlabs)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grader import cli
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course, load_course
from grader.notebook import course_build
from tests.support.once import once
from tests.support.project import TESTS

HOSTLABS = TESTS / "grading" / "hostlabs"
LAB = "site_log"
FOLDER = HOSTLABS / LAB
PROGRAM = (FOLDER / "reference.py").read_text(encoding="utf-8")
HOST = (FOLDER / "reference_host.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def hosted_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    """Built once, and the folder that it was built in."""
    return once(tmp_path_factory, "hosted", _build)


def _build(place: Path) -> Course:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course_module, "build_dir", lambda: place)
        patch.setattr(course_build, "LABS", HOSTLABS)
        course = load_course("hostlabs", HOSTLABS.parent)
        course_build.build_course(course)
    return course


@pytest.fixture
def hosted(
    hosted_once: tuple[Course, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Course]:
    """A new copy of the course, the only one that `warsha grade` finds."""
    course, place = hosted_once
    shutil.copytree(place, tmp_path / "build")
    monkeypatch.setattr(course_module, "build_dir", lambda: tmp_path / "build")
    monkeypatch.setattr(cli, "load_course", lambda _name=None: course)
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
    yield course


def hand_in(
    course: Course, student: str, host: str | None = HOST, program: str | None = PROGRAM
) -> Path:
    """Put a trainee's notebook into `submitted/`."""
    released = nbformat.read(course.root / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    folder = course.root / "submitted" / student / LAB
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(filled_in(released, program, host=host), folder / f"{LAB}.ipynb")
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")
    return folder
