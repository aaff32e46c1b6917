"""A manually graded text (essay) with one or several labs: it is kept and reaches the grader also
when other files are missing."""

import csv
from pathlib import Path

import pytest

from grader.archive.store import Store
from grader.lab.course import Course
from grader.nbgrader import config, standings
from tests.support.classroom import LAB, HandIn
from tests.support.essays import (
    essay_of,
    give_essay,
    needs_manual_grade,
    open_gradebook,
    release_essay,
    write_essay,
)
from tests.support.project import LABS
from tests.support.two_labs import PAIR, WEEK, hand_in, notebooks, program, warsha

REFERENCE = (LABS / LAB / "reference.py").read_text("utf-8")


@pytest.fixture
def with_essay(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course of the lab with an essay."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    release_essay(course, LAB)
    return course


def only_essay(course: Course, student: str, text: str = "ESSAY") -> Path:
    folder = course.root / "submitted" / student / LAB
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")
    write_essay(course, folder, text)
    return folder


def states(course: Course) -> dict[str, tuple[str, str]]:
    """Total and state of each trainee in the class table."""
    assert warsha("class", LAB).exit_code == 0
    with (course.root / "class" / f"{LAB}.csv").open(encoding="utf-8-sig") as file:
        return {row["id"]: (row["total"], row["state"]) for row in csv.DictReader(file)}


def test_the_essay_reaches_a_person_and_the_lab_has_no_points(with_essay: Course) -> None:
    only_essay(with_essay, "s1")
    assert states(with_essay)["s1"][1] == "not graded"
    done = warsha("grade", LAB)
    assert done.exit_code == 0, done.output
    assert f"note: {LAB} s1: {LAB}.ipynb is missing: no points" in done.output
    assert "graded 1/1 submissions" in done.output
    assert "ESSAY" in essay_of(with_essay, "s1", LAB) and needs_manual_grade(with_essay, "s1", LAB)
    assert states(with_essay)["s1"] == ("0", "missing")
    give_essay(with_essay, "s1", 3, LAB)
    assert warsha("grade", LAB).exit_code == 0
    assert not needs_manual_grade(with_essay, "s1", LAB)  # nothing new came
    assert standings.scores(with_essay.root)["s1", LAB] == 3
    result = warsha("feedback", LAB)
    assert result.exit_code == 0, result.output
    pages = (with_essay.root / "feedback" / "s1" / LAB).glob("*.html")
    assert [page.name for page in pages] == ["essay.html"]


def test_a_lab_that_is_added_later_and_removed(with_essay: Course, hand_in: HandIn) -> None:
    folder = only_essay(with_essay, "s1")
    warsha("grade", LAB)
    give_essay(with_essay, "s1", 3, LAB)
    hand_in("s1", REFERENCE)
    assert warsha("grade", LAB).exit_code == 0
    assert standings.scores(with_essay.root)["s1", LAB] == 23
    (folder / f"{LAB}.ipynb").unlink()
    waiting = f"not graded yet; run: warsha grade {LAB} --student s1"
    assert states(with_essay)["s1"] == ("20", "not graded")
    assert waiting in (with_essay.root / "class" / f"{LAB}.html").read_text("utf-8")
    assert warsha("grade", LAB).exit_code == 0
    assert standings.scores(with_essay.root)["s1", LAB] == 3
    assert states(with_essay)["s1"] == ("0", "missing")


def test_a_trainee_without_a_submission_is_not_graded(with_essay: Course, hand_in: HandIn) -> None:
    """An earlier mark stays; a lab under any name is the lab and no extra notebook."""
    folder = hand_in("s1", REFERENCE)
    assert warsha("grade", LAB).exit_code == 0
    (folder / f"{LAB}.ipynb").unlink()
    (hand_in("s2", REFERENCE) / f"{LAB}.ipynb").rename(
        folder.parents[1] / "s2" / LAB / "Untitled.ipynb"
    )
    write_essay(with_essay, folder.parents[1] / "s2" / LAB, "ESSAY")
    done = warsha("grade", LAB)
    assert done.exit_code == 3
    assert f"not graded: {LAB} s1: no notebook was handed in" in done.output
    assert "the file is called 'Untitled.ipynb'" in done.output
    assert standings.scores(with_essay.root) == {("s1", LAB): 20, ("s2", LAB): 20}


def test_an_essay_with_a_name_from_a_browser_is_found(with_essay: Course, hand_in: HandIn) -> None:
    """As the notebook of a lab is. Before, it was left out and counted 0 without a message."""
    folder = hand_in("s1", REFERENCE)
    write_essay(with_essay, folder, "FIRST", "essay (1)")
    alone = only_essay(with_essay, "s2")
    (alone / "essay.ipynb").rename(alone / "Essay (2).ipynb")
    done = warsha("grade", LAB)
    assert done.exit_code == 0, done.output
    assert f"note: {LAB} s1: the file is called 'essay (1).ipynb'" in done.output
    assert "FIRST" in essay_of(with_essay, "s1", LAB) and needs_manual_grade(with_essay, "s1", LAB)
    assert "ESSAY" in essay_of(with_essay, "s2", LAB) and needs_manual_grade(with_essay, "s2", LAB)
    assert "1 were graded before" in warsha("grade", LAB, "--student", "s1").output
    write_essay(with_essay, folder, "SECOND", "essay (2)")
    done = warsha("grade", LAB)
    assert "FIRST" in essay_of(with_essay, "s1", LAB)  # it is not known which one counts
    (folder / "essay (1).ipynb").unlink()
    warsha("grade", LAB)
    assert "SECOND" in essay_of(with_essay, "s1", LAB)


@pytest.fixture
def week_with_essay(week: Course) -> Course:
    """The course of two labs with an essay."""
    release_essay(week, WEEK)
    return week


def test_an_essay_without_any_lab_is_kept_for_a_person(week_with_essay: Course) -> None:
    folder = hand_in(week_with_essay, "s1", {})
    (folder / "readings.csv").write_text("1,2\n")
    write_essay(week_with_essay, folder, "FIRST")
    done = warsha("grade", WEEK)
    assert done.exit_code == 0, done.output
    assert done.output.count("is missing: no points") == 2
    place = week_with_essay.root / "autograded" / "s1" / WEEK
    names = ["essay.ipynb", "readings.csv", "timestamp.txt"]
    assert sorted(file.name for file in place.iterdir()) == names
    assert "FIRST" in essay_of(week_with_essay, "s1", WEEK) and needs_manual_grade(
        week_with_essay, "s1", WEEK
    )

    give_essay(week_with_essay, "s1", 3, WEEK)
    assert warsha("grade", WEEK).exit_code == 0
    assert not needs_manual_grade(week_with_essay, "s1", WEEK)  # nothing new came
    write_essay(week_with_essay, folder, "SECOND")
    assert warsha("grade", WEEK).exit_code == 0
    assert "SECOND" in essay_of(week_with_essay, "s1", WEEK) and needs_manual_grade(
        week_with_essay, "s1", WEEK
    )
    assert standings.scores(week_with_essay.root)["s1", WEEK] == 3
    result = warsha("feedback", WEEK)
    assert result.exit_code == 0, result.output
    assert notebooks(week_with_essay, "s1", "feedback") == ["essay.html"]


def test_a_new_essay_is_noticed_with_and_without_labs(week_with_essay: Course) -> None:
    folder = hand_in(week_with_essay, "s1", {lab: program(lab) for lab in PAIR})
    write_essay(week_with_essay, folder, "FIRST")
    assert warsha("grade", WEEK).exit_code == 0
    assert "1 were graded before" in warsha("grade", WEEK).output
    write_essay(week_with_essay, folder, "SECOND")
    assert warsha("grade", WEEK).exit_code == 0
    assert "SECOND" in essay_of(week_with_essay, "s1", WEEK)
    assert Store(week_with_essay.store).tries("buttons", "s1", WEEK) == 1
    (folder / "essay.ipynb").write_text("{")
    assert "essay.ipynb is not a notebook" not in warsha("grade", WEEK).output  # as before
    for lab in PAIR:
        (folder / f"{lab}.ipynb").unlink()
    write_essay(week_with_essay, folder, "THIRD")
    assert warsha("grade", WEEK).exit_code == 0
    assert "THIRD" in essay_of(week_with_essay, "s1", WEEK)
    assert notebooks(week_with_essay, "s1") == ["essay.ipynb"]
    assert standings.scores(week_with_essay.root)["s1", WEEK] == 0
    (folder / "essay.ipynb").unlink()
    (folder / "other.ipynb").write_text("{")
    assert warsha("grade", WEEK).exit_code == 0
    assert notebooks(week_with_essay, "s1") == [] and not needs_manual_grade(
        week_with_essay, "s1", WEEK
    )
    again = warsha("feedback", WEEK)
    assert "there is no graded submission" in str(again.exception)


def test_a_late_penalty_applies_to_the_essay(week_with_essay: Course) -> None:
    folder = hand_in(week_with_essay, "s1", {"buttons": program("buttons")})
    settings = week_with_essay.root / config.NAME
    text = settings.read_text("utf-8")
    settings.write_text(text + 'c.LateSubmissionPlugin.penalty_method = "zero"\n', "utf-8")
    with open_gradebook(week_with_essay) as gradebook:
        gradebook.update_or_create_assignment(WEEK, duedate="2026-01-14 10:00:00 UTC")
    write_essay(week_with_essay, folder, "LATE")
    warsha("grade", WEEK)
    (folder / "buttons.ipynb").unlink()
    warsha("grade", WEEK)
    give_essay(week_with_essay, "s1", 3, WEEK)
    with open_gradebook(week_with_essay) as gradebook:
        found = gradebook.find_submission(WEEK, "s1")
        assert str(found.timestamp) == "2026-01-15 10:00:00"
        assert sum(notebook.late_submission_penalty or 0 for notebook in found.notebooks) == 0
    warsha("grade", WEEK)
    with open_gradebook(week_with_essay) as gradebook:
        notebook = gradebook.find_submission_notebook("essay", WEEK, "s1")
        assert notebook.late_submission_penalty == 3
