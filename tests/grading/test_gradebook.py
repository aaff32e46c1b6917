"""Our writer has the same result as the steps of nbgrader: rows, notebooks, late penalties."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from sqlalchemy import Engine, event

from grader.nbgrader import config
from grader.nbgrader.grade_writer import GradeWriter
from grader.nbgrader.notebook_marks import NotebookMarks
from tests.support.call_count import calls
from tests.support.gradebooks import (
    ANSWERS,
    ASSIGNMENT,
    FULL,
    LATE,
    ON_TIME,
    OUTPUTS,
    api_autograde,
    make_course,
    notebook_of,
    open_book,
    put,
    record_all,
    result,
    rows,
)
from tests.support.once import once

UNTOUCHED = """
from nbgrader.preprocessors import *
c.Autograde.sanitize_preprocessors = [
    DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    IgnorePattern, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
c.LateSubmissionPlugin.penalty_method = "zero"
c.LimitOutput.max_lines = 3
"""
"""The steps of nbgrader without the two that would change the outputs of these tests."""
PLUGIN = """
from nbgrader.plugins import BasePlugin
class Own(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        assert (student_id, score, total_seconds_late) == ("s", 5.5, 3600.0)
        return {penalty}
c.AssignLatePenalties.plugin_class = Own
"""

FORGED = {"test": "test = 'mine'", "given": "given = 'mine'", "task": "other"}

AFTER_DUE = datetime(2026, 2, 15, 10)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a due date."""
    return once(tmp_path_factory, "plain", _plain)[1] / "course"


def _plain(place: Path) -> None:
    make_course(place / "course", UNTOUCHED)
    with open_book(place / "course") as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-02-01 00:00:00 UTC")


@pytest.fixture
def pair(plain: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The same course twice."""
    shutil.copytree(plain, tmp_path / "stock")
    shutil.copytree(plain, tmp_path / "ours")
    return tmp_path / "stock", tmp_path / "ours"


def same(pair: tuple[Path, Path]) -> dict[str, NotebookNode]:
    """Grade both courses, ours and stock, and compare the rows of all tables."""
    stock, ours = pair
    api_autograde(stock)
    graded = record_all(ours)
    assert rows(config.coursedir(ours).db_url) == rows(config.coursedir(stock).db_url)
    return graded


def submit(pair: tuple[Path, Path], at: str | None, texts: dict[str, str]) -> None:
    for root in pair:
        for student, outputs in OUTPUTS.items():
            put(root, student, notebook_of(root, texts, outputs), at)


@pytest.mark.parametrize("texts", [{}, ANSWERS, FORGED], ids=["untouched", "answered", "forged"])
def test_the_rows_are_nbgraders(pair: tuple[Path, Path], texts: dict[str, str]) -> None:
    submit(pair, ON_TIME, texts)
    graded = same(pair)
    for student, notebook in graded.items():
        file = pair[0] / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        assert notebook == nbformat.read(file, as_version=4)


def test_late_ones_and_extensions(pair: tuple[Path, Path]) -> None:
    submit(pair, LATE, ANSWERS)
    same(pair)
    found = rows(config.coursedir(pair[1]).db_url)["submitted_notebook"]
    assert {row["late_submission_penalty"] for row in found} >= {5.5, 1.5}
    for root in pair:
        with open_book(root) as book:
            book.grant_extension(ASSIGNMENT, "full", days=14)
            book.grant_extension(ASSIGNMENT, "part", weeks=4)
    same(pair)


def test_after_a_person_graded(pair: tuple[Path, Path]) -> None:
    submit(pair, ON_TIME, ANSWERS)
    same(pair)
    for root in pair:
        with open_book(root) as book:
            for name, points in {"test": 2.0, "essay": 3.5, "task": 4.0}.items():
                grade = book.find_grade(name, ASSIGNMENT, ASSIGNMENT, "part")
                grade.manual_score, grade.needs_manual_grade = points, False
                grade.extra_credit = 0.5
                comment = "answer" if name == "test" else name
                book.find_comment(
                    comment, ASSIGNMENT, ASSIGNMENT, "part"
                ).manual_comment = "Read it again."
            book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "part").flagged = True
            book.db.commit()
    submit(pair, LATE, {})
    same(pair)
    submit(pair, None, ANSWERS)
    same(pair)


@pytest.mark.parametrize("penalty", [-1.0, 1.25, 99.0])
def test_a_plugin_of_the_courses_own(pair: tuple[Path, Path], penalty: float) -> None:
    for root in pair:
        with (root / config.NAME).open("a", encoding="utf-8") as settings:
            settings.write(PLUGIN.format(penalty=penalty))
        put(root, "s", notebook_of(root, {}, FULL), "2026-02-01 01:00:00 UTC")
    same(pair)
    (row,) = rows(config.coursedir(pair[1]).db_url)["submitted_notebook"]
    assert row["late_submission_penalty"] == min(max(penalty, 0.0), 5.5)


def test_several_notebooks_get_their_rows(tmp_path: Path) -> None:
    """Only one of two trainees has submitted the second notebook."""
    pair = tmp_path / "stock", tmp_path / "ours"
    make_course(pair[0], UNTOUCHED, (ASSIGNMENT, "report"))
    shutil.copytree(*pair)
    for root in pair:
        for student in ("both", "one"):
            put(root, student, notebook_of(root, ANSWERS, FULL), ON_TIME)
        report = notebook_of(root, ANSWERS, OUTPUTS["part"])
        nbformat.write(report, root / "submitted" / "both" / ASSIGNMENT / "report.ipynb")
    same(pair)


def test_more_points_than_a_cell_has_save_nothing(pair: tuple[Path, Path]) -> None:
    _stock, ours = pair
    put(ours, "s", notebook_of(ours, {}, {"second": result("2.51")}), ON_TIME)
    before = rows(config.coursedir(ours).db_url)
    with pytest.raises(ValueError, match="partial credit"):
        record_all(ours)
    assert rows(config.coursedir(ours).db_url) == before


def test_an_unreleased_lab_is_missing(pair: tuple[Path, Path]) -> None:
    notebook = notebook_of(pair[1], {}, FULL)
    notebook.cells[1].metadata.nbgrader.update(solution=True, locked=False, grade_id="unknown")
    marks = NotebookMarks.of(notebook)
    with GradeWriter(pair[1]) as recorder:
        with pytest.raises(MissingEntry, match="unknown"):
            recorder.record(marks, ASSIGNMENT, "s", None)
        with pytest.raises(MissingEntry, match="week2"):
            recorder.record(marks, "week2", "s", None)
    assert rows(config.coursedir(pair[1]).db_url)["student"] == []


def sqlite_steps(recorder: GradeWriter, marks: NotebookMarks, student: str) -> int:
    """The number of SQLite instructions to write a submission again; reading a row takes a few. <https://www.sqlite.org/c3ref/progress_handler.html>"""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    def counted(connection: Any) -> None:
        connection.connection.dbapi_connection.set_progress_handler(step, 1)

    event.listen(Engine, "begin", counted)
    try:
        recorder.record(marks, ASSIGNMENT, student, AFTER_DUE)
        recorder.penalise(ASSIGNMENT, student)
    finally:
        event.remove(Engine, "begin", counted)
    return steps


def test_a_submission_takes_the_same_time_in_a_large_class(pair: tuple[Path, Path]) -> None:
    ours = pair[1]
    marks = NotebookMarks.of(notebook_of(ours, ANSWERS, FULL))
    with GradeWriter(ours) as recorder:
        steps = []
        for number in range(200):
            recorder.record(marks, ASSIGNMENT, f"s{number:03}", AFTER_DUE)
            if number in (9, 199):
                steps.append(sqlite_steps(recorder, marks, "s005"))
    assert steps[0] > 100
    assert steps[1] < 1.2 * steps[0]


def test_a_submission_is_written_with_little_work(pair: tuple[Path, Path]) -> None:
    ours = pair[1]
    marks = NotebookMarks.of(notebook_of(ours, ANSWERS, FULL))
    with GradeWriter(ours) as recorder:
        recorder.record(marks, ASSIGNMENT, "first", None)  # compiles the statements
        assert calls(lambda: recorder.record(marks, ASSIGNMENT, "next", None)) < 10_000
