"""`nbgrader autograde` in a built course: our preprocessor for labs, the stock one for others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from typer.testing import CliRunner

from grader.archive.store import Store
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import commands, config
from grader.nbgrader.grade_writer import GradeWriter
from hardware.paths import build_dir
from tests.support.classroom import LAB, HandIn, auto_scores
from tests.support.gradebooks import api_autograde, open_book, source
from tests.support.project import LABS
from tests.support.tiny_lesson import cell_named
from warsha import app

REFERENCE = (LABS / LAB / "reference.py").read_text("utf-8")


@pytest.fixture
def built_course(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course that other processes find, too."""
    build = course.root.parents[1]
    (build / "port").symlink_to(build_dir() / "port")
    monkeypatch.setenv("WARSHA_BUILD", str(build))
    return course


def nbgrader(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder of the course."""
    tools = Path(sys.executable).parent
    return subprocess.run(
        [str(tools / "nbgrader"), *words],
        cwd=course.root,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def notebook_of(course: Course, student: str, name: str = LAB, assignment: str = LAB) -> Any:
    file = course.root / "autograded" / student / assignment / f"{name}.ipynb"
    return nbformat.read(file, as_version=4)


def grade_with_warsha() -> str:
    return CliRunner().invoke(app, ["grade", LAB]).output


def test_marks_stamp_and_notebook_are_those_of_warsha_grade(
    built_course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    course = built_course
    hand_in("s1", REFERENCE)
    hand_in("s2", "raise SystemExit")
    done = nbgrader(course, "autograde", LAB)
    assert done.returncode == 0, done.stderr
    marks, notebook = auto_scores(course), notebook_of(course, "s1")
    record = Store(course.store).record(LAB, "s1")
    assert sum(mark or 0 for (who, *_), mark in marks.items() if who == "s1") == 20
    assert notebook.metadata.warsha.seeds == "hidden 3"
    assert record and dict(record.stamp) == notebook.metadata.warsha and len(record.seeds) == 3
    assert "2 were graded before" in grade_with_warsha()
    shutil.rmtree(course.root / "autograded")
    shutil.rmtree(course.store / "marks")
    grade_with_warsha()
    assert auto_scores(course) == marks
    assert notebook_of(course, "s1") == notebook


@pytest.mark.long  # five runs of nbgrader's command
def test_an_unreadable_submission_stops_no_other_and_keeps_its_marks(
    built_course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", REFERENCE)
    hand_in("s2", REFERENCE)
    assert nbgrader(built_course, "autograde", LAB).returncode == 0
    before = auto_scores(built_course)
    file = hand_in("s1", "x = 1", at="2026-01-16 10:00:00 UTC") / f"{LAB}.ipynb"
    other = hand_in("s2", "raise SystemExit", at="2026-01-16 10:00:00 UTC")
    file.rename(other.parent / "elsewhere.ipynb")
    file.symlink_to(other.parent / "elsewhere.ipynb")
    done = nbgrader(built_course, "autograde", LAB)
    assert done.returncode != 0
    assert "no notebook was handed in" in done.stderr
    after = auto_scores(built_course)
    assert {k: v for k, v in after.items() if k[0] == "s1"} == {
        k: v for k, v in before.items() if k[0] == "s1"
    }
    assert sum(v or 0 for k, v in after.items() if k[0] == "s2") < 20


def add_cell(folder: Path, code: str) -> None:
    """Above all others of what was handed in."""
    notebook = nbformat.read(folder / f"{LAB}.ipynb", as_version=4)
    notebook.cells.insert(0, new_code_cell(code))
    nbformat.write(notebook, folder / f"{LAB}.ipynb")


def test_no_code_of_a_submission_runs_and_links_are_not_followed(
    built_course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    folder, touched = hand_in("s1", REFERENCE), tmp_path / "touched"
    add_cell(folder, f"open({str(touched)!r}, 'w')")
    (folder / "data").mkdir()
    (folder / "data" / "readings.csv").write_text("1,2\n")
    (folder / "data" / "stolen").symlink_to(built_course.root / "gradebook.db")
    (folder / "all").symlink_to(built_course.root)
    assert nbgrader(built_course, "autograde", LAB).returncode == 0
    place = built_course.root / "autograded" / "s1" / LAB
    names = {str(file.relative_to(place)) for file in place.rglob("*") if not file.is_dir()}
    assert names == {f"{LAB}.ipynb", "timestamp.txt", "data/readings.csv"}
    assert not touched.exists()


def test_a_lab_without_its_store_is_not_executed(
    built_course: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    folder, touched = hand_in("s1", REFERENCE), tmp_path / "touched"
    add_cell(folder, f"open({str(touched)!r}, 'w')")
    (built_course.root / "store").rename(tmp_path / "store")
    done = nbgrader(built_course, "autograde", LAB)
    assert done.returncode != 0
    assert "run: warsha course build" in done.stderr
    assert not touched.exists()
    assert not any(auto_scores(built_course).values())


def test_the_api_runs_our_preprocessor_and_stock_is_available(
    built_course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", "raise SystemExit")
    api_autograde(built_course.root, LAB)
    assert "warsha" in notebook_of(built_course, "s1").metadata
    ours = auto_scores(built_course)
    done = nbgrader(built_course, "autograde", LAB, "--force", "--ScoreOnBoards.stock=True")
    assert done.returncode == 0, done.stderr
    assert "warsha" not in notebook_of(built_course, "s1").metadata
    assert auto_scores(built_course).keys() == ours.keys()


@pytest.mark.long  # several runs of nbgrader's command
def test_an_attempt_counts_when_nbgrader_has_its_marks(
    built_course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", REFERENCE)
    settings = built_course.root / config.NAME
    before = settings.read_text(encoding="utf-8")
    broken = (
        "from nbgrader.preprocessors import SaveAutoGrades\nSaveAutoGrades._add_score = None\n"
    )
    settings.write_text(before + broken, encoding="utf-8")
    assert nbgrader(built_course, "autograde", LAB).returncode != 0
    store = Store(built_course.store)
    assert store.tries(LAB, "s1") == 0
    settings.write_text(before, encoding="utf-8")
    assert nbgrader(built_course, "autograde", LAB).returncode == 0
    assert store.tries(LAB, "s1") == 1


@pytest.mark.long  # several runs of nbgrader's command
def test_several_notebooks_in_one_assignment(built_course: Course, hand_in: HandIn) -> None:
    """A lab and an extra notebook of the instructor in one submission."""
    root, week = built_course.root, "week1"
    place = root / "source" / week
    place.mkdir()
    shutil.copy(root / "source" / LAB / f"{LAB}.ipynb", place)
    own = source()
    own.cells[3].source = "2.5"
    nbformat.write(own, place / "own.ipynb")
    commands.generate_release(root, week)
    folder = hand_in("s1", REFERENCE)
    shutil.copytree(folder, root / "submitted" / "s1" / week)
    shutil.copy(root / "release" / week / "own.ipynb", root / "submitted" / "s1" / week)
    done = nbgrader(built_course, "autograde", week)
    assert done.returncode == 0, done.stderr
    assert "warsha" in notebook_of(built_course, "s1", LAB, week).metadata
    assert "warsha" not in notebook_of(built_course, "s1", "own", week).metadata
    marks = {k: v for k, v in auto_scores(built_course).items() if k[1] == week}
    assert sum(marks["s1", week, item] or 0 for item in find(LAB).items) == 20
    assert marks["s1", week, "test"] == 2.5
    assert marks["s1", week, "essay"] == 0
    own = notebook_of(built_course, "s1", "own", week)
    again = CliRunner().invoke(app, ["grade", week])
    assert "1 were graded before" in again.output
    assert notebook_of(built_course, "s1", "own", week) == own


@pytest.mark.long  # several runs of nbgrader's command
def test_a_second_run_while_nbgrader_grades_is_refused(
    built_course: Course, hand_in: HandIn
) -> None:
    """During one run another one starts, as from a second terminal."""
    course = built_course
    hand_in("s1", REFERENCE)
    others = {"warsha": f"warsha grade {LAB}", "nbgrader": f"nbgrader autograde {LAB} --force"}
    hook = f"""
import os, subprocess
def others(**_about):
    for name, command in {others}.items():
        done = subprocess.run(command, shell=True, capture_output=True, text=True,
                              env={{**os.environ, "IS_THE_OTHER": "1", "WARSHA_LANG": "en"}})
        (HERE / f"{{name}}.txt").write_text(f"{{done.returncode}} {{done.stderr}}")
if "IS_THE_OTHER" not in os.environ:
    c.Autograde.pre_convert_hook = others
"""
    with (course.root / config.NAME).open("a", encoding="utf-8") as settings:
        settings.write(hook)
    for _time in range(2):
        done = nbgrader(course, "autograde", LAB, "--force")
        assert done.returncode == 0, done.stderr
        for name in others:
            output = (course.root / f"{name}.txt").read_text()
            assert output.startswith("1 ") and "Traceback" not in output
            assert "somebody else is grading or building this course at the moment" in output
            assert "wait until that is done, then try again" in output
        assert notebook_of(course, "s1").metadata.warsha.seeds == "hidden 3"
        assert sum(mark or 0 for mark in auto_scores(course).values()) == 20
    assert "1 were graded before" in grade_with_warsha()


def test_a_refused_run_of_nbgrader_keeps_what_was_graded(
    built_course: Course, hand_in: HandIn
) -> None:
    course = built_course
    hand_in("s1", REFERENCE)
    grade_with_warsha()
    with GradeWriter(course.root):
        done = nbgrader(course, "autograde", LAB, "--force")
        with pytest.raises(AssertionError, match="somebody else is grading"):
            api_autograde(course.root, LAB)  # as the button of Formgrader does
    assert done.returncode == 1 and "somebody else is grading" in done.stderr
    assert "1 were graded before" in grade_with_warsha()


def own_mark(course: Course) -> tuple[float | None, bool]:
    """Points of the test in an extra notebook, and whether it needs manual review."""
    with open_book(course.root) as book:
        row = book.find_grade("test", "own", LAB, "s1")
        return row.auto_score, row.needs_manual_grade


@pytest.mark.long  # several runs of nbgrader's command
def test_a_mark_of_another_version_does_not_stay(built_course: Course, hand_in: HandIn) -> None:
    """`warsha grade` runs no test of an extra notebook: results of nbgrader stay without changes;
    otherwise the notebook needs manual review."""
    course = built_course
    own = source()
    own.cells[2].source, own.cells[3].source = "answer = 0", "print('ran', answer)\nassert answer"
    nbformat.write(own, course.root / "source" / LAB / "own.ipynb")
    commands.generate_release(course.root, LAB)

    def hand_in_own(answer: str, at: str) -> None:
        folder = hand_in("s1", REFERENCE, at=at)
        file = course.root / "release" / LAB / "own.ipynb"
        notebook = nbformat.read(file, as_version=4)
        cell_named(notebook, "answer").source = answer
        nbformat.write(notebook, folder / "own.ipynb")

    note = "own.ipynb has tests: run nbgrader autograde, or grade it by hand"
    hand_in_own("answer = 1", "2026-01-15 10:00:00 UTC")
    assert nbgrader(course, "autograde", LAB).returncode == 0
    executed = notebook_of(course, "s1", "own")
    assert cell_named(executed, "test").outputs[0].text == "ran 1\n"
    assert own_mark(course) == (3, False)
    hand_in_own("answer = 1", "2026-01-16 10:00:00 UTC")
    assert note not in grade_with_warsha()
    assert (notebook_of(course, "s1", "own"), own_mark(course)) == (executed, (3, False))

    hand_in_own("answer = 2", "2026-01-17 10:00:00 UTC")
    assert note in grade_with_warsha()
    assert cell_named(notebook_of(course, "s1", "own"), "answer").source == "answer = 2"
    assert not cell_named(notebook_of(course, "s1", "own"), "test").outputs
    assert own_mark(course) == (None, True)

    nbformat.write(executed, course.root / "autograded" / "s1" / LAB / "own.ipynb")
    own.cells[3].metadata.nbgrader.points = 1
    nbformat.write(own, course.root / "source" / LAB / "own.ipynb")
    commands.generate_release(course.root, LAB)
    hand_in_own("answer = 1", "2026-01-18 10:00:00 UTC")
    assert note in grade_with_warsha()
    assert own_mark(course) == (None, True)
