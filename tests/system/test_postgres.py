"""PostgreSQL as the gradebook: a real server, a move of a whole class, two graders at once, and a
server that stops."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.classrun.grading import Grading
from grader.errors import CourseError, NoAccess
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader import config
from grader.nbgrader.enrolment import enrol
from grader.nbgrader.grade_writer import GradeWriter
from grader.nbgrader.gradebook_move import move_gradebook
from grader.nbgrader.standings import standings
from grader.notebook.course_build import build_course
from tests.support.classroom import LAB, HandIn, give_by_hand, set_due
from tests.support.fake_scoring import by_text
from tests.support.gradebooks import (
    ANSWERS,
    ASSIGNMENT,
    LATE,
    OUTPUTS,
    make_course,
    notebook_of,
    open_book,
    put,
    record_all,
    rows,
)
from tests.support.postgres_server import PASSWORD, Cluster, Server
from tests.support.project import LABS
from warsha import app

REFERENCE = LABS / LAB / "reference.py"
DUE = "2026-02-03 00:00"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of the URL in the settings of an instructor."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def use(root: Path, url: str) -> None:
    """Add a line below ours, as an instructor does."""
    with (root / config.NAME).open("a", encoding="utf-8") as settings:
        settings.write(f"c.CourseDirectory.db_url = {url!r}\n")


def export(root: Path) -> list[list[str]]:
    """`nbgrader export`, as rows."""
    tools = Path(sys.executable).parent
    subprocess.run(
        [tools / "nbgrader", "export"],
        cwd=root,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    return list(csv.reader((root / "grades.csv").read_text(encoding="utf-8").splitlines()))


def grade() -> None:
    warsha("grade", LAB)


@pytest.fixture
def term(course: Course, hand_in: HandIn) -> Course:
    """A class on SQLite with everything that only a gradebook has: names, a due date, an
    extension, a mark and a comment of a person."""
    names = [("s1", "أمينة", "حسن"), ("s2", "Badr", "Ali"), ("s3", "علي", "عمر")]
    enrol(course.root, [Trainee(*each) for each in names])
    set_due(course, "2026-02-01 00:00:00 UTC")
    hand_in("s1", REFERENCE.read_text(encoding="utf-8"))
    hand_in("s2", "raise SystemExit", at="2026-02-15 10:00:00 UTC")
    grade()
    give_by_hand(course, "s2", "d", 4.5)
    with open_book(course.root) as book:
        book.find_comment("program", LAB, LAB, "s1").manual_comment = "أحسنت"
        book.db.commit()
    warsha("extend", "s3", LAB, "--until", "2026-02-03 00:00")
    return course


def warsha(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_a_move_takes_everything_with_it(term: Course, postgres: Server) -> None:
    root, url = term.root, postgres.create("term")
    before, on_sqlite = rows(config.coursedir(root).db_url), export(root)
    line = f"in {url} now: trainees 3, labs 1, submissions 3"
    assert line in warsha("course", "move", url)
    assert config.coursedir(root).db_url == url
    assert rows(url) == before
    assert export(root) == on_sqlite
    grade()
    assert rows(url) == before  # nothing is graded again
    move_gradebook(root, url)  # everything is there already
    warsha("extend", "s3", LAB, "--until", "2026-02-04 00:00")
    with pytest.raises(CourseError, match="has trainees or marks already"):
        move_gradebook(root, url)
    build_course(term)
    files = [file for file in root.rglob("*") if file.is_file()]
    assert not [file for file in files if PASSWORD.encode() in file.read_bytes()]


def test_an_empty_database_beside_a_full_gradebook_is_refused(
    term: Course, postgres: Server
) -> None:
    """Grading and building would go on without names, dates and the marks that persons gave."""
    root, url = term.root, postgres.create("beside")
    before = rows(config.coursedir(root).db_url)
    use(root, url)
    for verb in (["grade", LAB], ["course", "build"], ["extend", "s1", LAB, "--until", DUE]):
        error = CliRunner().invoke(app, verb).exception
        assert isinstance(error, CourseError), verb
        assert f"{root / 'gradebook.db'} is not (submissions there: 3)" in str(error)
        assert error.cure.startswith("run: warsha course move URL")
    warsha("course", "move", url)  # also when the settings name it already
    assert rows(url) == before
    grade()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql+psycopg://grader:secret@/x", "the address has a password"),
        ("somewhere", "is no address of a database"),
        ("postgresql+psycopg://grader@/nowhere?host=/nonexistent", "cannot be opened"),
    ],
)
def test_a_wrong_address_changes_nothing(course: Course, url: str, cause: str) -> None:
    before = (course.root / config.NAME).read_text()
    with pytest.raises(CourseError, match=cause) as caught:
        move_gradebook(course.root, url)
    assert caught.value.cure
    assert (course.root / config.NAME).read_text() == before


def test_a_server_that_stops_ends_the_run_with_one_line(course: Course, hand_in: HandIn) -> None:
    for student in ("s1", "s2", "s3"):
        hand_in(student, "x = 1")
    with Cluster() as cluster:
        move_gradebook(course.root, cluster.server.create("stops"))
        grading = Grading(course, LAB)
        run = grading.run(grading.submissions(), work=by_text, workers=1)
        assert next(run).is_graded
        cluster.stop()
        with pytest.raises(NoAccess, match="the gradebook's server does not answer") as caught:
            list(run)
        assert "\n" not in str(caught.value) and "start it" in caught.value.cure
        cluster.start()
        done = list(grading.run(grading.submissions(), work=by_text, workers=1))
        # Which of the three was graded before the stop is open.
        assert sorted(one.state for one in done) == ["graded", "graded", "unchanged"]
        cluster.stop()
        error = CliRunner().invoke(app, ["grade", LAB]).exception
        assert isinstance(error, CourseError) and "cannot be opened" in str(error)
        assert "\n" not in str(error)
        cluster.start()


@pytest.mark.long  # a whole class in two databases
def test_the_rows_are_those_of_sqlite(tmp_path: Path, postgres: Server) -> None:
    found = []
    for url in ("", postgres.create("rows")):
        root = tmp_path / ("server" if url else "file")
        make_course(root, f"c.CourseDirectory.db_url = {url!r}\n" if url else "")
        with open_book(root) as book:
            book.update_or_create_assignment(ASSIGNMENT, duedate="2026-02-01 00:00:00 UTC")
        for student, outputs in OUTPUTS.items():
            put(root, student, notebook_of(root, ANSWERS, outputs), LATE)
        record_all(root)
        record_all(root)
        found.append(rows(config.coursedir(root).db_url))
    assert found[0] == found[1]


def test_two_graders_exclude_each_other(tmp_path: Path, postgres: Server) -> None:
    url = postgres.create("shared")
    here, there = tmp_path / "here", tmp_path / "there"
    make_course(here, f"c.CourseDirectory.db_url = {url!r}\n")
    there.mkdir()
    (there / config.NAME).write_text((here / config.NAME).read_text())
    with GradeWriter(here), pytest.raises(CourseError, match="somebody else"), GradeWriter(there):
        pass
    script = (
        "import os, sys; from pathlib import Path; from grader.nbgrader.grade_writer import *\n"
    )
    script += "with GradeWriter(Path(sys.argv[1])): os._exit(9)"
    killed = subprocess.run([sys.executable, "-c", script, str(there)], check=False)
    assert killed.returncode == 9
    with GradeWriter(here) as recorder:
        assert recorder.auto_scores(ASSIGNMENT) == {}


def test_an_error_message_has_no_password(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_course(tmp_path / "course")
    use(tmp_path / "course", postgres.create("closed"))
    monkeypatch.setenv("PGPASSWORD", "wrong-word")
    with pytest.raises(CourseError, match=r"cannot be opened.*password authentication") as caught:
        GradeWriter(tmp_path / "course")
    assert "wrong-word" not in str(caught.value) + caught.value.cure
    with pytest.raises(CourseError, match=r"cannot be opened.*password authentication"):
        standings(config.coursedir(tmp_path / "course").db_url, ASSIGNMENT, ASSIGNMENT)
    use(tmp_path / "course", "postgresql+nodriver://grader@/closed")
    with pytest.raises(CourseError, match="driver is missing"):
        GradeWriter(tmp_path / "course")
