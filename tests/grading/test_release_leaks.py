"""Released files contain no part of a solution and no part of the secret."""

import base64
import json
import shutil
from pathlib import Path

import nbformat
import pytest

from grader.authoring.lab_review import secrets
from grader.errors import CourseError
from grader.lab.course import Course
from grader.lab.lab import LABS, find, slugs
from grader.notebook import course_build
from grader.notebook.release import leaks
from grader.seeds import course_secret


def lessons() -> list[str]:
    return [slug for slug in slugs() if (LABS / slug / "lesson.md").is_file()]


@pytest.mark.parametrize("lab", lessons())
def test_no_line_of_a_solution_is_released(whole_course: Course, lab: str) -> None:
    hidden = secrets(find(lab))
    assert hidden
    files = [*(whole_course.root / "release" / lab).rglob("*"), *whole_course.trainee.rglob("*")]
    for file in files:
        if file.suffix == ".ipynb" and file.stem == lab:
            nbformat.validate(nbformat.read(file, as_version=4))
            assert leaks(json.loads(file.read_text(encoding="utf-8")), hidden) == []


def test_no_part_of_the_secret_is_released(whole_course: Course) -> None:
    secret = course_secret()
    for file in whole_course.trainee.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert secret not in raw
            assert secret.hex().encode() not in raw


@pytest.mark.parametrize(
    "notebook",
    [
        {"cells": [{"source": ["x = ", "hidden_line()\n"]}]},
        {"metadata": {"note": "see hidden_line() there"}},
        {"metadata": {"hidden_line()": 1}},
        {"cells": [{"outputs": [{"data": {"text/plain": "hidden_line()"}}]}]},
        {"cells": [{"attachments": {"a": {"t": base64.b64encode(b"- hidden_line()").decode()}}}]},
    ],
)
def test_the_scan_finds_every_place(notebook: object) -> None:
    assert leaks(notebook, {"hidden_line()"}) == ["hidden_line()"]
    assert leaks(notebook, {"other_line()"}) == []


def test_the_build_refuses_a_lesson_with_a_solution(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labs = tmp_path / "labs"
    shutil.copytree(LABS / "first_contact", labs / "first_contact")
    lesson = labs / "first_contact" / "lesson.md"
    secret = sorted(secrets(find("first_contact")))[0]
    lesson.write_text(f"For example `{secret}`.\n\n\n" + lesson.read_text(encoding="utf-8"))
    monkeypatch.setattr(course_build, "LABS", labs)
    with pytest.raises(CourseError, match="line of the solution"):
        course_build.build_course(course)
