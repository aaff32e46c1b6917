"""The command line of grading: its output and its exit codes."""

import os
import re
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from grader.classrun import grading_report
from grader.classrun.grading import Grading
from grader.cli import app
from grader.errors import CourseError, DiskFull, GraderError
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.lab.lab import LABS
from grader.nbgrader import enrolment, standings
from grader.notebook.course_build import build_course
from hardware.i18n import ISOLATES
from tests.support.classroom import LAB, HandIn, empty_gradebook, set_due

REFERENCE = (LABS / LAB / "reference.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")


def warsha(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_class_is_graded_and_ungraded_submissions_are_named(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", REFERENCE)
    (hand_in("s2", "x") / f"{LAB}.ipynb").write_text("{")
    (course.root / "submitted" / ".ipynb_checkpoints" / LAB).mkdir(parents=True)
    result = warsha("grade", LAB)
    assert result.exit_code == 3
    assert f"not graded: {LAB} s2: {LAB}.ipynb is not a notebook" in result.output
    last = result.output.strip().splitlines()[-1]
    told = "1 not graded, 0 of them by an error of Warsha"
    assert re.fullmatch(rf"graded 1/2 submissions in \d+\.\d s; {told}", last)
    again = warsha("grade", LAB, "--student", "s1")
    assert again.exit_code == 0
    assert "1 were graded before" in again.output


@pytest.mark.parametrize(("language", "message"), [("en", "changed in"), ("ar", "تغيّرت في")])
def test_changed_totals_show_old_and_new(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch, language: str, message: str
) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    monkeypatch.setattr(grading_report, "MAX_CHANGES", 2)
    students = ("s1", "s2", "s3", "s4")
    for student in students:
        hand_in(student, "print('READY L01')", answer="")
    first = warsha("grade", LAB)
    assert first.exit_code == 0 and "→" not in first.output
    assert "→" not in warsha("grade", LAB).output
    hand_in("s1", "print('READY L01') # the same mark", answer="")
    for student in students[1:]:
        hand_in(student, REFERENCE)
    tried = warsha("grade", LAB, "--dry-run").output
    again = warsha("grade", LAB).output
    plain = again.translate(str.maketrans("", "", ISOLATES))
    assert tried.count("→") == again.count("→") == 2
    assert message in again and f"{LAB}: 3" in plain
    assert re.findall(r"(s\d): \S+ → (\S+)", plain) == [("s2", "20"), ("s3", "20")]
    assert {"en": "and 1 more", "ar": "و1 أخرى"}[language] in plain
    assert "→" not in warsha("grade", LAB).output


def test_commands_in_messages_name_another_course_than_the_default(
    course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    hand_in("s1", REFERENCE)
    name = "technician"
    root = course.root.rename(course.root.with_name(name))
    roster = tmp_path / "class.csv"
    roster.write_text("id\nt0001\n")

    def output(*words: str) -> str:
        done = warsha(*words, "--course", name)
        return f"{done.output}{done.exception}{getattr(done.exception, 'cure', '')}"

    assert "trainees: 1" in output("roster", str(roster))
    again = f"run: warsha grade {LAB} --course {name}"
    assert again in output("feedback", LAB, "--student", "s1")
    assert again in output("replay", "s1", LAB)
    assert f"run: warsha course build {name}" in output("grade", "buttons")
    assert "trainees: 2" in output("class", LAB)
    page = (root / "class" / f"{LAB}.html").read_text("utf-8")
    assert f"run: warsha grade {LAB} --student s1 --course {name}" in page
    assert f"then run warsha roster --course {name}" in output("grade", LAB)
    set_due(replace(course, slug=name), "2026-01-10 10:00:00")
    late = ("extend", "nobody", LAB, "--until", "2026-01-12 10:00")
    assert f"run: warsha roster --course {name}" in output(*late)


def test_an_unknown_id_is_named_with_the_nearest(
    course: Course, hand_in: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("t00O0", REFERENCE)
    assert "note:" not in warsha("grade", LAB).output  # the course has no list
    roster = tmp_path / "class.csv"
    roster.write_text("id\n" + "".join(f"t{number:04}\n" for number in range(100)))
    assert warsha("roster", str(roster)).exit_code == 0
    roster.write_text("id\nguest\n")  # a second list adds to the first
    assert warsha("roster", str(roster)).exit_code == 0
    hand_in("t0001", REFERENCE)
    hand_in("guest", REFERENCE)
    for number in range(11):
        hand_in(f"z{number}", "x = 1")
    done = warsha("grade", LAB)
    notes = [line for line in done.output.splitlines() if line.startswith("note:")]
    assert done.exit_code == 0 and "graded 14/14 submissions" in done.output
    remove = "nbgrader db student remove t00O0 --force"
    assert notes[0] == (
        f"note: {LAB} t00O0: in no class list; if t0000 is meant, rename the folder, then run in "
        f"{course.root}: {remove}; else add the id"
    )
    assert f"note: {LAB} z0: in no class list: put the id there, then run warsha roster" in notes
    assert len(notes) == 11 and notes[-1] == f"note: {LAB}: 2 more are in no class list"
    assert "note:" not in warsha("grade", LAB, "--student", "t0001").output
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    subprocess.run(remove.split(), cwd=course.root, check=True, capture_output=True)
    assert "t00O0" not in {one.id for one in enrolment.enrolled(course.root)}
    hand_in("t0000", REFERENCE)  # so an id with a submission is not suggested
    assert "t0000 is meant" not in warsha("grade", LAB, "--student", "t00O0").output
    monkeypatch.setenv("WARSHA_LANG", "ar")
    assert "ليس في قائمة المتدربين" in warsha("grade", LAB, "--student", "t00O0").output


def test_missing_time_stamps_are_one_line_for_the_class(course: Course, hand_in: HandIn) -> None:
    hand_in("s0", "x = 1")
    for number in range(1, 13):
        (hand_in(f"s{number:02}", "x = 1") / "timestamp.txt").unlink()
    (course.root / "submitted" / "s12" / LAB / f"{LAB}.ipynb").write_text("{")
    done = warsha("grade", LAB, "--dry-run")
    (note,) = (line for line in done.output.splitlines() if line.startswith("note:"))
    names = ", ".join(f"s{number:02}" for number in range(1, 11))
    assert note == (
        f"note: {LAB}: 11 without a time stamp, so not late, unless an earlier try had one: "
        f"{names}, …; "
        "put timestamp.txt next to the notebook, as 2026-01-15 10:00:00 UTC"
    )
    assert "note:" not in warsha("grade", LAB, "--dry-run", "--student", "s0").output


def test_the_reasons_exist_in_arabic(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    (hand_in("s2", "x") / f"{LAB}.ipynb").write_text("{")
    result = warsha("grade", LAB, "--dry-run")
    assert "لم يُصحَّح" in result.output
    assert "التسليمات المصححة" in result.output


@pytest.mark.parametrize("name", [f"{LAB}/", f"./{LAB}", f"source/{LAB}", "", ".", ".."])
def test_a_path_in_place_of_a_labs_name_has_the_cure(
    course: Course, hand_in: HandIn, name: str
) -> None:
    """The completions of the shell in the folder of the course."""
    hand_in("s1", REFERENCE)
    for verb in ("grade", "class", "feedback"):
        error = warsha(verb, name).exception
        assert isinstance(error, CourseError) and error.cure == f"choose one of: {LAB}"


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_lost_gradebook_is_named_and_only_a_build_makes_a_new_one(
    course: Course, hand_in: HandIn, is_empty: bool
) -> None:
    hand_in("s1", REFERENCE)
    warsha("grade", LAB)
    warsha("class", LAB)
    tables = {file: file.read_text() for file in (course.root / "class").glob("*.*")}
    book = course.root / "gradebook.db"
    book.unlink()
    if is_empty:
        book.touch()
    for words in (
        ("class", LAB),
        ("course", "marks"),
        ("grade", LAB),
        ("feedback", LAB),
        ("extend", "s1", LAB, "--until", "2026-01-15 23:59"),
        ("course", "move", f"sqlite:///{course.root}/other.db"),
    ):
        error = warsha(*words).exception
        assert isinstance(error, CourseError), words
        told = f"{book} is missing or empty; trainees with marks in store/: 1"
        assert str(error) == told
        assert error.cure.startswith("restore your copy of it; without a copy run: warsha course")
        assert book.exists() == is_empty and not (is_empty and book.stat().st_size)
    assert {file: file.read_text() for file in tables} == tables
    lines: list[str] = []
    build_course(course, lines.append)
    assert lines[0].startswith(f"{told}. A new gradebook is made: points and comments that people")
    assert warsha("grade", LAB).exit_code == 0
    assert standings.scores(course.root)["s1", LAB] == 20


def test_a_lab_that_is_not_in_the_gradebook_is_named_and_the_cure_restores_the_marks(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", REFERENCE)
    warsha("grade", LAB)
    empty_gradebook(course)
    error = warsha("grade", LAB).exception
    assert isinstance(error, CourseError) and f"{LAB} is not in the gradebook" in str(error)
    command = f"nbgrader generate_assignment {LAB} --force"
    assert error.cure == f"run it in {course.root}: {command}"
    tools = Path(sys.executable).parent
    path = f"{tools}:{os.environ['PATH']}"
    subprocess.run(
        [tools / command.split()[0], *command.split()[1:]],
        cwd=course.root,
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    assert warsha("grade", LAB).exit_code == 0
    assert standings.scores(course.root) == {("s1", LAB): 20}


def test_a_stopped_run_reports_that_nothing_is_lost(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("s1", REFERENCE)
    hand_in("s2", REFERENCE)
    run = Grading.run

    def stopped(self: Grading, *words: Any, **options: Any) -> Any:
        yield next(run(self, *words, **options))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Grading, "run", stopped)
        result = warsha("grade", LAB)
        assert result.exit_code == 130
        assert "stopped: what was graded is saved; run it again" in result.output
        assert "stopped" not in warsha("grade", LAB, "--dry-run").output
    assert "1 were graded before" in warsha("grade", LAB).output


@pytest.mark.parametrize("verb", ["class", "feedback"])
def test_nothing_handed_in_is_an_error(course: Course, hand_in: HandIn, verb: str) -> None:
    enrolment.enrol(course.root, [Trainee("s1"), Trainee("s2")])
    error = warsha(verb, LAB).exception
    assert isinstance(error, GraderError) and error.cure
    assert not (course.root / "class").exists()
    hand_in("s2", REFERENCE)
    if verb == "feedback":
        error = warsha("feedback", LAB, "--student", "s1").exception
        assert str(error) == f"s1 handed in nothing for {LAB}"
        error = warsha("feedback", LAB, "--student", "s2").exception
        assert str(error) == f"no submission of {LAB} by s2 was graded"
        assert getattr(error, "cure", "") == f"run: warsha grade {LAB} --student s2"


def test_a_program_alone_is_graded_and_shown(course: Course, hand_in: HandIn) -> None:
    folder = hand_in("s1", REFERENCE)
    (folder / f"{LAB}.ipynb").unlink()
    (folder / "main.py").write_text(REFERENCE, encoding="utf-8")
    done = warsha("grade", LAB)
    assert done.exit_code == 0, done.output
    assert f"note: {LAB} s1: no notebook: main.py is graded" in done.output
    assert standings.scores(course.root) == {("s1", LAB): 18}  # the question has no answer
    assert "need a look: 0" in warsha("class", LAB).output
    assert warsha("feedback", LAB).output.startswith("feedback pages: 1, in ")
    assert "1 were graded before" in warsha("grade", LAB).output


@pytest.mark.parametrize("verb", ["class", "feedback"])
def test_a_full_disk_is_a_one_line_error_and_the_old_pages_stay(
    course: Course, hand_in: HandIn, verb: str
) -> None:
    hand_in("s1", REFERENCE)
    warsha("grade", LAB)
    assert warsha(verb, LAB).exit_code == 0

    def pages() -> dict[str, bytes]:
        found = (course.root / verb).rglob("*.html")
        return {str(file): file.read_bytes() for file in found if ".new" not in str(file)}

    before = pages()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        error = warsha(verb, LAB).exception
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(error, DiskFull)
    assert before and pages() == before
    assert not list((course.root / verb).rglob(".*.new"))
