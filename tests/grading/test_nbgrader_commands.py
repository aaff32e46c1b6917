"""nbgrader's other commands, as instructor and trainee use them."""

import csv
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from grader.demo import filled_in
from grader.errors import CourseError
from grader.lab.course import Course
from grader.nbgrader.commands import fetch_assignment
from hardware.paths import build_dir
from tests.support.classroom import LAB
from tests.support.project import LABS
from warsha import app

REFERENCE = (LABS / LAB / "reference.py").read_text("utf-8")


def nbgrader(place: Path, *words: str) -> str:
    """Run a command, which must succeed. Returns its output."""
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [str(tools / "nbgrader"), *words],
        cwd=place,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


@pytest.fixture
def trainee(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Amina's folder with all files for trainees."""
    (tmp_path / "build" / "port").symlink_to(build_dir() / "port")
    monkeypatch.setenv("WARSHA_BUILD", str(tmp_path / "build"))
    return Path(shutil.copytree(course.trainee, tmp_path / "amina"))


def solve(trainee: Path) -> None:
    file = trainee / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.write(filled_in(notebook, REFERENCE), file)


@pytest.mark.long  # it executes a whole notebook, several times
def test_validate_names_the_missing_items(trainee: Path) -> None:
    output = nbgrader(trainee / LAB, "validate", f"{LAB}.ipynb")
    assert "VALIDATION FAILED ON" in output
    assert 'grade("a")' in output
    solve(trainee)
    assert "Success! Your notebook passes all the tests." in nbgrader(
        trainee / LAB, "validate", f"{LAB}.ipynb"
    )


def test_from_release_to_feedback_through_the_exchange(
    course: Course, trainee: Path, tmp_path: Path
) -> None:
    root, exchange = course.root, course.root / "exchange"
    as_amina = (
        f"--Exchange.root={exchange}",
        f"--Exchange.cache={tmp_path / 'cache'}",
        f"--course={course.slug}",
        "--CourseDirectory.student_id=amina",
    )
    nbgrader(root, "release_assignment", LAB, "--force")  # the build has done it once
    outbound = exchange / course.slug / "outbound" / LAB / f"{LAB}.ipynb"
    assert outbound.read_bytes() == (root / "release" / LAB / f"{LAB}.ipynb").read_bytes()
    solve(trainee)
    nbgrader(trainee, "submit", LAB, *as_amina)
    nbgrader(root, "collect", LAB)
    assert (root / "submitted" / "amina" / LAB / "timestamp.txt").is_file()
    done = CliRunner().invoke(app, ["grade", LAB])
    assert done.exit_code == 0, done.output

    nbgrader(root, "export", "--to=marks.csv")
    (row,) = csv.DictReader((root / "marks.csv").read_text("utf-8").splitlines())
    assert (row["student_id"], row["assignment"]) == ("amina", LAB)
    assert (float(row["score"]), float(row["max_score"])) == (20.0, 20.0)

    nbgrader(root, "generate_feedback", LAB)
    nbgrader(root, "release_feedback", LAB)
    nbgrader(trainee, "fetch_feedback", LAB, *as_amina)
    (page,) = (trainee / LAB / "feedback").rglob(f"{LAB}.html")
    text = page.read_text("utf-8")
    assert 'dir="rtl"' in text
    assert str(root) not in text


def test_a_fetch_that_fails_halfway_leaves_nothing(course: Course) -> None:
    lab = course.trainee / LAB
    shutil.rmtree(lab)
    released = course.root / "exchange" / course.slug / "outbound" / LAB
    notebook = (released / f"{LAB}.ipynb").read_bytes()

    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(notebook) // 2, hard))  # like a full disk
    try:
        with pytest.raises(CourseError, match=f"^{LAB}: File too large$") as full:
            fetch_assignment(course.trainee, LAB)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert full.value.cure.startswith("Make room there") and not lab.exists()

    (released / "zz.txt").symlink_to("nowhere")  # the last file
    with pytest.raises(CourseError, match="could not be read in the exchange") as unreadable:
        fetch_assignment(course.trainee, LAB)
    assert unreadable.value.cure == "Tell your instructor." and not lab.exists()

    (released / "zz.txt").unlink()
    lab.mkdir()
    (lab / "mine.txt").write_text("mine")
    fetch_assignment(course.trainee, LAB)
    assert (lab / f"{LAB}.ipynb").read_bytes() == notebook
    assert (lab / "mine.txt").read_text() == "mine"
    assert not [*course.trainee.glob(".fetch-*")]
