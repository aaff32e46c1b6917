"""What grading costs: the processor time of a submission, compared with that of its boards.

The reference of each lab is graded with three hidden seeds, in one process: reading, scoring,
writing, the gradebook. What a lab needs more than its boards is shown for all labs together.
"""

import gc
import resource
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time

import nbformat
import pytest

from grader.authoring.lab_check import host_of, program_text, programs
from grader.classrun import pool
from grader.classrun.grading import Grading
from grader.classrun.submission_grader import SubmissionGrader, Work
from grader.classrun.task import Task, score_task
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import load_course
from grader.lab.lab import find
from grader.score import run_episodes
from grader.score.card import Card
from tests.benchmarks.test_grading_speed import (
    CLASS,
    MANY,
    each_s,
    environment,
    handed_in,
    middle,
)
from tests.support.classroom import LAB, build
from tests.support.fake_scoring import by_text
from tests.support.grading_process import Course, copied, made

__all__ = ["environment", "handed_in"]
Measured = Callable[..., None]
COPIES = 8
REPEATS = 5
CORES = 16
PARTS = ("the bench", "scenario and checks", "the notebook", "gradebook and store")


class Spent(defaultdict[str, float]):
    """Seconds of processor time by what they were spent for."""

    def counted(self, part: str, work: Callable[..., object]) -> Callable[..., object]:
        """The work, which counts the time of this process for a part."""

        def run(*args: object, **more: object) -> object:
            begin = process_time()
            try:
                return work(*args, **more)
            finally:
                self[part] += process_time() - begin

        return run


def boards_s() -> float:
    """The time of all boards that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def in_this_process(
    work: Callable[[object], object],
    tasks: Iterator[tuple[str, object]],
    _workers: int,
    prepare: Callable[[], None],
) -> Iterator[tuple[str, object]]:
    """In the place of `pool.run`."""
    gc.collect()
    gc.freeze()  # as a worker does
    prepare()
    for key, task in tasks:
        yield key, pool.attempt(work, task)


def hand_in(root: Path, lab: str) -> None:
    """The reference, from several trainees."""
    released = nbformat.read(root / "release" / lab / f"{lab}.ipynb", as_version=4)
    source = find(lab)
    host = host_of(programs(source)["reference"])
    notebook = filled_in(released, program_text(source, "reference"), host=host)
    for number in range(COPIES + 1):
        folder = root / "submitted" / f"t{number}" / lab
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{lab}.ipynb")


def spent_on(grading: Grading, monkeypatch: pytest.MonkeyPatch) -> Spent:
    """What the submissions of a lab take, without the first one, which loads the lab."""
    spent = Spent(float)
    monkeypatch.setattr(pool, "run", in_this_process)
    episode = spent.counted("the bench", run_episodes.run_episode)
    monkeypatch.setattr(run_episodes, "run_episode", episode)
    for name in ("read", "write"):
        part = spent.counted("the notebook", getattr(SubmissionGrader, name))
        monkeypatch.setattr(SubmissionGrader, name, part)
    scored = spent.counted("scoring", score_task)

    def work(task: Task) -> list[Card]:
        return scored(task)  # type: ignore[return-value]

    run = grading.run(grading.submissions(), work=work)
    next(run)
    spent.clear()
    begin, boards = process_time(), boards_s()
    assert all(outcome.is_graded for outcome in run)
    own, boards = process_time() - begin, boards_s() - boards
    spent["its boards"] = boards
    spent["scenario and checks"] = spent["scoring"] - spent["the bench"]
    spent["gradebook and store"] = own - spent.pop("scoring") - spent["the notebook"]
    return spent


def test_each_lab(tmp_path: Path, measured: Measured) -> None:
    course = replace(load_course("iot_micropython"), roster=None)
    total = Spent(float)
    with pytest.MonkeyPatch.context() as patch:
        build(tmp_path, course.labs)
        patch.setattr(course_module, "build_dir", lambda: tmp_path)
        patch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
        for lab in course.labs:
            hand_in(course.root, lab)
            with pytest.MonkeyPatch.context() as patched:
                spent = spent_on(Grading(course, lab), patched)
            for part, seconds in spent.items():
                total[part] += seconds
            ratio = sum(spent.values()) / spent["its boards"]
            measured(f"{find(lab).id} {lab}: grading, divided by its boards", ratio, "×", aim=3)
    boards = total["its boards"]
    measured(
        "all labs: grading, divided by the boards", sum(total.values()) / boards, "×", aim=1.5
    )
    for part in PARTS:
        measured(f"- of this {part}", total[part] / boards, "×")
    each_ms = boards / COPIES / len(course.labs) * 1000
    measured("- the boards of a submission, mean of all labs", each_ms, "ms")


def writer_ms(course: Course, work: Work) -> float:
    """The processor time of the process that writes, for a submission."""
    grading = Grading(replace(load_course("iot_micropython"), labs=(LAB,), roster=None), LAB)
    for place in ("autograded", "store/marks"):
        shutil.rmtree(course.root / place, ignore_errors=True)
    pool.warm()
    run = grading.run(grading.submissions(), work=work)
    next(run)
    begin, count = process_time(), sum(outcome.is_graded for outcome in run)
    return (process_time() - begin) / count * 1000


def test_the_writer(
    handed_in: Course,
    tmp_path: Path,
    environment: Callable[[Course], None],
    measured: Measured,
) -> None:
    times = []
    for number in range(REPEATS):  # each with a new gradebook
        course = copied(handed_in, tmp_path / str(number))
        environment(course)
        times.append(writer_ms(course, by_text))
    each_ms = median(times)
    measured("the writer, for a submission", each_ms, "ms", aim=2)
    course = copied(handed_in, tmp_path / "boards")
    environment(course)
    one, two = zip(
        *[
            (each_s(course, 1, score_task, 60), each_s(course, 2, score_task, 60))
            for _repeat in range(REPEATS)
        ],
        strict=True,
    )
    share = middle(one) / middle(two)
    measured("two cores, compared with one", share, "times as fast", aim=1.9, most=False)
    cores = middle(one) * 1000 / each_ms
    name = f"cores that one writer is enough for, in the cheapest lab; aim: {CORES}"
    measured(name, cores, "cores", aim=CORES, most=False)


def test_a_class_ten_times_as_large(
    tmp_path: Path, environment: Callable[[Course], None], measured: Measured
) -> None:
    """Without boards, in one process: only reading, writing and the gradebook."""
    few, many = (made(tmp_path / str(count), count) for count in (CLASS, MANY))

    def each_ms(course: Course, number: int) -> float:
        fresh = copied(course, tmp_path / f"{course.place.name} {number}")
        environment(fresh)
        found = writer_ms(fresh, by_text)
        shutil.rmtree(fresh.place)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "run", in_this_process)
        times = [(each_ms(few, number), each_ms(many, number)) for number in range(3)]
    alone, among = zip(*times, strict=True)
    name = f"reading and writing a submission among {MANY:,}, divided by that among {CLASS}"
    measured(name, median(among) / median(alone), "times", aim=1.1)
