"""A small term: late submissions, extensions, better and worse tries, texts that a person grades,
and a move to PostgreSQL in the middle. The table at its end is computed by hand."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classrun.grading import Grading
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.lab.lab import load
from grader.nbgrader import config
from grader.nbgrader.enrolment import enrol
from grader.nbgrader.standings import scores
from grader.notebook.release import release_lab
from tests.support.classroom import LAB, HandIn, empty_gradebook, set_due
from tests.support.essays import QUESTION, answer_text, lab_with, open_gradebook
from tests.support.fake_scoring import by_text
from tests.support.postgres_server import PASSWORD, Server
from tests.support.two_labs import warsha

DUE = "2026-02-01 00:00:00 UTC"
FULL, HALF = "x = 1", "HALF = 1"
"""Programs that get 20 and 10 of 20 points. A late submission costs 2, and the text has 4."""
PENALTY = """
from nbgrader.plugins import BasePlugin
class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0
c.AssignLatePenalties.plugin_class = TwoPoints
"""
BY_HAND = {
    # id: program - late penalty + text; hours late; number of submissions; state
    "amina": (20 - 0 + 4, "0", "1", "graded"),
    "badr": (20 - 0 + 2, "0", "2", "graded"),  # the second try is better
    "carim": (20 - 0 + 0, "0", "2", "graded"),  # the second is worse and late: it costs nothing
    "dina": (20 - 2 + 3, "12", "1", "graded"),
    "emad": (None, "0", "1", "waiting"),  # in time with his extension; nobody has read his text
    "farah": (20 - 2 + 1, "36", "2", "graded"),  # 10 in time, then 20 - 2: that is more
    "gamal": (None, "", "", "not handed in"),
    "huda": (20 - 0 + 0, "0", "1", "graded"),  # main.py alone, so without a text
}


@pytest.fixture
def term(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The course before its first day: a lab with a text, names, a due date, a late penalty."""
    monkeypatch.setenv("WARSHA_LANG", "en")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    empty_gradebook(course)
    config.write_settings(course.root, course.slug)
    release_lab(course.root, load(lab_with(QUESTION, tmp_path / "labs")))
    enrol(course.root, [Trainee(name, name.title(), "Ali") for name in BY_HAND])
    set_due(course, DUE)
    with (course.root / config.NAME).open("a") as settings:
        settings.write(PENALTY)
    return replace(course, keep="best")


def grade(course: Course) -> None:
    grading = Grading(course, LAB)
    done = list(grading.run(grading.submissions(), work=by_text, workers=1))
    assert all(outcome.is_graded for outcome in done), done


def read_text(course: Course, student: str, points: float) -> None:
    """A person grades the text in Formgrader."""
    with open_gradebook(course) as gradebook:
        mark = gradebook.find_grade("why", LAB, LAB, student)
        mark.manual_score, mark.needs_manual_grade = points, False
        gradebook.find_comment("why", LAB, LAB, student).manual_comment = f"{points} of 4"
        gradebook.db.commit()


def table(course: Course, kind: str = "csv") -> list[dict[str, str]]:
    text = (course.root / "class" / f"{LAB}.{kind}").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_of_a_term_is_the_one_computed_by_hand(
    term: Course, hand_in: HandIn, postgres: Server, tmp_path: Path
) -> None:
    for student in ("amina", "carim"):
        folder = hand_in(student, FULL, at="2026-01-20 10:00:00 UTC")
        if student == "amina":
            answer_text(folder)
    answer_text(hand_in("badr", HALF, at="2026-01-20 10:00:00 UTC"))
    hand_in("farah", HALF, at="2026-01-31 23:59:00 UTC")
    grade(term)
    read_text(term, "amina", 4)
    read_text(term, "badr", 2)
    assert warsha("extend", "gamal", LAB, "--until", "2026-02-05 00:00").exit_code == 0

    url = postgres.create("a term")
    assert warsha("course", "move", url).exit_code == 0
    assert config.coursedir(term.root).db_url == url

    group = tmp_path / "group.csv"
    group.write_text("id\nemad\ngamal\n")
    done = warsha("extend", str(group), LAB, "--until", "2026-02-06 02:00 +02:00")
    assert done.exit_code == 0, done.output
    answer_text(hand_in("badr", FULL, at="2026-01-30 10:00:00 UTC"))
    hand_in("carim", HALF, at="2026-02-03 00:00:00 UTC")
    answer_text(hand_in("dina", FULL, at="2026-02-01 12:00:00 UTC"))
    answer_text(hand_in("emad", FULL, at="2026-02-05 23:00:00 UTC"))
    answer_text(hand_in("farah", FULL, at="2026-02-02 12:00:00 UTC"))
    folder = hand_in("huda", None, at="2026-01-25 10:00:00 UTC")
    (folder / f"{LAB}.ipynb").unlink()
    (folder / "main.py").write_text(FULL)
    grade(term)
    read_text(term, "dina", 3)
    read_text(term, "farah", 1)

    done = warsha("class", LAB)
    assert "trainees: 8, graded: 6, waiting for a person: 1" in done.output
    for row in table(term):
        total, late, tries, state = BY_HAND[row["id"]]
        expected = ("" if total is None else str(total), late, tries, state)
        assert (row["total"], row["late_hours"], row["tries"], row["state"]) == expected, row
    marked = {name: total for name, (total, *_) in BY_HAND.items() if total is not None}
    title = next(column for column in table(term, "moodle.csv")[0] if column.startswith("L01"))
    moodle = {row["ID number"]: float(row[title]) for row in table(term, "moodle.csv")}
    assert moodle == marked
    known = scores(term.root)  # as nbgrader adds them up
    assert {name: known[name, LAB] for name in marked} == marked
    before = known
    grade(term)  # nothing new came
    assert scores(term.root) == before
