"""More time for a trainee or a group: `warsha extend`, late penalties, where lateness shows."""

import csv
import os
from datetime import timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.tests import run_nbgrader

from grader.classrun.grading import Grading
from grader.errors import CourseError
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader import config, enrolment
from grader.nbgrader.standings import standings
from grader.notebook.course_page import trainee_course
from grader.reports.class_page import class_page
from grader.reports.class_register import register_of
from tests.support import fake_scoring
from tests.support.classroom import LAB, HandIn, set_due
from tests.support.gradebooks import api_autograde
from tests.support.two_labs import warsha

DUE = "2026-02-01 00:00:00 UTC"
LATE = "2026-02-02 10:30:00 UTC"


@pytest.fixture
def due_course(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with a due date, where late submissions get no points."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    enrolment.enrol(course.root, [Trainee("s1"), Trainee("s2"), Trainee("s3")])
    set_due(course, DUE)
    with (course.root / config.NAME).open("a") as settings:
        settings.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    return course


def grade(course: Course) -> None:
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(), work=fake_scoring.by_text, workers=1))
    assert all(outcome.is_graded for outcome in done), done


def totals(course: Course) -> dict[str, float]:
    found = standings(config.coursedir(course.root).db_url, LAB, LAB)
    return {who: one.total for who, one in found.items() if one.cells}


def table(course: Course) -> dict[str, dict[str, str]]:
    assert warsha("class", LAB).exit_code == 0
    with (course.root / "class" / f"{LAB}.csv").open(encoding="utf-8-sig") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def lateness(course: Course) -> dict[str, tuple[str, str]]:
    """Penalty and hours of each trainee."""
    return {who: (row["late_penalty"], row["late_hours"]) for who, row in table(course).items()}


def test_one_trainee_or_a_group_gets_more_time(
    due_course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    for student in ("s1", "s2", "s3"):
        hand_in(student, "x = 1", at=LATE)
    grade(due_course)
    assert totals(due_course) == {"s1": 0, "s2": 0, "s3": 0}
    done = warsha("extend", "s1", LAB, "--until", "2026-02-03 02:00 +02:00")
    assert done.exit_code == 0, done.output
    assert f"{LAB} is due on 2026-02-03 00:00:00 UTC for s1" in done.output
    assert "for the others on 2026-02-01 00:00:00 UTC" in done.output
    assert totals(due_course) == {"s1": 20, "s2": 0, "s3": 0}
    group = tmp_path / "group.csv"
    group.write_text("id,first_name\ns2,Ali\ns3,Mona\n")
    assert warsha("extend", str(group), LAB, "--until", "2026-02-02 12:00").exit_code == 0
    assert totals(due_course) == {"s1": 20, "s2": 20, "s3": 20}
    assert warsha("extend", "s1,s3", LAB, "--until", DUE).exit_code == 0  # taken back
    assert totals(due_course) == {"s1": 0, "s2": 20, "s3": 0}


def test_each_trainee_s_course_page_shows_the_new_time(
    due_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due_for(trainee: str) -> str:
        monkeypatch.setattr(trainee_course, "get_username", lambda: trainee)
        page = trainee_course.read_course(due_course.trainee)
        return str(next(lab.due for lab in page.labs if lab.slug == LAB))

    assert warsha("extend", "s1", LAB, "--until", "2026-02-03 00:00").exit_code == 0
    assert due_for("s1") == "2026-02-03 00:00:00+00:00"
    assert due_for("s2") == "2026-02-01 00:00:00+00:00"
    (published,) = (due_course.root / "exchange").rglob("due.json")
    assert "s1" not in published.read_text()

    monkeypatch.setattr(os, "environ", os.environ)  # run_nbgrader leaves a copy in its place
    monkeypatch.chdir(due_course.root)  # a due date that somebody sets in nbgrader
    run_nbgrader(["db", "assignment", "add", LAB, "--duedate=2026-02-02 00:00:00 UTC"])
    assert due_for("s1") == "2026-02-04 00:00:00+00:00"
    assert due_for("s2") == "2026-02-02 00:00:00+00:00"
    published.write_text("{")  # damaged: the time of the last build
    assert due_for("s1") == "None"


def test_an_extension_stays(due_course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    """When the trainee hands in (again), with nbgrader's own command, and a new class list."""
    hand_in("s2", "x = 1", at="2026-01-31 10:00:00 UTC")
    grade(due_course)
    assert warsha("extend", "s1", LAB, "--until", "2026-02-03 00:00").exit_code == 0
    row = table(due_course)["s1"]  # s1 has handed in nothing yet
    assert (row["state"], row["total"]) == ("not handed in", "")
    assert "s1" not in (due_course.root / "class" / f"{LAB}.moodle.csv").read_text("utf-8")
    hand_in("s1", "HALF = 1", at=LATE)
    grade(due_course)
    assert totals(due_course)["s1"] == 10
    hand_in("s1", "x = 1", at="2026-02-02 11:00:00 UTC")
    grade(due_course)
    assert totals(due_course)["s1"] == 20
    roster = tmp_path / "class.csv"
    roster.write_text("id,first_name\ns1,Amina\n")
    assert warsha("roster", str(roster)).exit_code == 0
    api_autograde(due_course.root, LAB, "s1")
    with Gradebook(config.coursedir(due_course.root).db_url) as gradebook:
        submission = gradebook.find_submission(LAB, "s1")
        assert submission.extension == timedelta(days=2)
        assert submission.late_submission_penalty == 0


def test_lateness_shows_with_and_without_a_penalty(due_course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "x = 1", at=LATE)
    hand_in("s2", "x = 1", at="2026-01-31 23:59:59 UTC")
    hand_in("s3", "x = 1", at="2026-02-04 01:00:01 UTC")
    grade(due_course)
    late = {
        who: (row["late_penalty"], row["late_hours"]) for who, row in table(due_course).items()
    }
    assert late == {"s1": ("20", "34.5"), "s2": ("0", "0"), "s3": ("20", "73.01")}
    assert "35 h (−20)" in class_page(register_of(due_course, LAB))
    settings = due_course.root / config.NAME
    settings.write_text(settings.read_text().replace('"zero"', '"none"'))
    grade(due_course)
    late = {
        who: (row["late_penalty"], row["late_hours"]) for who, row in table(due_course).items()
    }
    assert late == {"s1": ("0", "34.5"), "s2": ("0", "0"), "s3": ("0", "73.01")}
    page = class_page(register_of(due_course, LAB))
    assert "35 h<" in page and "3 d 2 h<" in page
    assert warsha("feedback", LAB).exit_code == 0
    mine = due_course.root / "feedback" / "s3" / LAB / f"{LAB}.html"
    assert "late by" in mine.read_text("utf-8") and "3 d 2 h" in mine.read_text("utf-8")


@pytest.mark.parametrize(
    ("who", "until", "cause", "cure"),
    [
        ("s1,S3", DUE, "S3 is not in the gradebook", "is s3 meant?"),
        ("amina", DUE, "amina is not in the gradebook", "run: warsha roster"),
        ("s1", "tomorrow", "'tomorrow' is not a time", "write it as 2026-01-15 23:59 UTC"),
        ("s1", "2026-03-01 10:00 +99:00", "+99:00' is not a time", "or with +02:00"),
        ("s1", "2026-03-01 10:00 +02:75", "+02:75' is not a time", "or with +02:00"),
        ("s1", "+99:00", "'+99:00' is not a time", "write it as 2026-01-15 23:59 UTC"),
        ("s1", "2026-01-31 10:00", "before the due date, 2026-02-01 00:00:00 UTC", "a later time"),
    ],
)
def test_a_wrong_extension_changes_nothing(
    due_course: Course, who: str, until: str, cause: str, cure: str
) -> None:
    error = warsha("extend", who, LAB, "--until", until).exception
    assert isinstance(error, CourseError)
    assert cause in str(error) and cure in error.cure
    with Gradebook(config.coursedir(due_course.root).db_url) as gradebook:
        assert gradebook.assignment_submissions(LAB) == []


def test_without_a_due_date_nobody_gets_an_extension(course: Course) -> None:
    enrolment.enrol(course.root, [Trainee("s1")])
    error = warsha("extend", "s1", LAB, "--until", DUE).exception
    assert isinstance(error, CourseError)
    assert f"{LAB} has no due date" in str(error) and "Formgrader" in error.cure
