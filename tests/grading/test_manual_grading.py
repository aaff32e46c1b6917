"""Manual grading: texts, and files attached to the notebook."""

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from grader.archive.store import Store
from grader.classrun.grading import Grading
from grader.errors import CourseError
from grader.lab import cells
from grader.lab.course import Course
from grader.lab.lab import find, load
from grader.nbgrader import commands, config, standings
from grader.notebook import lesson, release
from grader.reports.class_page import class_page
from grader.reports.class_register import ClassRegister, register_of
from grader.reports.csv_tables import moodle_table, plain_table
from tests.support import fake_scoring
from tests.support.classroom import (
    LAB,
    HandIn,
    empty_gradebook,
    give_by_hand,
    waiting_for_a_person,
)
from tests.support.essays import QUESTION, answer_text, lab_with
from tests.support.gradebooks import open_book, source
from tests.support.tiny_lesson import cell_named
from tests.support.two_labs import warsha


def grade(course: Course) -> dict[str, tuple[str, ...]]:
    """Grade all submissions. Returns the notes by trainee."""
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(), work=fake_scoring.by_text, workers=1))
    assert all(outcome.is_graded for outcome in done), done
    return {outcome.student: outcome.notes for outcome in done}


@pytest.fixture
def course_with_text(course: Course, tmp_path: Path) -> Course:
    """The course, released again with a manually graded text."""
    empty_gradebook(course)
    config.write_settings(course.root, course.slug)
    lab = load(lab_with(QUESTION, tmp_path / "labs"))
    release.release_lab(course.root, lab)
    Store(course.store).add_lab(lab)
    return course


def test_a_text_waits_for_a_person_and_its_mark_stays(
    course_with_text: Course, hand_in: HandIn
) -> None:
    file = hand_in("s1", "x = 1") / f"{LAB}.ipynb"
    hand_in("s2", "x = 1")
    notebook = nbformat.read(file, as_version=4)
    assert cell_named(notebook, "why").source == cells.TEXT_STUB
    assert "for ever" not in file.read_text("utf-8")
    cell_named(notebook, "why").source = "It loops. <script>steal()</script>"
    nbformat.write(notebook, file)
    grade(course_with_text)
    assert waiting_for_a_person(course_with_text, "s1") == {"why"}
    assert waiting_for_a_person(course_with_text, "s2") == set()
    assert standings.scores(course_with_text.root) == {("s1", LAB): 20.0, ("s2", LAB): 20.0}
    graded = course_with_text.root / "autograded" / "s1" / LAB / f"{LAB}.ipynb"
    shown = cell_named(nbformat.read(graded, as_version=4), "why").source
    assert shown == "~~~\nIt loops. <script>steal()</script>\n~~~"

    give_by_hand(course_with_text, "s1", "why", 3.5)
    (file.parent / "timestamp.txt").write_text("2026-01-16 10:00:00 UTC\n")
    grade(course_with_text)
    assert standings.scores(course_with_text.root)["s1", LAB] == 23.5
    assert waiting_for_a_person(course_with_text, "s1") == {"why"}


def test_a_text_that_nobody_has_read_is_waiting_and_no_mark(
    course_with_text: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")
    course = course_with_text
    answer_text(hand_in("s1", "HALF = 1"))
    hand_in("s2", "HALF = 1")
    grade(course)

    waiting = register_of(course, LAB)
    assert {row.student: row.needs for row in waiting.rows} == {
        "s1": ("waiting",),
        "s2": ("below",),
    }
    assert waiting.waiting == 1 and [marks.student for marks in waiting.graded] == ["s2"]
    assert waiting.median_and_mean == (10, 10)
    assert moodle_ids(waiting) == ["s2"]
    s1 = read_csv(plain_table(waiting))[0]
    assert (s1["d"], s1["why"], s1["total"], s1["state"]) == ("2.5", "", "", "waiting")
    assert "10 + …" in class_page(waiting) and "why it blinks" in class_page(waiting)
    alone = replace(waiting, rows=tuple(row for row in waiting.rows if row.student == "s1"))
    assert alone.median_and_mean is None and alone.points_of("d") == [2.5]
    assert alone.points_of("why") == [] and class_page(alone).count("<dd>–</dd>") == 2
    done = warsha("class", LAB)
    assert "trainees: 2, graded: 1, waiting for a person: 1, need a look: 2" in done.output
    assert warsha("feedback", LAB).exit_code == 0
    page = (course.root / "feedback" / "s1" / LAB / f"{LAB}.html").read_text("utf-8")
    assert "total so far" in page and "points that wait for a person" in page
    assert "short of mastery" not in page and "why it blinks" in page

    give_by_hand(course, "s1", "why", 0)  # read: no points are points
    read = register_of(course, LAB)
    assert read.rows[0].needs == ("below",) and moodle_ids(read) == ["s1", "s2"]
    answer_text(hand_in("s1", "x = 1", at="2026-01-17 10:00:00 UTC"), "It goes on.")
    grade(course)
    assert waiting_for_a_person(course, "s1") == {"why"}  # a second look; the mark stays
    again = register_of(course, LAB)
    assert moodle_ids(again) == ["s1", "s2"]
    assert again.rows[0].needs == ("second_look",)
    assert "a person's points, older than the last grading" in class_page(again)
    assert read_csv(plain_table(again))[0]["remarks"] == "second_look"
    told = "1 with points that a person gave before the last grading, perhaps to other work: s1;"
    assert told in warsha("grade", LAB, "--dry-run").output
    give_by_hand(course, "s1", "why", 3)  # it was looked at
    assert register_of(course, LAB).rows[0].needs == ()
    assert told not in warsha("grade", LAB, "--dry-run").output


def test_a_text_that_nobody_wrote_is_shown_as_no_answer(
    course_with_text: Course, hand_in: HandIn
) -> None:
    """nbgrader gives it 0 points, and no person has to look: no person missed it, either."""
    course = course_with_text
    hand_in("s1", "x = 1")
    grade(course)
    assert waiting_for_a_person(course, "s1") == set()

    def item() -> str:
        assert warsha("feedback", LAB).exit_code == 0
        page = (course.root / "feedback" / "s1" / LAB / f"{LAB}.html").read_text("utf-8")
        found = BeautifulSoup(page, "html.parser").select_one("#item-why")
        assert found
        return " ".join(found.get_text(" ").split())

    text = item()
    assert "0 / 4 ✗ بلا إجابة no answer" in text and "missed" not in text
    assert "لم يُكتب شيء في هذه الخلية، فدرجتها 0" in text
    assert "nothing was written in this cell: 0 points" in text
    give_by_hand(course, "s1", "why", 0)
    text = item()
    assert "missed" in text and "points given by a person" in text and "no answer" not in text


def read_csv(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def moodle_ids(register: ClassRegister) -> list[str]:
    return [row["ID number"] for row in read_csv(moodle_table(register))]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('manual="why"', "has no points"),
        ('manual="why" points=-1', "has no points"),
        ('manual="program" points=4', "cannot be the name"),
        ('manual="w y" points=4', "cannot be the name"),
    ],
)
def test_a_wrong_manual_item_is_an_error(tmp_path: Path, wrong: str, message: str) -> None:
    folder = lab_with(QUESTION.replace('manual="why" points=4', wrong), tmp_path)
    with pytest.raises(CourseError, match=message):
        lesson.source_notebook(folder, find(LAB).maxima)


def test_the_model_answer_is_not_released(tmp_path: Path) -> None:
    notebook = lesson.source_notebook(lab_with(QUESTION, tmp_path), find(LAB).maxima)
    assert "Because the loop goes on for ever." in lesson.solution_lines(notebook)


def test_files_are_copied_with_the_notebook_and_links_are_not(
    course: Course, hand_in: HandIn
) -> None:
    folder = hand_in("s1", "x = 1")
    (folder / "data").mkdir()
    (folder / "data" / "readings.csv").write_text("1,2\n")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "old.csv").write_text("x")
    (folder / "secret.txt").symlink_to(course.root / "gradebook.db")
    (folder / "all").symlink_to(course.root)
    (folder / "extra.ipynb").write_text("{}")
    (folder / "given.csv").write_text("changed by the trainee")
    (course.root / "source" / LAB / "given.csv").write_text("the instructor's")
    os.mkfifo(folder / "pipe")
    notes = grade(course)["s1"]
    place = course.root / "autograded" / "s1" / LAB
    found = {str(file.relative_to(place)): file for file in place.rglob("*") if not file.is_dir()}
    assert set(found) == {f"{LAB}.ipynb", "timestamp.txt", "data/readings.csv", "given.csv"}
    assert found["given.csv"].read_text() == "the instructor's"
    (left_out,) = (note for note in notes if "regular file" in note)
    assert set(left_out.removeprefix("left out: ").split("; ")) == {
        f"{name!r} is not a regular file" for name in ("secret.txt", "all", "pipe")
    }


def test_no_submitted_file_blocks_grading(course: Course, hand_in: HandIn) -> None:
    own = course.root / "source" / LAB
    (own / "given.csv").write_text("the instructor's")
    (own / "data").mkdir()
    (own / "data" / "more.csv").write_text("the instructor's")
    folder = hand_in("s1", "x = 1")
    (folder / "given.csv").mkdir()
    (folder / "given.csv" / "mine.csv").write_text("changed by the trainee")
    (folder / "data").write_text("changed by the trainee")
    grade(course)
    place = course.root / "autograded" / "s1" / LAB
    assert (place / "given.csv").read_text() == "the instructor's"
    assert (place / "data" / "more.csv").read_text() == "the instructor's"


def test_a_file_that_cannot_be_copied_is_left_out(course: Course, hand_in: HandIn) -> None:
    """Its destination path is too long, and its name is the message of a fatal error."""
    deep, name, longest = hand_in("s1", "x = 1"), "No space left on device", 4095
    while (left := longest - len(f"{deep}/{name}")) > 0:
        deep /= "d" * min(200, left - 1) if left not in (201, 202) else "d" * 100
    deep.mkdir(parents=True)
    (deep / name).write_text("x")
    hand_in("s2", "x = 1")
    notes = grade(course)
    assert any(name in note for note in notes["s1"]) and set(notes) == {"s1", "s2"}


def test_a_report_and_a_lab_in_one_assignment(course: Course, hand_in: HandIn) -> None:
    """Its texts need manual grading, a missing report is allowed, and its tests give no marks."""
    place = course.root / "source" / LAB
    report = source()
    del report.cells[3:5]
    nbformat.write(report, place / "report.ipynb")
    nbformat.write(source(), place / "tested.ipynb")
    commands.generate_release(course.root, LAB)
    handed = hand_in("s1", "x = 1")
    hand_in("s2", "x = 1")
    for name in ("report", "tested"):
        notebook = nbformat.read(course.root / "release" / LAB / f"{name}.ipynb", as_version=4)
        cell_named(notebook, "essay").source = "It blinks."
        nbformat.write(notebook, handed / f"{name}.ipynb")
    notes = grade(course)
    note = "tested.ipynb has tests: run nbgrader autograde, or grade it by hand"
    assert notes == {"s1": (note,), "s2": ()}
    with open_book(course.root) as book:
        found = {
            (student, name, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for student in ("s1", "s2")
            for name in ("report", "tested")
            for grade in book.find_submission_notebook(name, LAB, student).grades
        }
    assert found["s1", "report", "essay"] == (None, True)
    assert found["s1", "report", "code"] == (0, False)
    assert found["s1", "tested", "test"] == (None, True)
    assert found["s1", "tested", "essay"] == (None, True)
    assert found["s1", "tested", "code"] == (0, False)
    assert {mark for (student, *_), mark in found.items() if student == "s2"} == {(0, False)}
    graded = course.root / "autograded" / "s1" / LAB
    assert {file.stem for file in graded.glob("*.ipynb")} == {LAB, "report", "tested"}
