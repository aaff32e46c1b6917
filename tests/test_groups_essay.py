"""A text that a person grades, beside several labs: it is kept whatever is missing."""

import pytest
from essays import book, essay_of, give_essay, release_essay, waits, write_essay
from groups import PAIR, WEEK, hand_in, notebooks, program, warsha

from grader.archive.store import Store
from grader.lab.course import Course
from grader.nbgrader import config, marks


@pytest.fixture
def with_essay(week: Course) -> Course:
    """The two labs, and a text that a person grades."""
    release_essay(week, WEEK)
    return week


def test_an_essay_without_any_lab_is_kept_for_a_person(with_essay: Course) -> None:
    folder = hand_in(with_essay, "s1", {})
    (folder / "readings.csv").write_text("1,2\n")
    write_essay(with_essay, folder, "FIRST")
    done = warsha("grade", WEEK)
    assert done.exit_code == 0, done.output
    assert done.output.count("is missing: no points") == 2
    place = with_essay.root / "autograded" / "s1" / WEEK
    names = ["essay.ipynb", "readings.csv", "timestamp.txt"]
    assert sorted(file.name for file in place.iterdir()) == names
    assert "FIRST" in essay_of(with_essay, "s1", WEEK) and waits(with_essay, "s1", WEEK)

    give_essay(with_essay, "s1", 3, WEEK)
    assert warsha("grade", WEEK).exit_code == 0
    assert not waits(with_essay, "s1", WEEK)  # nothing new came
    write_essay(with_essay, folder, "SECOND")
    assert warsha("grade", WEEK).exit_code == 0
    assert "SECOND" in essay_of(with_essay, "s1", WEEK) and waits(with_essay, "s1", WEEK)
    assert marks.scores(with_essay.root)["s1", WEEK] == 3
    told = warsha("feedback", WEEK)
    assert told.exit_code == 0, told.output
    assert notebooks(with_essay, "s1", "feedback") == ["essay.html"]


def test_a_new_essay_is_noticed_beside_labs_and_when_they_go(with_essay: Course) -> None:
    folder = hand_in(with_essay, "s1", {lab: program(lab) for lab in PAIR})
    write_essay(with_essay, folder, "FIRST")
    assert warsha("grade", WEEK).exit_code == 0
    assert "1 were graded before" in warsha("grade", WEEK).output
    write_essay(with_essay, folder, "SECOND")
    assert warsha("grade", WEEK).exit_code == 0
    assert "SECOND" in essay_of(with_essay, "s1", WEEK)
    assert Store(with_essay.store).tries("buttons", "s1", WEEK) == 1
    (folder / "essay.ipynb").write_text("{")
    assert "essay.ipynb is not a notebook" not in warsha("grade", WEEK).output  # as it was
    for lab in PAIR:
        (folder / f"{lab}.ipynb").unlink()
    write_essay(with_essay, folder, "THIRD")
    assert warsha("grade", WEEK).exit_code == 0
    assert "THIRD" in essay_of(with_essay, "s1", WEEK)
    assert notebooks(with_essay, "s1") == ["essay.ipynb"]
    assert marks.scores(with_essay.root)["s1", WEEK] == 0
    (folder / "essay.ipynb").unlink()
    (folder / "other.ipynb").write_text("{")
    assert warsha("grade", WEEK).exit_code == 0
    assert notebooks(with_essay, "s1") == [] and not waits(with_essay, "s1", WEEK)
    again = warsha("feedback", WEEK)
    assert "there is no graded submission" in str(again.exception)


def test_what_is_late_goes_with_the_essay(with_essay: Course) -> None:
    folder = hand_in(with_essay, "s1", {"buttons": program("buttons")})
    settings = with_essay.root / config.NAME
    text = settings.read_text("utf-8")
    settings.write_text(text + 'c.LateSubmissionPlugin.penalty_method = "zero"\n', "utf-8")
    with book(with_essay) as gradebook:
        gradebook.update_or_create_assignment(WEEK, duedate="2026-01-14 10:00:00 UTC")
    write_essay(with_essay, folder, "LATE")
    warsha("grade", WEEK)
    (folder / "buttons.ipynb").unlink()
    warsha("grade", WEEK)
    give_essay(with_essay, "s1", 3, WEEK)
    with book(with_essay) as gradebook:
        found = gradebook.find_submission(WEEK, "s1")
        assert str(found.timestamp) == "2026-01-15 10:00:00"
        assert sum(notebook.late_submission_penalty or 0 for notebook in found.notebooks) == 0
    warsha("grade", WEEK)
    with book(with_essay) as gradebook:
        notebook = gradebook.find_submission_notebook("essay", WEEK, "s1")
        assert notebook.late_submission_penalty == 3
