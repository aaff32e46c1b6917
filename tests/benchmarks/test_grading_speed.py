"""Grading a class: compared with stock nbgrader in the same run, and for growing classes.

The submissions are the reference and the mutants of lab L01 in turn, one of them with an endless
loop, with three hidden seeds each.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grader.authoring.lab_check import program_text
from grader.classrun import pool
from grader.classrun.grading import Grading
from grader.classrun.submission_grader import Work
from grader.classrun.task import score_task
from grader.lab.course import load_course
from grader.lab.lab import find
from grader.nbgrader import commands
from grader.notebook import practice
from hardware.notebook import session
from tests.support.classroom import LAB
from tests.support.grading_process import Course, copied, made

Measured = Callable[..., None]
CLASS = 200
STOCK = 12
FEW, MANY = 20, 2000
REPEATS = 5
MODULE_1 = ("first_contact", "traffic_light", "buttons", "emergency_stop")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class that was not graded yet."""
    return made(tmp_path_factory.mktemp("speed") / "class", CLASS, slow=True)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Course], None]:
    """Use that course in this process, too."""

    def use(course: Course) -> None:
        monkeypatch.setenv("WARSHA_BUILD", str(course.place))
        monkeypatch.setenv("WARSHA_SECRET_FILE", str(course.place / "secret"))

    return use


def command(course: Course, *words: str) -> float:
    """Run a command of this environment in the course's folder. Returns its duration (s)."""
    tools = Path(sys.executable).parent
    ours = {"WARSHA_BUILD": str(course.place), "WARSHA_SECRET_FILE": str(course.place / "secret")}
    begin = time.perf_counter()
    done = subprocess.run(
        [str(tools / words[0]), *words[1:]],
        cwd=course.root,
        env={**os.environ, **ours, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - begin


def stock_s(course: Course) -> float:
    """The time of stock nbgrader for a submission, without its start: from the first graded
    notebook to the last."""
    command(course, "nbgrader", "autograde", LAB, "--ScoreOnBoards.stock=True")
    graded = course.root.glob(f"autograded/*/{LAB}/{LAB}.ipynb")
    times = sorted(file.stat().st_mtime for file in graded)
    assert len(times) == STOCK
    return (times[-1] - times[0]) / (STOCK - 1)


def sample(course: Course, place: Path) -> Course:
    """The first of a class, with the programs that end."""
    small = copied(course, place)
    for folder in sorted((small.root / "submitted").iterdir())[STOCK:]:
        shutil.rmtree(folder)
    return small


def without_ours(course: Course) -> None:
    """Replace each code cell that would call Warsha by a number, the points of the cell."""
    for file in [course.root / "source" / LAB / f"{LAB}.ipynb", *submissions(course)]:
        notebook = nbformat.read(file, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.source = str(cell.metadata.get("nbgrader", {}).get("points", 0))
        nbformat.write(notebook, file)
    commands.generate_release(course.root, LAB)


def submissions(course: Course) -> Iterator[Path]:
    """Every submitted notebook."""
    return course.root.glob(f"submitted/*/{LAB}/{LAB}.ipynb")


def test_a_class_against_stock(handed_in: Course, tmp_path: Path, measured: Measured) -> None:
    course = copied(handed_in, tmp_path / "ours")
    took_s = command(course, "warsha", "grade", LAB)
    measured(f"{CLASS} submissions, from the command to its end", took_s, "s", aim=12)
    plain = sample(handed_in, tmp_path / "plain")
    without_ours(plain)
    each_ms = took_s / CLASS * 1000
    name = "a submission; peer: nbgrader with cells that contain only a number"
    measured(name, each_ms, "ms", aim=20, peer=stock_s(plain) * 1000)
    whole = sample(handed_in, tmp_path / "whole")
    name = "a submission; peer: nbgrader with the same cells"
    measured(name, each_ms, "ms", peer=stock_s(whole) * 1000)


def each_s(course: Course, workers: int, work: Work, count: int) -> float:
    """Seconds for a submission. The time starts when each worker has finished one, because the
    first results of all workers come at the same time."""
    grading = Grading(replace(load_course("iot_micropython"), labs=(LAB,), roster=None), LAB)
    folders = dict(list(grading.submissions().items())[:count])
    workers = min(workers, pool.processors())
    for place in ("autograded", "store/marks"):
        shutil.rmtree(course.root / place, ignore_errors=True)
    times = []
    for outcome in grading.run(folders, workers=workers, work=work):
        assert outcome.state == "graded", outcome.reason
        times.append(time.perf_counter())
    return (times[-1] - times[workers - 1]) / (count - workers)


def test_more_workers_than_cores(
    handed_in: Course,
    tmp_path: Path,
    environment: Callable[[Course], None],
    measured: Measured,
) -> None:
    course = copied(handed_in, tmp_path / "ours")
    environment(course)
    two, four = zip(
        *[
            (each_s(course, 2, score_task, CLASS // 2), each_s(course, 4, score_task, CLASS // 2))
            for _repeat in range(REPEATS)
        ],
        strict=True,
    )
    share = middle(two) / middle(four)
    measured(
        "4 workers requested, against 2 (no more are started than there are cores)",
        share,
        "of the speed",
        aim=0.95,
        most=False,
    )


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def test_a_class_a_hundred_times_as_large(
    tmp_path: Path, environment: Callable[[Course], None], measured: Measured
) -> None:
    # Each class has its own gradebook, because that of thousands is large.
    small, large = (made(tmp_path / str(count), count) for count in (FEW, MANY))

    def once(course: Course, count: int) -> float:
        environment(course)
        return each_s(course, 2, score_task, count)

    times = [(once(small, FEW), once(large, MANY)) for _repeat in range(REPEATS)]
    alone, among = zip(*times, strict=True)
    name = f"a submission's time among {MANY:,}, divided by that among {FEW}"
    measured(name, middle(among) / middle(alone), "times", aim=1.1)


@pytest.mark.parametrize("slug", MODULE_1)
def test_an_answer_in_the_notebook(slug: str, measured: Measured) -> None:
    lab = find(slug)
    practice.session.lab, practice.session.board = lab, next(iter(lab.boards))
    times = []
    for _repeat in range(REPEATS):
        session.programs["main.py"] = program_text(lab, "reference")
        practice.session.scored = {}
        begin = time.perf_counter()
        practice.grade("a")
        times.append(time.perf_counter() - begin)
    measured(f'grade("a") in {lab.id}', middle(times) * 1000, "ms", aim=300)
