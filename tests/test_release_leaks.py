"""Nothing of a solution, no unstated limit and nothing of the secret is in what trainees get."""

import base64
import json
import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from grader import release
from grader.check import Check
from grader.course import Course
from grader.errors import CourseError
from grader.lab import LABS, Lab, find, slugs
from grader.lesson import solution_lines, source_notebook
from grader.limits import Limit
from grader.release import leaks
from grader.seeds import course_secret


def secret_lines(lab: str) -> set[str]:
    """Lines of the solution in the lesson, and of the reference that the trainee is not given."""
    source = source_notebook(LABS / lab, find(lab).maxima)
    given = {
        line.strip()
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "program"
        for line in cell.source.partition("### BEGIN SOLUTION")[0].splitlines()
    }
    reference = (LABS / lab / "reference.py").read_text(encoding="utf-8").splitlines()
    return solution_lines(source) | {
        line.strip() for line in reference if len(line.strip()) >= 12 and line.strip() not in given
    }


def lessons() -> list[str]:
    return [slug for slug in slugs() if (LABS / slug / "lesson.md").is_file()]


@pytest.mark.parametrize("lab", lessons())
def test_no_line_of_a_solution_is_released(whole_course: Course, lab: str) -> None:
    secrets = secret_lines(lab)
    assert secrets
    files = [*(whole_course.root / "release" / lab).rglob("*"), *whole_course.trainee.rglob("*")]
    for file in files:
        if file.suffix == ".ipynb" and file.stem == lab:
            nbformat.validate(nbformat.read(file, as_version=4))
            assert leaks(json.loads(file.read_text(encoding="utf-8")), secrets) == []


def numbers_of(limit: Limit[Any]) -> set[float]:
    """The numbers of a declared limit; what depends on the seed has none."""
    values = [getattr(limit, field.name) for field in fields(limit)]  # type: ignore[arg-type]
    return {
        float(v) for v in values if isinstance(v, float | int) and not isinstance(v, bool) and v
    }


def numbers_to_state(check: Check) -> set[float]:
    """Points and limits of a check and its ladder, and what it says itself that decides it."""
    steps = ((check.expect, check.points), *check.ladder)
    numbers = {float(n) for limit, points in steps for n in (*numbers_of(limit), points) if n}
    return numbers | {float(number) for number in check.stated}


def rules(lab: Lab, notebook: NotebookNode) -> dict[str, set[float]]:
    """Of each item the numbers that its rows of the score tables state, in both languages."""
    lines = [
        line for c in notebook.cells if c.cell_type == "markdown" for line in c.source.split("\n")
    ]
    rows: dict[str, set[float]] = {}
    for item in lab.items:
        mine = [line for line in lines if line.startswith(f"| {item} | {lab.points(item):g} |")]
        assert len(mine) == 2, (
            f"{lab.slug}, {item}: a row with its points in Arabic and in English"
        )
        rows[item] = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", " ".join(mine))}
    return rows


@pytest.mark.parametrize("lab", lessons())
def test_every_limit_is_stated_with_its_item(whole_course: Course, lab: str) -> None:
    file = whole_course.trainee / lab / f"{lab}.ipynb"
    found = find(lab)
    stated = rules(found, nbformat.read(file, as_version=4))
    for check in found.checks:
        for number in numbers_to_state(check):
            # seconds may stand for milliseconds
            assert stated[check.item] & {number, number / 1000}, (check.id, number)


def test_nothing_of_the_secret_is_handed_out(whole_course: Course) -> None:
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
def test_the_scan_sees_every_corner(notebook: object) -> None:
    assert leaks(notebook, {"hidden_line()"}) == ["hidden_line()"]
    assert leaks(notebook, {"other_line()"}) == []


def test_the_build_refuses_a_lesson_that_tells(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labs = tmp_path / "labs"
    shutil.copytree(LABS / "first_contact", labs / "first_contact")
    lesson = labs / "first_contact" / "lesson.md"
    told = sorted(secret_lines("first_contact"))[0]
    lesson.write_text(f"For example `{told}`.\n\n\n" + lesson.read_text(encoding="utf-8"))
    monkeypatch.setattr(release, "LABS", labs)
    with pytest.raises(CourseError, match="line of the solution"):
        release.build_course(course)
