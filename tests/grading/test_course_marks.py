"""Mastery gates, module checks and the total of a course, with real nbgrader."""

import csv
import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from nbgrader.tests import run_nbgrader
from nbgrader.utils import get_username

from grader.classrun.check_opening import open_check
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.demo import filled_in
from grader.errors import CourseError
from grader.lab.class_list import Trainee
from grader.lab.course import Course, CourseModule, load_course
from grader.nbgrader import enrolment
from grader.nbgrader.course_marks import TraineeMarks, course_marks
from grader.nbgrader.module_checks import read_openings, write_openings
from grader.notebook.course_build import build_course
from grader.reports.class_register import register_of
from grader.reports.course_table import marks_page, write_course
from grader.seeds import check_lab
from tests.support import fake_scoring
from tests.support.classroom import LAB, HandIn
from tests.support.feedback_pages import EVIL, OVERFLOWS, PALE, WIDTHS, browser, show
from tests.support.two_labs import warsha

CHECK = f"check-{LAB}"
GOOD, POOR = "x = 1", "HALF = 1"


@pytest.fixture
def gated(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A module of one lab with a gate, a module of projects, weights, and three trainees."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    enrolment.enrol(course.root, [Trainee(one) for one in ("amina", "karim", "nour")])
    modules = (
        CourseModule({"ar": "الأولى", "en": "First"}, (LAB,), gate=16),
        CourseModule({"ar": "المشروعات", "en": "Projects"}, ("solar_station",), projects=1),
    )
    weights = {"labs": 50, "checks": 10, "projects": 40}
    labs = (LAB, "solar_station")
    return replace(course, labs=labs, modules=modules, weights=weights)


def grade(course: Course, assignment: str = LAB) -> dict[str, Outcome]:
    grading = Grading(course, LAB, assignment=assignment)
    done = grading.run(grading.submissions(), work=fake_scoring.by_text, workers=1)
    return {one.student: one for one in done}


def row(course: Course, student: str) -> TraineeMarks:
    return next(one for one in course_marks(course) if one.person.student == student)


def hand_in_check(course: Course, student: str, minutes: float, program: str = GOOD) -> Path:
    """Hand in so long after the check was opened."""
    opened = read_openings(course.root)[-1].opened
    released = nbformat.read(course.root / "release" / CHECK / f"{LAB}.ipynb", as_version=4)
    folder = course.root / "submitted" / student / CHECK
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(filled_in(released, program), folder / f"{LAB}.ipynb")
    (folder / "timestamp.txt").write_text(f"{opened + timedelta(minutes=minutes)} UTC\n")
    return folder


def test_the_gate_is_closed_below_its_points(gated: Course, hand_in: HandIn) -> None:
    hand_in("amina", POOR)
    hand_in("karim", GOOD)
    grade(gated)
    assert row(gated, "amina").checks[0].missing == (LAB,)
    assert row(gated, "karim").checks[0].missing == ()
    with pytest.raises(CourseError) as error:
        open_check(gated, ["karim", "amina", "nour", "zz"], 1)
    assert str(error.value) == (
        f"amina has not reached the gate of module 1: {LAB} 10; "
        f"nour has not reached the gate of module 1: {LAB} –; zz is not in the gradebook"
    )
    assert "each lab needs 16 points; --without-gate" in error.value.cure
    assert read_openings(gated.root) == []  # none of them
    (opened,) = open_check(gated, ["nour"], 1, gate=False)
    assert (opened.trainee, opened.lab) == ("nour", LAB)
    with pytest.raises(CourseError, match="module 2 has no check"):
        open_check(gated, ["karim"], 2)
    with pytest.raises(CourseError, match="nour had the check of module 1 at"):
        open_check(gated, ["nour"], 1, gate=False)


def test_a_gate_above_the_points_of_a_lab_is_refused(gated: Course) -> None:
    """By whatever reads gates: the build, the marks of the course, the opening of a check."""
    first, projects = gated.modules
    course_marks(replace(gated, modules=(replace(first, gate=20), projects)))
    wrong = replace(gated, modules=(replace(first, gate=20.5), projects))
    for work in (
        lambda: build_course(replace(wrong, labs=(LAB,))),
        lambda: course_marks(wrong),
        lambda: open_check(wrong, ["karim"], 1),
    ):
        with pytest.raises(CourseError) as error:
            work()
        file = gated.folder / "course.toml"
        text = f"{file}, [[modules]] 1, gate: 20.5 points are asked of {LAB}, which gives 20"
        assert (str(error.value), error.value.cure) == (text, "write 20 or less")


def test_one_submission_in_time_counts(gated: Course, hand_in: HandIn) -> None:
    for student in ("amina", "karim", "nour"):
        hand_in(student, GOOD)
    grade(gated)
    open_check(gated, ["amina", "karim"], 1)
    hand_in_check(gated, "amina", 29)
    hand_in_check(gated, "karim", 31)
    hand_in_check(gated, "nour", 5)
    done = grade(gated, CHECK)
    assert {who: one.state for who, one in done.items()} == {
        "amina": "graded",
        "karim": "refused",
        "nour": "refused",
    }
    assert "and the check was open from" in done["karim"].reason
    assert done["nour"].reason == "no check of this lab was opened for nour"
    mark = row(gated, "amina").checks[0].mark
    assert mark and (mark.points, mark.tries) == (20, 1)
    assert row(gated, "karim").checks[0].mark is None
    assert [row(gated, who).total for who in ("amina", "karim")] == [60, 50]

    hand_in_check(gated, "amina", 29.5, POOR)
    again = grade(gated, CHECK)["amina"]
    assert again.state == "refused" and "only the first submission counts" in again.reason
    mark = row(gated, "amina").checks[0].mark
    assert mark and mark.points == 20
    rows = {one.student: one for one in register_of(gated, LAB, CHECK).rows}
    assert "only the first submission counts" in rows["amina"].not_graded
    folder = hand_in_check(gated, "karim", 10)
    (folder / "timestamp.txt").unlink()
    assert "without a time stamp" in grade(gated, CHECK)["karim"].reason


def test_a_check_that_is_opened_again_takes_a_submission(gated: Course) -> None:
    open_check(gated, ["amina"], 1, gate=False)
    (first,) = read_openings(gated.root)
    write_openings(gated.root, [replace(first, opened=first.opened - timedelta(hours=2))])
    hand_in_check(gated, "amina", 5, POOR)
    assert grade(gated, CHECK)["amina"].state == "graded"
    write_openings(gated.root, [])
    open_check(gated, ["amina"], 1, gate=False)
    hand_in_check(gated, "amina", 5)
    assert grade(gated, CHECK)["amina"].total == 20


def test_the_same_program_gets_other_seeds_in_a_check(gated: Course, hand_in: HandIn) -> None:
    hand_in("amina", GOOD)
    grade(gated)
    open_check(gated, ["amina"], 1)
    hand_in_check(gated, "amina", 1)
    grade(gated, CHECK)
    store = Grading(gated, LAB).store
    records = [store.counted(LAB, "amina", name) for name in ("", CHECK)]
    assert all(records) and not set(records[0].seeds) & set(records[1].seeds)  # type: ignore[union-attr]


def test_of_two_in_the_exchange_the_first_counts(
    gated: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were sent before anything was collected; nbgrader collects the last."""
    monkeypatch.setattr(os, "environ", os.environ)  # run_nbgrader leaves a copy in its place
    monkeypatch.setenv("HOME", str(tmp_path))
    (gated.root / "exchange").chmod(0o777)
    who = get_username()
    enrolment.enrol(gated.root, [Trainee(who)])
    open_check(gated, [who], 1, gate=False)
    monkeypatch.chdir(gated.trainee)
    run_nbgrader(["fetch_assignment", CHECK])
    for _number in range(2):
        run_nbgrader(["submit", CHECK])
    monkeypatch.chdir(gated.root)
    run_nbgrader(["collect", CHECK])
    first, _second = sorted((gated.root / "exchange").glob(f"*/inbound/*+{CHECK}+*"))
    first.with_name(f"{who}+{CHECK}+yesterday").mkdir()  # no time: it decides nothing
    first.with_name(f"{who}+{CHECK}+2026-01-01 10:00:00 UTC").mkdir()  # before the check
    done = grade(gated, CHECK)[who]
    assert done.state == "refused" and f"put {first} into" in done.reason
    folder = gated.root / "submitted" / who / CHECK
    shutil.copytree(first, folder, dirs_exist_ok=True)
    assert grade(gated, CHECK)[who].state == "graded"


def test_table_and_page_show_marks_tries_and_what_is_missing(
    gated: Course, hand_in: HandIn
) -> None:
    hand_in("amina", POOR)
    hand_in("karim", GOOD)
    grade(gated)
    hand_in("amina", POOR + " ", at="2026-01-16 10:00:00 UTC")
    grade(gated)
    open_check(gated, ["nour"], 1, gate=False)
    _rows, (page, table) = write_course(gated)
    with table.open(encoding="utf-8-sig") as file:
        found = {one["id"]: one for one in csv.DictReader(file)}
    columns = (LAB, f"{LAB}_tries", "check_1", "check_1_state", "check_1_missing", "total")
    assert {who: tuple(one[name] for name in columns) for who, one in found.items()} == {
        "amina": ("10", "2", "", "closed", LAB, "25"),
        "karim": ("20", "1", "", "allowed", "", "50"),
        "nour": ("", "0", "", "open", LAB, "0"),
    }
    text = page.read_text("utf-8")
    for words in ("below the gate", "may take it", "open until", "اختبار الوحدة 1", "50 %"):
        assert words in text


def test_the_page_fits_and_shows_names_as_text(gated: Course, tmp_path: Path) -> None:
    enrolment.enrol(gated.root, [Trainee("evil", EVIL, "x" * 60)])
    course = replace(gated, modules=load_course("iot_micropython").modules[:-1])
    course = replace(course, labs=tuple(lab for one in course.modules for lab in one.labs))
    page = marks_page(course, course_marks(course))
    with browser(tmp_path) as opened:
        for width in WIDTHS:
            opened.resize(width)
            show(opened, tmp_path, page)
            assert opened.js(OVERFLOWS) <= 0 and opened.js(PALE) == []
        assert opened.texts(".heat thead th")[1].startswith(
            "المجموع"
        )  # in sight without scrolling
        opened.resize(1800)
        assert opened.js("return document.querySelector('main').clientWidth") > 1700
        assert opened.js("return window.pwned ?? null") is None
        opened.js("document.querySelector('.heat thead .sort').click()")
        names = opened.texts(".heat tbody th small")
        assert names == sorted(names) and len(names) == 4


def test_the_commands_say_it_in_one_line(
    gated: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("amina", GOOD)
    grade(gated)
    done = warsha("course", "marks")
    assert "trainees: 3; they may take a module check: -" in done.output
    done = warsha("check", "amina", "1")
    assert isinstance(done.exception, CourseError)
    assert "amina has not reached the gate of module 1: traffic_light –" in str(done.exception)
    monkeypatch.setenv("WARSHA_LANG", "ar")
    assert "حد دخول اختبار الوحدة" in str(warsha("check", "amina", "1").exception)


def test_which_lab_is_a_matter_of_the_secret() -> None:
    def lab(secret: bytes, trainee: str) -> int:
        return check_lab(secret, course="one", module=1, trainee=trainee, count=4)

    labs = [lab(b"s" * 32, f"t{number}") for number in range(400)]
    assert labs == [lab(b"s" * 32, f"t{number}") for number in range(400)]
    assert set(Counter(labs)) == {0, 1, 2, 3} and min(Counter(labs).values()) > 50
    assert labs != [lab(b"z" * 32, f"t{number}") for number in range(400)]


def test_a_damaged_record_of_checks_is_named(gated: Course) -> None:
    (gated.root / "checks.csv").write_text("trainee,module,lab,opened\namina,one,x,y\n")
    with pytest.raises(CourseError, match=r"checks.csv, line 2"):
        course_marks(gated)
