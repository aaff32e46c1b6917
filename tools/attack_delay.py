"""Measures the delay of honest trainees by all attacks in their class:
`python tools/attack_delay.py`.

Both classes have the same honest submissions in a mixed order. The tool measures the time of each
of them in its worker process and compares the p95 of both classes, in consecutive pairs of runs.
Run it on an idle machine.
"""

import os
import random
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import pytest

from grader.classrun.grading import Grading
from grader.classrun.task import Task, score_task
from grader.lab.course import Course
from grader.score.card import Card
from tests.support import attack_class
from tests.support.attack_class import BOARD_LAB, HOST_LAB, Places, build

HONEST, ROUNDS = 40, 4


def timed(times: Path, task: Task) -> list[Card]:
    """Score a submission, and record the time of an honest one."""
    begin = perf_counter()
    cards = score_task(task)
    program, host = task.program or "", task.host
    if program.startswith("# Misconception") or host == attack_class.HOST_RIGHT:
        with open(times / str(os.getpid()), "a", encoding="ascii") as file:
            file.write(f"{perf_counter() - begin}\n")
    return cards


@dataclass(frozen=True)
class Round:
    """One class graded in both labs: the seconds of each normal submission."""

    alone: list[float]
    attacked: list[float]


def grade(course: Course, times: Path, *, attacked: bool, order: random.Random) -> list[float]:
    """Grade both labs without saving."""
    for file in times.iterdir():
        file.unlink()
    for lab in (BOARD_LAB, HOST_LAB):
        grading = Grading(course, lab)
        folders = list(grading.submissions().items())
        order.shuffle(folders)
        wanted = {name: path for name, path in folders if attacked or name.startswith("honest")}
        for outcome in grading.run(wanted, dry_run=True, work=partial(timed, times)):
            assert outcome.state in ("graded", "unreadable"), outcome
    return [float(line) for file in times.iterdir() for line in file.read_text().split()]


def measure(place: Path) -> list[Round]:
    """Write all submissions, and grade both classes alternately."""
    times = place / "times"
    times.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        course = build(place, patch)
        places = Places(place / "secret", course.root, place / "touched", 9)
        attack_class.hand_in_honest(places, HONEST, "no canary")
        for attack in attack_class.attacks():
            attack_class.hand_in(places, attack)
        order = random.Random(4)
        rounds = []
        for number in range(ROUNDS):
            # Alternately, so that a slower machine affects both classes.
            found = {
                bad: grade(course, times, attacked=bad, order=order)
                for bad in (number % 2 == 1, number % 2 == 0)
            }
            rounds.append(Round(found[False], found[True]))
        return rounds


def p95_ms(seconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20)[-1] * 1000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        rounds = measure(Path(place))
    for one in rounds:
        alone, attacked = p95_ms(one.alone), p95_ms(one.attacked)
        print(
            f"p95 of {len(one.alone)} honest submissions: {alone:.0f} ms alone, {attacked:.0f} ms"
            f" with {len(attack_class.attacks())} attackers ({attacked / alone - 1:+.1%})"
        )
    growth = median(p95_ms(one.attacked) / p95_ms(one.alone) for one in rounds) - 1
    print(f"median growth: {growth:+.1%} (the aim: at most +10 %)")


if __name__ == "__main__":
    main()
