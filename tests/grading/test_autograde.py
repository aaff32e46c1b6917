"""`warsha grade` with real nbgrader: the gradebook, the notebooks, the faults."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader import seeds
from grader.archive.store import Store
from grader.authoring.lab_check import program_text
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.errors import CourseError, GraderError
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import commands, config, standings
from grader.nbgrader.grade_writer import GradeWriter, LatePenalty
from tests.support.classroom import (
    LAB,
    HandIn,
    auto_scores,
    give_by_hand,
    set_due,
    waiting_for_a_person,
)
from tests.support.fake_scoring import POINTS, by_text, must_not_be_called
from tests.support.tiny_lesson import cell_named

FULL = {(item, points) for item, points in POINTS.items()}


def grade(course: Course, scorer: Any = by_text, **options: Any) -> dict[str, Outcome]:
    grading = Grading(course, LAB)
    folders = grading.submissions(options.pop("student", None))
    return {
        outcome.student: outcome
        for outcome in grading.run(folders, work=scorer, workers=2, **options)
    }


def states(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {student: outcome.state for student, outcome in outcomes.items()}


def marks_of(course: Course, student: str) -> set[tuple[str, float | None]]:
    scores = auto_scores(course)
    return {(item, mark) for (who, _, item), mark in scores.items() if who == student}


def test_marks_reach_gradebook_and_notebook(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    hand_in("s2", "HALF = 1")
    assert states(grade(course)) == {"s1": "graded", "s2": "graded"}
    assert marks_of(course, "s1") == FULL
    assert standings.scores(course.root) == {("s1", LAB): 20.0, ("s2", LAB): 10.0}
    place = course.root / "autograded" / "s2" / LAB
    notebook = nbformat.read(place / f"{LAB}.ipynb", as_version=4)
    nbformat.validate(notebook)
    output = cell_named(notebook, "d").outputs[0]
    assert output.output_type == "execute_result"
    assert output.data["text/plain"] == "2.5"
    assert 'dir="rtl"' in output.data["text/html"]
    assert (place / "timestamp.txt").is_file()


def test_an_internal_error_saves_nothing_and_the_class_is_graded(
    course: Course, hand_in: HandIn
) -> None:
    for student in ("s1", "s2", "s3"):
        hand_in(student, "HALF = 1")
    grade(course)
    before = standings.scores(course.root)
    hand_in("s1", "RAISE", at="2026-01-16 10:00:00 UTC")
    hand_in("s2", "x = 1", at="2026-01-16 10:00:00 UTC")
    outcomes = grade(course)
    assert states(outcomes) == {"s1": "error", "s2": "graded", "s3": "unchanged"}
    assert "a check of ours raised" in outcomes["s1"].reason
    assert standings.scores(course.root) == {**before, ("s2", LAB): 20.0}


def test_a_killed_worker_affects_no_other_submission(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "DIE")
    for number in range(2, 8):
        hand_in(f"s{number}", "x = 1")
    outcomes = states(grade(course))
    assert outcomes.pop("s1") == "error"
    assert set(outcomes.values()) == {"graded"}
    assert ("s1", LAB) not in standings.scores(course.root)


def test_more_points_than_an_item_has_are_an_internal_error(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", "TOO MUCH")
    assert states(grade(course)) == {"s1": "error"}
    assert auto_scores(course) == {}
    assert not (course.root / "autograded" / "s1" / LAB).exists()


def test_unreadable_submissions_are_named(course: Course, hand_in: HandIn) -> None:
    (hand_in("s1", "x") / f"{LAB}.ipynb").write_text("no notebook")
    (hand_in("s2", "x") / "timestamp.txt").write_text("some day")
    (hand_in("s3", "x") / f"{LAB}.ipynb").rename(
        course.root / "submitted" / "s3" / LAB / f"{LAB} (1).ipynb"
    )
    hand_in("s4", None)
    outcomes = grade(course)
    assert outcomes["s1"].state == "unreadable"
    assert "not a notebook" in outcomes["s1"].reason
    assert outcomes["s2"].state == "unreadable"
    assert "timestamp" in outcomes["s2"].reason
    assert outcomes["s3"].is_graded
    assert outcomes["s4"].is_graded
    assert outcomes["s4"].notes


def test_nothing_is_graded_twice(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    grade(course)
    assert states(grade(course, must_not_be_called)) == {"s1": "unchanged"}


def test_a_new_gradebook_gets_the_marks_back(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    grade(course)
    (course.root / "gradebook.db").unlink()
    commands.generate_release(course.root, LAB)
    assert states(grade(course)) == {"s1": "graded"}
    assert marks_of(course, "s1") == FULL


def test_a_restored_gradebook_gets_the_latest_marks(course: Course, hand_in: HandIn) -> None:
    book, earlier = course.root / "gradebook.db", course.root / "gradebook.db.earlier"
    hand_in("s1", "x = 1")
    grade(course)
    shutil.copy(book, earlier)
    hand_in("s1", "x = 1  # HALF")
    grade(course)
    halves = marks_of(course, "s1")
    assert halves != FULL
    shutil.copy(earlier, book)
    assert marks_of(course, "s1") == FULL
    again = grade(course, must_not_be_called)
    assert states(again) == {"s1": "graded"}
    assert again["s1"].earlier == 2 * again["s1"].total  # what was in the gradebook
    assert marks_of(course, "s1") == halves


def test_the_next_submission_without_a_time_gets_other_seeds(
    course: Course, hand_in: HandIn
) -> None:
    seen: list[tuple[int, ...]] = []
    for program in ("x = 1", "x = 1", "x = 2"):
        (hand_in("s1", program) / "timestamp.txt").unlink()
        grade(course)
        record = Store(course.store).record(LAB, "s1")
        assert record is not None
        seen.append(record.seeds)
        shutil.rmtree(course.root / "autograded")
        shutil.rmtree(course.store / "marks")
    assert seen[0] == seen[1]
    assert not set(seen[1]) & set(seen[2])


def test_a_forged_time_does_not_repeat_seeds(course: Course, hand_in: HandIn) -> None:
    seen: list[tuple[int, ...]] = []
    for program in ("x = 1", "x = 2"):
        hand_in("s1", program)
        grade(course)
        record = Store(course.store).record(LAB, "s1")
        assert record is not None
        seen.append(record.seeds)
    assert not set(seen[0]) & set(seen[1])


def test_a_changed_input_of_a_mark_is_graded_again(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    grade(course)
    hand_in("s1", "HALF = 1")
    assert states(grade(course)) == {"s1": "graded"}
    assert states(grade(replace(course, seeds=5))) == {"s1": "graded"}
    assert standings.scores(course.root) == {("s1", LAB): 10.0}


def test_a_dry_run_saves_nothing(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    outcomes = grade(course, dry_run=True)
    assert sum(card.points for card in outcomes["s1"].marks) == 20
    assert auto_scores(course) == {}
    assert not (course.root / "autograded").exists()


def test_a_transaction_is_atomic(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("s1", "HALF = 1")
    grade(course)
    before = auto_scores(course)
    hand_in("s1", "x = 1", at="2026-01-16 10:00:00 UTC")

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(LatePenalty, "apply", fail)
        assert states(grade(course)) == {"s1": "error"}
    assert auto_scores(course) == before
    assert states(grade(course)) == {"s1": "graded"}
    assert marks_of(course, "s1") == FULL


def test_late_penalties_are_nbgraders(course: Course, hand_in: HandIn) -> None:
    settings = course.root / config.NAME
    settings.write_text(settings.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    hand_in("s1", "x = 1")
    hand_in("s2", "x = 1", at="2026-02-15 10:00:00 UTC")
    set_due(course, "2026-02-01 00:00:00 UTC")
    grade(course)
    assert standings.scores(course.root) == {("s1", LAB): 20.0, ("s2", LAB): 0.0}
    set_due(course, "2026-03-01 00:00:00 UTC")
    assert states(grade(course)) == {"s1": "unchanged", "s2": "unchanged"}
    assert standings.scores(course.root) == {("s1", LAB): 20.0, ("s2", LAB): 20.0}


def test_a_manual_mark_stays_and_needs_review(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "HALF = 1")
    grade(course)
    give_by_hand(course, "s1", "d", 4.5)
    hand_in("s1", "x = 1", at="2026-01-16 10:00:00 UTC")
    grade(course)
    assert standings.scores(course.root) == {("s1", LAB): 19.5}
    assert waiting_for_a_person(course, "s1") == {"d"}


def test_one_trainee_or_an_unknown_one(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    hand_in("s2", "x = 1")
    assert states(grade(course, student="s2")) == {"s2": "graded"}
    with pytest.raises(GraderError, match=f"s9 handed in nothing for {LAB}"):
        grade(course, student="s9")


def test_one_run_at_a_time_owns_the_gradebook(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1")
    with GradeWriter(course.root), pytest.raises(CourseError, match="somebody else"):
        grade(course)
    assert states(grade(course)) == {"s1": "graded"}


def test_a_lab_that_was_not_released_is_an_error(course: Course) -> None:
    with pytest.raises(CourseError, match="buttons"):
        Grading(course, "buttons")
    shutil.rmtree(course.root)
    with pytest.raises(CourseError, match="no built course"):
        Grading(course, LAB)


def test_a_lost_secret_is_an_error_before_grading(
    course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    hand_in("s1", "x = 1")
    grade(course)
    (tmp_path / "secret").unlink()
    with pytest.raises(seeds.SecretError):
        grade(course)


def test_feedback_has_no_hidden_values(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", program_text(find(LAB), "pong_same"))
    grading = Grading(course, LAB)
    outcomes = list(grading.run(grading.submissions()))
    assert [outcome.state for outcome in outcomes] == ["graded"]
    commands.generate_feedback(course.root, LAB)
    page = (course.root / "feedback" / "s1" / LAB / f"{LAB}.html").read_text(encoding="utf-8")
    for text in ('dir="rtl"', "القياس", "measured", "pong", "<svg"):
        assert text in page
    for text in ("Traceback (most", str(course.root), str(Path.home()), 'src="http', "checks.py"):
        assert text not in page
    for mark in outcomes[0].marks:
        if mark.item == "d":
            assert (mark.points, mark.maximum) == (3, 5)
