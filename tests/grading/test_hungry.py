"""Programs without a pause: they stay in the memory of a worker, and others keep their marks."""

from functools import partial
from pathlib import Path

import pytest

from grader.classrun import pool
from grader.classrun.task import Task, score_lab
from grader.lab.lab import find
from grader.lab.prediction import OwnPrediction
from tools import hungry_class
from tools.hungry_class import BOARD, HUNGRY, LAB, Cost

MOST_MB = 600
"""A worker has 1 GB, and 120 MB of that before its first submission."""


def cost_of(kind: str) -> Cost:
    """What a program of that kind takes in a worker."""
    lab = find(LAB)
    text = hungry_class.hungry_program(kind)
    task = Task(LAB, lab.digest, BOARD, text, None, OwnPrediction("twelve"), seeds=(1,))
    return hungry_class.scored(task, partial(score_lab, lab))[1]


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind == "converter" else pytest.mark.long) for kind in HUNGRY],
)
def test_a_program_without_a_pause_stays_in_the_memory_of_a_worker(kind: str) -> None:
    ((_key, cost),) = pool.run(cost_of, [(kind, kind)], 1)
    assert isinstance(cost, Cost), cost
    assert cost.peak_mb < MOST_MB
    assert cost.points <= 5  # the answered question, and what a program that only starts gets


@pytest.mark.long  # a course is built, and two classes are graded
def test_a_class_with_hungry_programs_keeps_its_marks(tmp_path: Path) -> None:
    *_lines, last = hungry_class.measure(tmp_path, honest=6, hungry=2)
    assert last == "6 of 6 have the same marks"
