"""Tries without lost marks: with `keep = "best"` a worse try lowers no mark, late penalties count,
and all tries stay in the store."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grader.archive.store import Store
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.errors import CourseError
from grader.lab.class_list import Trainee
from grader.lab.course import Course, load_course
from grader.nbgrader import config, enrolment
from grader.nbgrader.standings import standings
from grader.reports.class_register import TraineeRow, register_of
from grader.reports.feedback_writer import FeedbackWriter
from tests.support import fake_scoring
from tests.support.classroom import LAB, HandIn, auto_scores, set_due
from tests.support.gradebooks import api_autograde
from tests.support.tiny_lesson import cell_named
from tests.support.two_labs import warsha

GOOD, WORSE = "x = 1", "HALF = 1"
ON_TIME, LATE = "2026-01-15 10:00:00 UTC", "2026-02-02 10:00:00 UTC"


@pytest.fixture
def best(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The course with a due date, and no points for late submissions."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    enrolment.enrol(course.root, [Trainee("s1")])
    set_due(course, "2026-02-01 00:00:00 UTC")
    with (course.root / config.NAME).open("a") as settings:
        settings.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    return replace(course, keep="best")


def grade(course: Course, work: object = fake_scoring.by_text) -> Outcome:
    grading = Grading(course, LAB)
    (done,) = grading.run(grading.submissions(), work=work, workers=1)  # type: ignore[arg-type]
    assert done.is_graded, done
    return done


def total(course: Course) -> float:
    return standings(config.coursedir(course.root).db_url, LAB, LAB)["s1"].total


def row(course: Course) -> TraineeRow:
    (found,) = register_of(course, LAB).rows
    return found


def output_of(course: Course, item: str) -> str:
    file = course.root / "autograded" / "s1" / LAB / f"{LAB}.ipynb"
    text: str = cell_named(nbformat.read(file, as_version=4), item).outputs[0].data["text/plain"]
    return text


def test_a_worse_try_lowers_no_mark(best: Course, hand_in: HandIn) -> None:
    hand_in("s1", WORSE, at="2026-01-10 10:00:00 UTC")
    grade(best)
    hand_in("s1", GOOD, at=ON_TIME)
    assert grade(best).notes == () and total(best) == 20
    hand_in("s1", WORSE, at="2026-01-16 10:00:00 UTC")
    done = grade(best)
    assert done.notes == ("submission 2 counts, with 20 points; the new one has 10",)
    assert done.total == done.earlier == total(best) == 20 and output_of(best, "d") == "5"
    store = Store(best.store)
    assert [record.points for record in store.attempts(store.counted(LAB, "s1") or pytest.fail())]
    kept = [store.record(LAB, "s1", number) for number in (1, 2, 3)]
    assert [record and record.points for record in kept] == [10, 20, 10]
    assert grade(best, fake_scoring.must_not_be_called).state == "unchanged"
    found = row(best)
    assert found.not_graded == "" and found.needs == ()
    assert found.feedback and (found.feedback.number, found.feedback.counted) == (3, 2)
    assert [points for _, points in found.feedback.history] == [10, 20, 10]
    assert list(FeedbackWriter(best, LAB).run()) == [("s1", "")]
    page = (best.root / "feedback" / "s1" / LAB / f"{LAB}.html").read_text("utf-8")
    assert "the best one counts: submission" in page and "20 / 20" in page
    hand_in("s1", GOOD, at="2026-01-17 10:00:00 UTC")  # of equal ones the last
    assert grade(best).notes == ()
    found = row(best)
    assert found.feedback and found.feedback.counted == 4


def test_without_it_the_latest_counts(best: Course, hand_in: HandIn) -> None:
    latest = replace(best, keep="latest")
    hand_in("s1", GOOD)
    grade(latest)
    hand_in("s1", WORSE, at="2026-01-16 10:00:00 UTC")
    grade(latest)
    assert total(latest) == 10
    assert grade(best, fake_scoring.must_not_be_called).state == "unchanged"  # chosen again
    assert total(best) == 20 and output_of(best, "d") == "5"
    assert grade(latest, fake_scoring.must_not_be_called).state == "unchanged"
    assert total(latest) == 10 and output_of(latest, "d") == "2.5"


def test_a_late_better_try_counts_only_with_an_extension(best: Course, hand_in: HandIn) -> None:
    hand_in("s1", WORSE, at=ON_TIME)
    grade(best)
    hand_in("s1", GOOD, at=LATE)
    grade(best)
    marks = row(best).feedback
    assert total(best) == 10 and marks and (marks.counted, marks.lateness) == (1, "")
    assert warsha("extend", "s1", LAB, "--until", "2026-02-03 00:00").exit_code == 0
    assert grade(best, fake_scoring.must_not_be_called).state == "unchanged"
    marks = row(best).feedback
    assert total(best) == 20 and marks and marks.counted == 2


def test_a_late_worse_try_costs_nothing(best: Course, hand_in: HandIn) -> None:
    """The late penalty is that of the submission that counts, also when a date moves."""
    hand_in("s1", GOOD, at=ON_TIME)
    grade(best)
    hand_in("s1", WORSE, at=LATE)
    grade(best)
    assert total(best) == 20
    set_due(best, "2026-01-31 00:00:00 UTC")
    grade(best)
    assert total(best) == 20
    set_due(best, "2026-01-14 00:00:00 UTC")
    grade(best)
    assert total(best) == 0


def test_a_lost_gradebook_gets_the_best_marks_back(best: Course, hand_in: HandIn) -> None:
    hand_in("s1", GOOD, at=ON_TIME)
    grade(best)
    hand_in("s1", WORSE, at="2026-01-16 10:00:00 UTC")
    grade(best)
    before = auto_scores(best)
    (best.root / "gradebook.db").unlink()
    assert warsha("course", "build").exit_code == 0
    grade(best, fake_scoring.must_not_be_called)
    assert auto_scores(best) == before and total(best) == 20


def test_nbgraders_own_command_keeps_the_best(
    course: Course, hand_in: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real boards, because nbgrader's command has no stand-in for them."""
    reference = Path(__file__).parents[2] / "labs" / LAB / "reference.py"
    own = course.root / "course.toml"  # nbgrader reads the copy in the built course
    own.write_text('keep = "best"\n' + own.read_text("utf-8"), "utf-8")
    set_due(course, "2026-02-01 00:00:00 UTC")
    hand_in("s1", reference.read_text("utf-8"), at=ON_TIME)
    api_autograde(course.root, LAB)
    hand_in("s1", "print('READY L01')", at=LATE)
    api_autograde(course.root, LAB)
    assert total(course) == 20
    marks = row(course).feedback
    assert marks and (marks.number, marks.counted, marks.lateness) == (2, 1, "")


def test_another_value_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    text = 'title = { ar = "دورة", en = "Course" }\nlabs = ["buttons"]\nkeep = {}\n'
    (folder / "course.toml").write_text(text.replace("{}", '"best"'), encoding="utf-8")
    assert load_course(courses=tmp_path).keep == "best"
    (folder / "course.toml").write_text(text.replace("{}", '"first"'), encoding="utf-8")
    with pytest.raises(CourseError, match='keep must be "latest", "best"'):
        load_course(courses=tmp_path)
