"""The gradebook while a class is graded: its file, and other programs that read it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grader.classrun.grading import Grading
from grader.lab.course import Course
from grader.nbgrader import database
from tests.support.classroom import LAB, HandIn, auto_scores
from tests.support.fake_scoring import by_text

GRADED = "SELECT count(*) FROM submitted_assignment"


def graded(file: Path | str) -> int:
    with closing(sqlite3.connect(file)) as book:
        (count,) = book.execute(GRADED).fetchone()
    return int(count)


@pytest.mark.parametrize("is_own", [True, False], ids=["own disk", "network"])
def test_marks_can_be_read_as_soon_as_they_are_reported(
    course: Course, hand_in: HandIn, is_own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.Database, "_is_on_own_disk", lambda _self: is_own)
    for number in range(5):
        hand_in(f"s{number}", "x = 1")
    file, grading = course.root / "gradebook.db", Grading(course, LAB)
    for count, outcome in enumerate(grading.run(grading.submissions(), work=by_text), 1):
        assert outcome.state == "graded" and graded(file) >= count
    scores = auto_scores(course)
    assert len({student for student, _lab, _item in scores}) == 5
    assert [one.name for one in course.root.glob("gradebook.db*")] == [file.name]


def test_the_file_alone_is_a_whole_copy(course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    hand_in("s1", "x = 1")
    grading = Grading(course, LAB)
    list(grading.run(grading.submissions(), work=by_text))
    assert graded(shutil.copy(course.root / "gradebook.db", tmp_path / "copy.db")) == 1


def test_a_program_that_reads_for_long_stops_no_grading(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.Database, "_is_on_own_disk", lambda _self: True)
    for number in range(3):
        hand_in(f"s{number}", "x = 1")
    file, grading = course.root / "gradebook.db", Grading(course, LAB)
    run = grading.run(grading.submissions(), work=by_text)
    assert next(run).state == "graded"
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        (before,) = reader.execute(GRADED).fetchone()
        assert [outcome.state for outcome in run] == ["graded", "graded"]
        assert reader.execute(GRADED).fetchone() == (before,)
    assert graded(file) == 3
