"""Stock `nbgrader autograde`, which runs each notebook in a kernel, gives the marks and the export
of `warsha grade --seeds public`: for every lab of the course, on each of its boards."""

from pathlib import Path

import nbformat
import pytest

from grader.authoring.lab_check import GENERIC, host_of, program_text, programs, scenario_of
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course, load_course
from grader.lab.lab import find
from grader.notebook.course_build import build_course
from tools.compare_nbgrader import our_marks, stock_marks

COURSE = """
title = {{ ar = "مقرر", en = "course" }}
labs = ["{lab}"]
board = "{board}"
"""


def names_of(slug: str) -> tuple[str, ...]:
    """The reference of a lab, and its first and its last mutant."""
    first, *_, last = (
        name for name in programs(find(slug)) if name not in (*GENERIC, "reference")
    )
    return "reference", first, last


@pytest.fixture
def course(
    slug: str, wired: str, names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Course:
    """A course of one lab on one board, in which trainees have handed in these programs."""
    monkeypatch.setattr(course_module, "build_dir", lambda: tmp_path / "build")
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
    file = tmp_path / "courses" / "one" / "course.toml"
    file.parent.mkdir(parents=True)
    file.write_text(COURSE.format(lab=slug, board=wired), encoding="utf-8")
    course = load_course("one", tmp_path / "courses")
    build_course(course)
    released = nbformat.read(course.root / "release" / slug / f"{slug}.ipynb", as_version=4)
    for name in names:
        folder = course.root / "submitted" / name / slug
        folder.mkdir(parents=True)
        text, answer = (
            program_text(find(slug), name) or None,
            "" if name == "empty" else "CPython, linux",
        )
        file = programs(find(slug))[name]
        more = (host_of(file), scenario_of(file))
        nbformat.write(filled_in(released, text, answer, *more), folder / f"{slug}.ipynb")
        (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")
    return course


@pytest.mark.parametrize(
    ("slug", "wired", "names"),
    [
        ("first_contact", "esp32_devkit_c_v4", ("reference",)),
        *(
            pytest.param(slug, wired, names, marks=pytest.mark.long)
            for slug, wired, names in [
                ("first_contact", "esp32_devkit_c_v4", ("pong_same", "empty", "hex_case")),
                *((s, b, names_of(s)) for s in load_course().labs for b in find(s).boards),
            ]
        ),
    ],
)
def test_stock_nbgrader_gives_the_same_marks_and_export(
    course: Course, slug: str, names: tuple[str, ...]
) -> None:
    theirs = scores, csv = stock_marks(course)
    lab = find(slug)
    assert len(scores) == len(names) * len(lab.items)
    assert len(csv.splitlines()) == 1 + len(names)
    if "reference" in names:
        assert {i: scores["reference", slug, i] for i in lab.items} == {
            i: lab.points(i) for i in lab.items
        }
    assert our_marks(course, []) == theirs
