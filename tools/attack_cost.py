"""What each attack costs the worker that grades it: peak memory and CPU time, above its twin's.

`python tools/attack_table.py --measure` writes the result to docs/measured/attacks.md. Each
submission is graded in a process of its own. Costs are in coarse steps, and no test compares
them, because they differ from machine to machine.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from grader.classrun.grading import Grading
from grader.classrun.submission_grader import (
    SubmissionGrader,
    SubmittedWork,
    grade_submission,
    start_worker,
)
from grader.classrun.task import score_task
from grader.host.process import HostLimits
from grader.nbgrader.grade_writer import GradeWriter
from tests.support.attack_class import Attack, Places, attacker, build, hand_in, twin

MEMORY_STEPS_MB = (16, 32, 64, 128, 256, 512, 1024, 2048)
CPU_STEPS_S = (1, 2, 5, 10, 20, 60, 120)
HOST = HostLimits()
TITLE = "\n## Memory and time\n"
HEAD = f"""{TITLE}
Written by `python tools/attack_table.py --measure`, and compared by no test: how much more memory
and CPU time an attack takes than its twin, rounded down. Memory is the peak of one process: the
worker or one of its boards, whichever used most. CPU time is the sum over all of them. The attacks
that are not in this table take
less than {MEMORY_STEPS_MB[0]} MB and less than {CPU_STEPS_S[0]} s more. The sandbox of host code
is not included: a run of it ends after {HOST.cpu_s} s of CPU time, {HOST.wall_s:g} s of waiting or
{HOST.memory_bytes >> 20} MB.

| attack | memory | CPU time |
|---|---|---|
"""


@dataclass(frozen=True)
class Cost:
    """What grading one submission took."""

    memory_mb: float
    cpu_s: float


def section(attacks: Sequence[Attack]) -> str:
    """Hand in the attacks and their twins, grade each alone, and return the section of the
    page."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        place = Path(name)
        course = build(place, patch)
        places = Places(place / "secret", course.root, place / "touched", 9)
        for attack in attacks:
            hand_in(places, attack)
        with GradeWriter(course.root) as writer:
            graders = {
                lab: Grading(course, lab).submission_grader(writer, dry_run=True)
                for lab in course.labs
            }

            @cache
            def cost(lab: str, student: str) -> Cost:
                folder = course.root / "submitted" / student / lab
                return _cost(graders[lab], SubmittedWork(student, folder, {}))

            return HEAD + "".join(_row(attack, cost) for attack in attacks)


def _row(attack: Attack, cost: Callable[[str, str], Cost]) -> str:
    """One attack; "" when it costs hardly more than its twin."""
    one, other = (cost(attack.lab, who(attack)) for who in (attacker, twin))
    memory = _step(one.memory_mb - other.memory_mb, MEMORY_STEPS_MB, "MB")
    cpu = _step(one.cpu_s - other.cpu_s, CPU_STEPS_S, "s")
    name = attack.name.replace("_", " ")
    return f"| {name} | {memory} | {cpu} |\n" if {memory, cpu} != {"-"} else ""


def _step(value: float, steps: Sequence[int], unit: str) -> str:
    """A value, rounded down to a step."""
    reached = [step for step in steps if step <= value]
    return f"≥ {reached[-1]} {unit}" if reached else "-"


def _cost(grader: SubmissionGrader, submitted: SubmittedWork) -> Cost:
    """Grade one submission in a new process. Raises: ChildProcessError when that failed."""
    if (pid := os.fork()) == 0:
        code = 1
        try:
            start_worker(grader, score_task)
            grade_submission(submitted)
            code = 0
        finally:
            os._exit(code)
    _pid, status, usage = os.wait4(pid, 0)
    if status:
        raise ChildProcessError(submitted.student)
    return Cost(usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
