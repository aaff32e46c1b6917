"""PostgreSQL as the gradebook: a real server, a whole class, two graders at once."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.errors import CourseError
from grader.lab.course import Course
from grader.nbgrader import config
from grader.nbgrader.grade_writer import GradeWriter
from grader.nbgrader.standings import standings
from grader.notebook.course_build import build_course
from tests.support.classroom import LAB, HandIn
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
from tests.support.postgres_server import PASSWORD, Server
from tests.support.project import LABS
from warsha import app

REFERENCE = LABS / LAB / "reference.py"


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
    done = CliRunner().invoke(app, ["grade", LAB])
    assert done.exit_code == 0, done.output


def test_a_class_gets_the_same_marks(course: Course, hand_in: HandIn, postgres: Server) -> None:
    hand_in("s1", REFERENCE.read_text(encoding="utf-8"))
    hand_in("s2", "raise SystemExit", at="2026-02-15 10:00:00 UTC")
    grade()
    on_sqlite = export(course.root)
    use(course.root, postgres.create("class"))
    build_course(course)
    grade()
    assert export(course.root) == on_sqlite
    assert [row[on_sqlite[0].index("student_id")] for row in on_sqlite[1:]] == ["s1", "s2"]
    grade()
    files = [file for file in course.root.rglob("*") if file.is_file()]
    assert not [file for file in files if PASSWORD.encode() in file.read_bytes()]


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
        assert recorder.auto_scores(ASSIGNMENT, "nobody") == {}


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
