"""An assignment of two labs, submitted and graded. conftest.py registers its fixtures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner, Result

from grader.authoring.lab_check import program_text, scenario_of
from grader.authoring.lab_check import programs as programs_of
from grader.cli import app
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import commands
from hardware.paths import build_dir
from tests.support.classroom import build
from tests.support.once import once

WEEK = "week1"
PAIR = ("buttons", "traffic_light")


def program(lab: str, name: str = "reference") -> str:
    """The text of a reference or mutant."""
    return program_text(find(lab), name)


@pytest.fixture(scope="session")
def built_week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    """Two labs, released by themselves and together."""
    return once(tmp_path_factory, "week", _build_week)


def _build_week(place: Path) -> Course:
    course = build(place, PAIR)
    root = place / "course" / course.slug
    source = root / "source" / WEEK
    source.mkdir()
    for lab in PAIR:
        shutil.copy(root / "source" / lab / f"{lab}.ipynb", source)
    commands.generate_release(root, WEEK)
    (place / "port").symlink_to(build_dir() / "port")
    return course


@pytest.fixture
def week(
    built_week: tuple[Course, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Course]:
    """A new copy that other processes find, too."""
    course, place = built_week
    shutil.copytree(place, tmp_path / "build", symlinks=True)
    monkeypatch.setattr(course_module, "build_dir", lambda: tmp_path / "build")
    for name, value in {"BUILD": "build", "SECRET_FILE": "secret"}.items():
        monkeypatch.setenv(f"WARSHA_{name}", str(tmp_path / value))
    monkeypatch.setenv("WARSHA_LANG", "en")
    yield course


def hand_in(course: Course, student: str, programs: dict[str, str]) -> Path:
    """A program for each lab, by the name of the notebook's file."""
    folder = course.root / "submitted" / student / WEEK
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in programs.items():
        lab = name.split(" ")[0]
        released = nbformat.read(course.root / "release" / WEEK / f"{lab}.ipynb", as_version=4)
        scenario = scenario_of(programs_of(find(lab))["reference"])
        made = filled_in(released, text, "CPython, linux", scenario=scenario)
        nbformat.write(made, folder / f"{name}.ipynb")
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")
    return folder


def warsha(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), terminal_width=200)


def notebooks(course: Course, student: str, step: str = "autograded") -> list[str]:
    return sorted(file.name for file in (course.root / step / student / WEEK).glob("*.[ih]*"))
