"""Attached files of a submission do not stop the grading, and a page that cannot be made does not
stop the others."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from grader.classrun.grading import Grading
from grader.cli import app
from grader.disk import open_regular_file
from grader.lab.course import Course
from grader.reports.feedback_data import FeedbackData
from grader.reports.feedback_page import feedback_page
from tests.support import fake_scoring
from tests.support.classroom import LAB, HandIn

Nest = Callable[[Path, int], None]


def grade(course: Course) -> dict[str, tuple[str, ...]]:
    """Grade all submissions. Returns the notes by trainee."""
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(), work=fake_scoring.by_text, workers=1))
    assert all(outcome.is_graded for outcome in done), done
    return {outcome.student: outcome.notes for outcome in done}


def feedback() -> Result:
    """Run `warsha feedback`."""
    return CliRunner().invoke(app, ["feedback", LAB], env={"WARSHA_LANG": "en"})


def pages(course: Course) -> set[str]:
    """The trainees with a feedback page."""
    return {file.parts[-3] for file in course.root.glob(f"feedback/*/{LAB}/{LAB}.html")}


@pytest.fixture
def nest(course: Course) -> Iterator[Nest]:
    """Makes nested folders with a file in the innermost one. It uses programs, because Python's
    functions recurse as deep as the folders."""

    def make(folder: Path, depth: int) -> None:
        inner = folder / Path(*"a" * depth)
        subprocess.run(["mkdir", "-p", inner], check=True)
        (inner / "deep.txt").write_text("x")

    yield make
    subprocess.run(["rm", "-rf", course.root], check=True)


@pytest.mark.parametrize("depth", [32, 33, 600, 1500])
def test_folders_are_copied_up_to_a_depth(
    course: Course, hand_in: HandIn, nest: Nest, depth: int
) -> None:
    nest(hand_in("s1", "x = 1"), depth)
    hand_in("s2", "x = 1")
    fits = depth == 32
    notes = () if fits else ("folders nested more than 32 deep were left out",)
    assert grade(course) == {"s1": notes, "s2": ()}
    assert feedback().exit_code == 0
    assert pages(course) == {"s1", "s2"}
    back = course.root / "feedback" / "s1" / LAB / Path(*"a" * depth) / "deep.txt"
    assert back.is_file() == fits


def test_deeper_folders_of_nbgrader_stop_no_page(
    course: Course, hand_in: HandIn, nest: Nest
) -> None:
    hand_in("s1", "x = 1")
    hand_in("s2", "x = 1")
    grade(course)
    nest(course.root / "autograded" / "s1" / LAB, 600)
    assert feedback().exit_code == 0
    assert pages(course) == {"s1", "s2"}


def test_a_page_that_fails_stops_no_other(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("s1", "s2", "s3"):
        hand_in(student, "x = 1")
    grade(course)

    def failing(data: FeedbackData) -> str:
        if data.student == "s2":
            raise RecursionError("maximum recursion depth exceeded")
        return feedback_page(data)

    monkeypatch.setattr("grader.reports.feedback_writer.feedback_page", failing)
    done = feedback()
    assert done.exit_code == 3
    assert "no page: s2: RecursionError: maximum recursion depth exceeded" in done.output
    assert "feedback pages: 2, in " in done.output
    assert pages(course) == {"s1", "s3"}


def test_many_links_are_counted_in_one_line(course: Course, hand_in: HandIn) -> None:
    folder = hand_in("s1", "x = 1")
    for number in range(1500):
        (folder / f"link{number}").symlink_to("/etc/passwd")
    left, limit = grade(course)["s1"]
    assert left.startswith("left out: 'link") and left.endswith("; and 997 more")
    assert left.count("is not a regular file") == 3
    assert limit == "more than 1000 files or 64 MB: some were left out"


def test_folders_without_a_file_are_counted_too(course: Course, hand_in: HandIn) -> None:
    folder = hand_in("s1", "x = 1")
    for number in range(1001):
        (folder / f"empty{number}").mkdir()
    (folder / "readings.csv").write_text("1,2\n")  # and hide no other note
    assert grade(course)["s1"] == ("more than 1000 files or 64 MB: some were left out",)
    assert (course.root / "autograded" / "s1" / LAB / "readings.csv").is_file()


def test_a_folder_that_is_opened_as_a_file_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "buttons.ipynb").mkdir()
    before = len(os.listdir("/proc/self/fd"))
    for _number in range(5):
        with pytest.raises(OSError, match="buttons"):
            open_regular_file(tmp_path / "buttons.ipynb", tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before
