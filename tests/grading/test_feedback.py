"""Feedback from the mark to the folder of the trainee: the pages of our writer and of nbgrader,
and the exchange of nbgrader."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.tests import run_nbgrader

from grader.archive.store import Store
from grader.authoring.lab_check import program_text
from grader.classrun.grading import Grading
from grader.demo import REASON
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import commands, config
from grader.reports.feedback_writer import FeedbackWriter
from grader.score.score import score
from grader.score.waveforms import ItemWaveforms
from tests.support.call_count import calls
from tests.support.classroom import LAB, HandIn, give_by_hand, set_due


def mutant(name: str) -> str:
    """A program with a misconception."""
    return program_text(find(LAB), name)


def grade(course: Course) -> None:
    """Grade the submissions in `submitted/`."""
    grading = Grading(course, LAB)
    outcomes = list(grading.run(grading.submissions()))
    assert [outcome.reason for outcome in outcomes if not outcome.is_graded] == []


def page_of(course: Course, student: str) -> str:
    """The page in `feedback/`."""
    file = course.root / "feedback" / student / LAB / f"{LAB}.html"
    return file.read_text(encoding="utf-8")


def words(html: str) -> str:
    """The visible text, without the markup."""
    return BeautifulSoup(html, "html.parser").get_text()


def write(course: Course, student: str | None = None) -> list[tuple[str, str]]:
    """Run `warsha feedback`."""
    return list(FeedbackWriter(course, LAB, student).run())


def test_the_page_after_three_submissions_shows_progress_and_a_hint(
    course: Course, hand_in: HandIn
) -> None:
    for day, name in enumerate(("empty", "ready_only", "pong_same"), 1):
        hand_in("s1", mutant(name), at=f"2026-01-{day:02} 10:00:00 UTC")
        grade(course)
        assert write(course) == [("s1", "")]
        text = words(page_of(course, "s1"))
        assert f"submission {day}" in text
        assert ("تلميح" in text) == (day == 3)
    totals = [r.number for n in (1, 2, 3) if (r := Store(course.store).record(LAB, "s1", n))]
    assert totals == [1, 2, 3]
    assert text.count("try ") == 3
    assert "What arrives is text, not a number" in text
    assert "ping" in text and "pong" in text  # the serial line is in the waveform


def test_a_waveform_has_buses_in_place_of_their_pins() -> None:
    lab, drawn = find("operator_display"), ItemWaveforms()
    program = program_text(lab, "bit_order").encode()
    score(lab, "esp32", {"main.py": program}, [1], observer=drawn)
    svg = drawn.of("e")
    assert "I2C 22 21" in svg and "W 3d: 80 21" in svg
    assert "BTN_1" in svg and "SDA" not in svg


def test_a_waveform_of_hours_shows_the_time_that_was_measured() -> None:
    lab, drawn = find("clinic_farm"), ItemWaveforms()
    program = program_text(lab, "late_off").encode()
    result = score(lab, "esp32_devkit_c_v4", {"main.py": program}, [1], observer=drawn)
    assert re.fullmatch(r"\d min [\d.]+ s", result.items["c"].measured)
    axis = re.findall(r">(\d+ h(?: \d+ min)?)<", drawn.of("c"))
    assert len(axis) >= 4, "the pump is off minutes after the soil is wet"
    assert result.items["h"].key == "host_failed" and drawn.of("h") == ""


def test_the_prediction_stands_beside_what_the_run_showed(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", mutant("pong_same"), answer="CPython, <b>here</b>")
    hand_in("s2", mutant("pong_same"), answer=" ")
    grade(course)
    write(course)
    page = BeautifulSoup(page_of(course, "s1"), "html.parser")
    rows = [row.get_text(" ", strip=True) for row in page.select("#item-p .compared > div")]
    assert [row.split(" ", 1)[0] for row in rows] == ["توقّعت", "وأظهر", "والسبب"]
    assert "CPython, <b>here</b>" in rows[0]
    assert rows[1].count("micropython esp32") == 2, "in Arabic and in English"
    assert REASON in rows[2]
    assert page.select_one("#item-p .points").get_text().startswith("2 / 2")  # type: ignore[union-attr]
    other = BeautifulSoup(page_of(course, "s2"), "html.parser").select_one("#item-p")
    assert (
        other and "0 / 2" in other.get_text() and "a wrong guess costs nothing" in other.get_text()
    )


def test_nbgrader_makes_the_same_page(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", mutant("pong_same"))
    grade(course)
    write(course)
    ours = page_of(course, "s1")
    commands.generate_feedback(course.root, LAB)
    assert words(page_of(course, "s1")).split() == words(ours).split()


def test_the_page_shows_the_score_of_the_gradebook(course: Course, hand_in: HandIn) -> None:
    hand_in("s1", mutant("pong_same"))
    grade(course)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        row: Any = gradebook.find_grade("a", LAB, LAB, "s1")
        row.auto_score = 0.5  # as stock autograde would
        gradebook.db.commit()
    write(course)
    assert "Score: 0.5 / 1.0" in page_of(course, "s1")


def test_a_person_s_mark_and_a_late_penalty_reach_the_page(
    course: Course, hand_in: HandIn
) -> None:
    settings = course.root / config.NAME
    settings.write_text(settings.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    set_due(course, "2026-01-10 10:00:00")
    hand_in("s1", mutant("pong_same"))
    grade(course)
    give_by_hand(course, "s1", "d", 4.0)
    write(course)
    text = words(page_of(course, "s1"))
    assert "4 / 5" in text and "points given by a person" in text
    assert "taken off for being late" in text


def test_a_page_has_only_data_of_its_trainee(course: Course, hand_in: HandIn) -> None:
    for student in ("s1", "s2"):
        hand_in(student, mutant("pong_same") + f"\n# canary-{student}")
    grade(course)
    write(course)
    page = page_of(course, "s1")
    record = Store(course.store).record(LAB, "s1")
    assert record is not None
    assert "canary-s1" in page and "canary-s2" not in page
    hidden = [str(seed) for seed in record.seeds] + [record.stamp["lab"], record.submission]
    for text in (*hidden, str(course.root), str(Path.home()), "Traceback (most", "checks.py"):
        assert text not in page


def test_the_next_page_of_a_class_is_made_with_little_work(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", mutant("pong_same"))
    grade(course)
    write(course)  # the parts that are read once for a class
    writer = FeedbackWriter(course, LAB)
    assert calls(lambda: list(writer.run())) < 25_000


@pytest.fixture
def trainee(course: Course, tmp_path: Path) -> Path:
    """The home of a trainee who uses nbgrader's exchange of the course."""
    home = tmp_path / "home"
    home.mkdir()
    settings = f"""\
c = get_config()
c.CourseDirectory.course_id = {course.slug!r}
c.Exchange.root = {str(course.root / "exchange")!r}
c.Exchange.cache = {str(home / "cache")!r}
"""
    (home / "nbgrader_config.py").write_text(settings)
    (course.root / "exchange").chmod(0o777)
    return home


# nbgrader's release_feedback leaves files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_trainee_fetches_the_page(
    course: Course, trainee: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", os.environ)  # run_nbgrader leaves a copy in its place

    def nbgrader(where: Path, command: str) -> None:
        monkeypatch.chdir(where)
        run_nbgrader([command, LAB])  # it checks the exit code

    nbgrader(trainee, "fetch_assignment")
    nbgrader(trainee, "submit")
    nbgrader(course.root, "collect")
    grade(course)
    ((name, problem),) = write(course)
    assert problem == ""
    nbgrader(course.root, "release_feedback")
    nbgrader(trainee, "fetch_feedback")
    (page,) = trainee.rglob(f"{LAB}/feedback/*/{LAB}.html")
    text = page.read_text(encoding="utf-8")
    assert text == page_of(course, name)
    assert '<html lang="ar" dir="rtl">' in text
