"""A text that a person grades, beside one lab: it does not wait when the lab did not come."""

import csv
from pathlib import Path

import pytest
from classroom import LAB, HandIn
from essays import essay_of, give_essay, release_essay, waits, write_essay
from groups import warsha

from grader.lab.course import Course
from grader.nbgrader import marks

REFERENCE = (Path(__file__).parents[1] / "labs" / LAB / "reference.py").read_text("utf-8")


@pytest.fixture
def with_essay(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The lab, and a text that a person grades."""
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
    """Total and state of each trainee, as the class's table has them."""
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
    assert "ESSAY" in essay_of(with_essay, "s1", LAB) and waits(with_essay, "s1", LAB)
    assert states(with_essay)["s1"] == ("0", "missing")
    give_essay(with_essay, "s1", 3, LAB)
    assert warsha("grade", LAB).exit_code == 0
    assert not waits(with_essay, "s1", LAB)  # nothing new came
    assert marks.scores(with_essay.root)["s1", LAB] == 3
    told = warsha("feedback", LAB)
    assert told.exit_code == 0, told.output
    pages = (with_essay.root / "feedback" / "s1" / LAB).glob("*.html")
    assert [page.name for page in pages] == ["essay.html"]


def test_a_lab_that_comes_later_and_goes_again(with_essay: Course, hand_in: HandIn) -> None:
    folder = only_essay(with_essay, "s1")
    warsha("grade", LAB)
    give_essay(with_essay, "s1", 3, LAB)
    hand_in("s1", REFERENCE)
    assert warsha("grade", LAB).exit_code == 0
    assert marks.scores(with_essay.root)["s1", LAB] == 23
    (folder / f"{LAB}.ipynb").unlink()
    waiting = f"not graded yet; run: warsha grade {LAB} --student s1"
    assert states(with_essay)["s1"] == ("20", "not graded")
    assert waiting in (with_essay.root / "class" / f"{LAB}.html").read_text("utf-8")
    assert warsha("grade", LAB).exit_code == 0
    assert marks.scores(with_essay.root)["s1", LAB] == 3
    assert states(with_essay)["s1"] == ("0", "missing")


def test_who_handed_in_nothing_at_all_is_not_graded_as_ever(
    with_essay: Course, hand_in: HandIn
) -> None:
    """An earlier mark stays; and a lab under any name is the lab, not a stray beside the essay."""
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
    assert marks.scores(with_essay.root) == {("s1", LAB): 20, ("s2", LAB): 20}


def test_an_essay_is_found_whatever_a_browser_called_it(
    with_essay: Course, hand_in: HandIn
) -> None:
    """As a lab's notebook is: it was left out, and counted 0 without a word."""
    beside = hand_in("s1", REFERENCE)
    write_essay(with_essay, beside, "FIRST", "essay (1)")
    alone = only_essay(with_essay, "s2")
    (alone / "essay.ipynb").rename(alone / "Essay (2).ipynb")
    done = warsha("grade", LAB)
    assert done.exit_code == 0, done.output
    assert f"note: {LAB} s1: the file is called 'essay (1).ipynb'" in done.output
    assert "FIRST" in essay_of(with_essay, "s1", LAB) and waits(with_essay, "s1", LAB)
    assert "ESSAY" in essay_of(with_essay, "s2", LAB) and waits(with_essay, "s2", LAB)
    assert "1 were graded before" in warsha("grade", LAB, "--student", "s1").output
    write_essay(with_essay, beside, "SECOND", "essay (2)")
    done = warsha("grade", LAB)
    assert "FIRST" in essay_of(with_essay, "s1", LAB)  # which one counts nobody knows
    (beside / "essay (1).ipynb").unlink()
    warsha("grade", LAB)
    assert "SECOND" in essay_of(with_essay, "s1", LAB)
