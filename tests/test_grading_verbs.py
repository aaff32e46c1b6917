"""The command line of grading: what it says, and its exit codes."""

import re

import pytest
from classroom import LAB, HandIn
from typer.testing import CliRunner, Result

from grader.course import Course
from grader.lab import LABS
from grader.verbs import app

REFERENCE = (LABS / LAB / "reference.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")


def warsha(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_class_is_graded_and_the_rest_is_named(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", REFERENCE)
    (hand_in("s2", "x") / f"{LAB}.ipynb").write_text("{")
    (course.root / "submitted" / ".ipynb_checkpoints" / LAB).mkdir(parents=True)
    result = warsha("grade", LAB)
    assert result.exit_code == 3
    assert f"not graded: {LAB} s2: {LAB}.ipynb is not a notebook" in result.output
    last = result.output.strip().splitlines()[-1]
    assert re.fullmatch(r"graded 1/2 submissions in \d+\.\d s, 0 errors", last)
    again = warsha("grade", LAB, "--student", "s1")
    assert again.exit_code == 0
    assert "1 were graded before" in again.output


def test_the_reasons_are_told_in_arabic(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    (hand_in("s2", "x") / f"{LAB}.ipynb").write_text("{")
    result = warsha("grade", LAB, "--dry-run")
    assert "لم يُصحَّح" in result.output
    assert "graded 0/1 submissions" in result.output
