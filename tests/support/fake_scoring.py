"""Replaces the scoring of a submission, for tests of how marks and errors are handled."""

import os

from grader.classrun.task import Task
from grader.score.card import Card

POINTS = {"a": 1.0, "b": 2.0, "c": 1.0, "d": 5.0, "e": 9.0, "p": 2.0}


def by_text(task: Task) -> list[Card]:
    """Full marks, unless the text of the program requests another result."""
    program = task.program or ""
    if "RAISE" in program:
        raise ZeroDivisionError("a check of ours raised")
    if "DIE" in program:
        os._exit(9)
    share = 0.5 if "HALF" in program else 1.0
    share += 1.0 if "TOO MUCH" in program else 0.0
    return [Card(item, round(most * share, 2), most) for item, most in POINTS.items()]


def must_not_be_called(task: Task) -> list[Card]:
    """For runs that must score nothing."""
    raise AssertionError(f"{task} was scored")
