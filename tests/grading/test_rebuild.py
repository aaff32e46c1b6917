"""Building a course again: other files stay, the old release stays until the new one is valid, and
given marks keep their cells."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.archive.store import Store
from grader.authoring.lab_review import secrets
from grader.classrun.grading import Grading
from grader.errors import CourseError
from grader.lab.course import Course
from grader.lab.lab import LABS, find
from grader.nbgrader import commands, config, standings
from grader.nbgrader.database import Database
from grader.notebook import course_build, lab_changes
from grader.notebook.course_build import build_course
from hardware.paths import build_dir
from tests.support import fake_scoring
from tests.support.classroom import LAB, HandIn
from tests.support.gradebooks import handed_in, rows, source
from tests.support.tiny_lesson import cell_named

OTHER = "traffic_light"
QUESTION = """


<!-- #region manual="why" points=4 -->
Because the loop goes on for ever.
<!-- #endregion -->
"""
BIN = Path(sys.executable).parent
Edit = Callable[[Callable[[str], str]], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Change the text of the lesson, always starting from the checkout. No lab was checked yet,
    whatever was checked in the checkout."""
    labs = tmp_path / "labs"
    for lab in (LAB, OTHER):
        shutil.copytree(LABS / lab, labs / lab)
    monkeypatch.setattr(course_build, "LABS", labs)
    monkeypatch.setattr(lab_changes, "build_dir", lambda: tmp_path / "build")

    def change(how: Callable[[str], str]) -> None:
        text = (LABS / LAB / "lesson.md").read_text(encoding="utf-8")
        (labs / LAB / "lesson.md").write_text(how(text), encoding="utf-8")

    return change


def asks_more(text: str) -> str:
    return text.rstrip() + QUESTION


def with_solution(text: str) -> str:
    """A lesson that shows a line of its solution."""
    return f"For example `{sorted(secrets(find(LAB)))[0]}`.\n\n\n" + text


def put_extra_files(course: Course, *names: str) -> None:
    """Add notebooks and files of the instructor, as in docs/howto/gradebook.md."""
    place = course.root / "source" / LAB
    for name in names:
        nbformat.write(source(), place / f"{name}.ipynb")
    (place / "data").mkdir(exist_ok=True)
    (place / "data" / "table.csv").write_text("mine")


def grade(course: Course) -> dict[tuple[str, str], float]:
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(), work=fake_scoring.by_text, workers=1))
    assert all(outcome.is_graded for outcome in done), done
    return standings.scores(course.root)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def gradebook_rows(course: Course) -> dict[str, list[dict[str, Any]]]:
    """The gradebook without the rows of another lab."""
    found = rows(f"sqlite:///{course.root}/gradebook.db").items()
    return {table: [row for row in its if OTHER not in repr(row)] for table, its in found}


def released_state(course: Course) -> tuple[object, ...]:
    """All parts of a release of the lab."""
    root = course.root
    places = ("source", "release", "trainee", "trainee/labs")
    contents = [files(root / place / LAB) for place in places]
    return *contents, gradebook_rows(course), Store(course.store).released(LAB)


def test_files_of_the_instructor_in_a_lab_stay(course: Course) -> None:
    put_extra_files(course, "report")
    commands.generate_release(course.root, LAB)
    before = files(course.root / "source" / LAB)
    known = gradebook_rows(course)
    build_course(course)
    assert files(course.root / "source" / LAB) == before
    assert set(files(course.root / "release" / LAB)) == set(before)
    assert {"report.ipynb", "data/table.csv"} < set(before)
    assert gradebook_rows(course) == known


def test_a_changed_text_reaches_submitted_notebooks(
    course: Course, hand_in: HandIn, edit: Edit
) -> None:
    put_extra_files(course, "report")
    build_course(course)
    folder = hand_in("s1", "x = 1")
    report = nbformat.read(course.root / "release" / LAB / "report.ipynb", as_version=4)
    handed_in(report, {"essay": "It blinks."}, {})
    nbformat.write(report, folder / "report.ipynb")
    before = grade(course)
    edit(lambda text: "Read this first.\n\n\n" + text)
    messages: list[str] = []
    build_course(course, messages.append)
    assert messages == [f"released {LAB}"]
    for place in ("source", "release", "trainee"):
        assert "Read this first." in (course.root / place / LAB / f"{LAB}.ipynb").read_text()
    assert grade(course) == before


def test_cells_that_came_after_marks_were_given(
    course: Course, hand_in: HandIn, edit: Edit
) -> None:
    hand_in("s1", "x = 1")
    before, state = grade(course), released_state(course)
    edit(asks_more)
    both = replace(course, labs=(LAB, OTHER))
    messages: list[str] = []
    for _again in range(2):
        with pytest.raises(CourseError) as caught:
            build_course(both, messages.append)
        assert str(caught.value) == f"{LAB} has marks, but its cells were changed: why"
        assert released_state(course) == state
        assert (course.trainee / OTHER / f"{OTHER}.ipynb").is_file()
        assert grade(course) == before
    assert messages == [f"released {OTHER}"] * 2
    edit(lambda text: text)
    build_course(both)
    edit(asks_more)
    command = caught.value.cure.partition(f"in {course.root}: ")[2].partition(", which")[0]
    subprocess.run(
        [BIN / shlex.split(command)[0], *shlex.split(command)[1:]],
        cwd=course.root,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    build_course(both)
    assert grade(course) == before
    graded = course.root / "autograded" / "s1" / LAB / f"{LAB}.ipynb"
    assert cell_named(nbformat.read(course.root / "release" / LAB / graded.name, 4), "why")


def test_notebooks_that_came_or_went_after_marks_were_given(
    course: Course, hand_in: HandIn
) -> None:
    put_extra_files(course, "report")
    build_course(course)
    hand_in("s1", "x = 1")
    before = grade(course)
    place = course.root / "source" / LAB
    for names in ("report.ipynb", "more.ipynb, report.ipynb"):
        (place / "report.ipynb").unlink(missing_ok=True)
        if "more" in names:
            put_extra_files(course, "more")
        state = released_state(course)
        with pytest.raises(CourseError) as caught:
            build_course(course)
        assert str(caught.value).endswith(f"cells were changed: {names}")
        assert released_state(course) == state
        assert grade(course) == before
    (place / "more.ipynb").unlink()
    put_extra_files(course, "report")
    build_course(course)


def test_the_command_reports_the_conflict_and_builds_the_rest(
    course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    hand_in("s1", "x = 1")
    grade(course)
    put_extra_files(course, "report")
    (tmp_path / "build" / "port").symlink_to(build_dir() / "port")
    done = subprocess.run(
        [BIN / "warsha", "course", "build"],
        env={**os.environ, "WARSHA_LANG": "en", "WARSHA_BUILD": str(tmp_path / "build")},
        capture_output=True,
        text=True,
        check=False,
    )
    cause, cure = done.stderr.splitlines()
    assert (done.returncode, cause) == (
        1,
        f"{LAB} has marks, but its cells were changed: report.ipynb",
    )
    assert f"nbgrader db assignment remove {LAB} --force" in cure
    assert f"released {OTHER}" in done.stdout.splitlines()
    assert f"released {LAB}" not in done.stdout.splitlines()


def test_a_lesson_with_a_solution_changes_nothing(course: Course, edit: Edit) -> None:
    state = released_state(course)
    edit(with_solution)
    with pytest.raises(CourseError, match="line of the solution"):
        build_course(replace(course, labs=(LAB, OTHER)))
    assert released_state(course) == state
    assert (course.root / "release" / OTHER).is_dir()


def test_every_lab_that_cannot_be_released_is_named(course: Course, edit: Edit) -> None:
    edit(with_solution)
    with pytest.raises(CourseError) as caught:
        build_course(replace(course, labs=("nowhere", LAB)))
    lines = f"{caught.value}\n{caught.value.cure}".splitlines()
    assert len(lines) == 4 and "nowhere" in lines[0] and LAB in lines[2]


def test_a_release_that_the_store_has_lost_stops_no_other_lab(course: Course, edit: Edit) -> None:
    shutil.rmtree(course.store / "labs" / Store(course.store).released(LAB))
    edit(with_solution)
    with pytest.raises(CourseError) as caught:
        build_course(replace(course, labs=(LAB, OTHER)))
    assert "line of the solution" in str(caught.value) and "store" in str(caught.value)
    assert (course.root / "release" / OTHER).is_dir()


def test_a_build_that_was_killed_during_the_replacement(course: Course, edit: Edit) -> None:
    place = course.root / "release" / LAB
    before = files(place)
    for folder in (place, course.trainee):
        folder.rename(folder.with_name(f".{folder.name}.old"))
    (course.root / ".new" / "source" / LAB).mkdir(parents=True)
    (course.root / ".new" / "source" / LAB / "half.ipynb").write_text("{")
    edit(with_solution)
    with pytest.raises(CourseError, match="line of the solution"):
        build_course(course)
    assert files(place) == before
    assert (course.trainee / LAB / f"{LAB}.ipynb").is_file()
    assert not [file for file in course.root.rglob(".*") if file.suffix in (".old", ".new")]


def test_grading_is_refused_while_a_course_is_built(course: Course) -> None:
    state = released_state(course)
    with (
        closing(Database(course.root, config.coursedir(course.root))),
        pytest.raises(CourseError, match="somebody else is grading"),
    ):
        build_course(course)
    assert released_state(course) == state
    build_course(course)


def test_a_build_says_that_marks_may_have_moved(
    course: Course, edit: Edit, tmp_path: Path
) -> None:
    """The lab was changed since its check passed and since its release, with the same version."""
    edit(str)
    labs = tmp_path / "labs"  # as `edit` made them
    place = labs / LAB

    def notes() -> list[str]:
        found: list[str] = []
        build_course(course, found.append)
        return [line for line in found if line.startswith(LAB)]

    assert notes() == []  # never checked here, and as it was released
    lab_changes.remember_check(find(LAB, labs))
    (place / "checks.py").write_text((place / "checks.py").read_text("utf-8") + "\n# eased\n")
    checked, version = notes()
    assert checked == f"{LAB} has changed since it passed its check; run: warsha lab check {LAB}"
    assert f"increase version in its lab.toml, which is still {find(LAB, labs).version}" in version
    assert notes() == [checked]
    lab_changes.remember_check(find(LAB, labs))
    toml = place / "lab.toml"
    toml.write_text(toml.read_text("utf-8").replace("version = ", "version = 9"), "utf-8")
    assert notes() == [checked]
