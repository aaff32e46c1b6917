"""Teams: one notebook and several names, with real nbgrader."""

import csv
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.tests import run_nbgrader

from grader.archive.store import Store
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.classrun.submission_grader import Work
from grader.classrun.task import Task
from grader.errors import CourseError
from grader.lab.class_list import Trainee
from grader.lab.course import Course, CourseModule
from grader.lab.lab import load
from grader.nbgrader import config, enrolment
from grader.nbgrader.standings import Standing, standings
from grader.notebook import release
from grader.reports.class_register import register_of
from grader.reports.feedback_writer import FeedbackWriter
from grader.score.card import Card
from tests.support import fake_scoring
from tests.support.classroom import (
    LAB,
    HandIn,
    auto_scores,
    empty_gradebook,
    give_by_hand,
    set_due,
)
from tests.support.essays import QUESTION, answer_text, lab_with
from tests.support.gradebooks import api_autograde
from tests.support.two_labs import warsha

TEAM = ("amina", "karim", "nour")
COURSE = f"""\
title = {{ ar = "دورة", en = "Course" }}
[[modules]]
title = {{ ar = "المشروعات", en = "Projects" }}
labs = ["{LAB}"]
projects = 1
"""
FIRST, LATER = "2026-01-10 10:00:00 UTC", "2026-01-11 10:00:00 UTC"


@pytest.fixture
def project(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course whose lab is a project with a text that a person grades, and four trainees."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    empty_gradebook(course)
    config.write_settings(course.root, course.slug)
    (course.root / "course.toml").write_text(COURSE, encoding="utf-8")
    release.release_lab(course.root, load(lab_with(QUESTION, tmp_path / "labs")))
    enrolment.enrol(course.root, [Trainee(name) for name in (*TEAM, "sami")])
    modules = (CourseModule({"ar": "المشروعات", "en": "Projects"}, (LAB,), projects=1),)
    return replace(course, modules=modules)


def write_teams(course: Course, *rows: str) -> None:
    lines = ("team,trainee,lab", *rows)
    (course.root / "teams.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def in_team(course: Course, *members: str) -> None:
    write_teams(course, *(f"alpha,{member},{LAB}" for member in members))


def grade(
    course: Course, work: Work = fake_scoring.by_text, student: str | None = None
) -> dict[str, Outcome]:
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(student), work=work, workers=2))
    return {one.student: one for one in done}


def marks(course: Course) -> Mapping[str, Standing]:
    return standings(config.coursedir(course.root).db_url, LAB, LAB)


def totals(course: Course) -> dict[str, float]:
    return {who: one.total for who, one in marks(course).items() if one.cells}


def seeds(course: Course, student: str) -> tuple[int, ...]:
    record = Store(course.store).counted(LAB, student)
    assert record
    return record.seeds


def test_one_submission_gives_every_member_the_mark(project: Course, hand_in: HandIn) -> None:
    in_team(project, *TEAM)
    hand_in("karim", "HALF = 1")
    hand_in("sami", "x = 1")
    done = grade(project)
    assert {who: one.state for who, one in done.items()} == dict.fromkeys(
        (*TEAM, "sami"), "graded"
    )
    assert done["amina"].notes == done["nour"].notes == ("handed in by karim for the team alpha",)
    assert done["karim"].notes == ()
    assert totals(project) == {"amina": 10, "karim": 10, "nour": 10, "sami": 20}
    assert seeds(project, "amina") == seeds(project, "karim") == seeds(project, "nour")
    again = grade(project, fake_scoring.must_not_be_called)
    assert {one.state for one in again.values()} == {"unchanged"}
    rows = {row.student: row for row in register_of(project, LAB).rows}
    assert [rows[who].not_graded for who in TEAM] == ["", "", ""]


def test_the_program_runs_once_for_the_whole_team(
    project: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    in_team(project, *TEAM)
    hand_in("nour", "x = 1")
    assert len(grade(project, partial(scored_and_counted, tmp_path / "scored"))) == 3
    assert (tmp_path / "scored").read_text() == "1"


def scored_and_counted(file: Path, task: Task) -> list[Card]:
    """Notes each run, in whatever process."""
    with file.open("a") as runs:
        runs.write("1")
    return fake_scoring.by_text(task)


def test_the_newest_submission_of_the_team_counts(project: Course, hand_in: HandIn) -> None:
    in_team(project, *TEAM)
    hand_in("karim", "x = 1", at=LATER)
    hand_in("amina", "HALF = 1", at=FIRST)
    grade(project)
    assert set(totals(project).values()) == {20}
    hand_in("amina", "HALF = 1", at="2026-01-12 10:00:00 UTC")
    done = grade(project, student="nour")  # one member stands for the team
    assert done.keys() == set(TEAM) and set(totals(project).values()) == {10}
    rows = register_of(project, LAB).rows
    assert [row.feedback.number for row in rows if row.feedback] == [2, 2, 2]
    assert not any(row.not_graded for row in rows)


def test_the_seeds_are_those_of_the_team(project: Course, hand_in: HandIn) -> None:
    """They are the same whichever member hands in, and not those of a member alone."""
    in_team(project, "amina", "karim")
    folder = hand_in("amina", "x = 1")
    grade(project)
    before = seeds(project, "karim")
    folder.parent.rename(folder.parent.with_name("karim"))
    assert {one.state for one in grade(project).values()} == {"unchanged"}
    assert seeds(project, "amina") == before
    (project.root / "teams.csv").unlink()
    assert grade(project)["karim"].state == "graded" and seeds(project, "karim") != before


def test_best_try_compares_only_submissions_of_the_team(project: Course, hand_in: HandIn) -> None:
    best = replace(project, keep="best")
    hand_in("amina", "x = 1", at=FIRST)
    grade(best)
    in_team(best, "amina", "karim")
    hand_in("karim", "HALF = 1", at=LATER)
    grade(best)
    assert totals(best) == {"amina": 10, "karim": 10}


def test_what_a_person_gives_reaches_every_member(project: Course, hand_in: HandIn) -> None:
    in_team(project, "amina", "karim")
    answer_text(hand_in("karim", "x = 1"))
    answer_text(hand_in("sami", "x = 1"))
    grade(project)
    give_by_hand(project, "amina", "why", 3)  # in a process that has the course's settings
    comment(project, "amina", "well done")
    assert totals(project) == {"amina": 23, "karim": 23, "sami": 20}
    assert marks(project)["karim"].comments == ("well done",)
    give_by_hand(project, "karim", "why", 1.5)  # corrected
    assert totals(project) == {"amina": 21.5, "karim": 21.5, "sami": 20}
    in_team(project, *TEAM)  # who joins later
    grade(project, fake_scoring.must_not_be_called)
    assert totals(project)["nour"] == 21.5 and marks(project)["nour"].comments == ("well done",)


def comment(course: Course, student: str, text: str) -> None:
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        found: Any = book.find_comment("why", LAB, LAB, student)
        found.manual_comment = text
        book.db.commit()


# nbgrader's release_feedback leaves files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_export_tables_and_feedback_have_every_member(
    project: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_team(project, *TEAM)
    secrets = {}
    for who, at in (("karim", LATER), ("amina", FIRST)):  # as the exchange writes them
        secrets[who] = f"secret of {who}"
        folder = hand_in(who, "x = 1", at=at)
        (folder / "submission_secret.txt").write_text(secrets[who])
    grade(project)
    assert dict(FeedbackWriter(project, LAB).run()) == dict.fromkeys(TEAM, "")
    pages = {who: project.root / "feedback" / who / LAB for who in TEAM}
    assert all("20 / 24" in (page / f"{LAB}.html").read_text("utf-8") for page in pages.values())
    kept = {who: (page / "submission_secret.txt").read_text() for who, page in pages.items()}
    assert len(set(kept.values())) == 3 and {who: kept[who] for who in secrets} == secrets
    monkeypatch.setattr(os, "environ", os.environ)  # run_nbgrader leaves a copy in its place
    monkeypatch.chdir(project.root)
    run_nbgrader(["release_feedback", LAB])
    assert len(list((project.root / "exchange").rglob("feedback/*.html"))) == 3
    run_nbgrader(["export", "--to", "all.csv"])
    with (project.root / "all.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == LAB]
    exported = {row["student_id"]: (row["score"], row["timestamp"]) for row in rows}
    assert {exported[who] for who in TEAM} == {("20.0", "2026-01-11 10:00:00")}


def test_each_member_has_an_own_due_date(project: Course, hand_in: HandIn) -> None:
    in_team(project, "amina", "karim")
    set_due(project, "2026-01-09 00:00:00 UTC")
    with (project.root / config.NAME).open("a") as settings:
        settings.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in("karim", "x = 1", at=FIRST)
    grade(project)
    assert totals(project) == {"amina": 0, "karim": 0}
    assert warsha("extend", "amina,karim", LAB, "--until", LATER).exit_code == 0
    assert totals(project) == {"amina": 20, "karim": 20}


def test_nbgraders_own_command_leaves_teams_to_us(project: Course, hand_in: HandIn) -> None:
    in_team(project, "amina", "karim")
    hand_in("karim", "x = 1")
    grade(project)
    before = auto_scores(project)
    with pytest.raises(Exception, match="karim hands in first_contact with the team alpha"):
        api_autograde(project.root, LAB, "karim")
    assert auto_scores(project) == before
    assert {one.state for one in grade(project, fake_scoring.must_not_be_called).values()} <= {
        "unchanged",
        "graded",
    }


def test_a_submission_without_a_valid_time_is_listed_for_the_team(
    project: Course, hand_in: HandIn
) -> None:
    in_team(project, "amina", "karim")
    hand_in("amina", "x = 1")
    hand_in("karim", "x = 1", at="10:00")
    assert {who: one.state for who, one in grade(project).items()} == {
        "amina": "unreadable",
        "karim": "unreadable",
    }


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["a,amina,{lab}", "b,amina,{lab}"], "line 3: amina is in two teams of {lab}: a and b"),
        (["a,amina,{lab}", "a,amina,{lab}"], "line 3: amina is there twice"),
        (["a,amna,{lab}"], "line 2: amna is not in the gradebook, is amina meant?"),
        (["a,zz,{lab}"], "line 2: zz is not in the gradebook, run: warsha roster"),
        ([f"a,{who},{{lab}}" for who in (*TEAM, "sami")], "line 5: the team a has more than 3"),
        (["a,amina,buttons"], "line 2: buttons allows no team; projects of this course: {lab}"),
        (["a,,{lab}"], "line 2: a row has a team, a trainee and a lab"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_graded(
    project: Course, hand_in: HandIn, rows: list[str], problem: str
) -> None:
    hand_in("amina", "x = 1")
    write_teams(project, *(row.format(lab=LAB) for row in rows))
    with pytest.raises(CourseError) as error:
        Grading(project, LAB)
    assert f"teams.csv: {problem.format(lab=LAB)}" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_with_other_columns_is_refused(project: Course) -> None:
    (project.root / "teams.csv").write_text("group,id\n", encoding="utf-8")
    with pytest.raises(CourseError) as error:
        Grading(project, LAB)
    assert "the first line is 'group,id'" in str(error.value)
    assert "team, trainee, lab" in error.value.cure
