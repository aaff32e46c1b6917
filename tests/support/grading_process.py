"""A class in its own build folder, graded in a separate process: for tests that kill the process.

The process runs this file: it does the same as `warsha grade` and logs which programs were scored.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.archive.store import Store
from grader.authoring.lab_check import host_of, program_text, programs
from grader.classrun import grading as grading_module
from grader.classrun.grading import Grading
from grader.classrun.task import Task, score_task
from grader.demo import filled_in
from grader.errors import GraderError
from grader.lab.course import load_course
from grader.lab.lab import LABS, find
from grader.notebook import course_build
from grader.score.card import Card
from hardware.paths import port_program
from tests.support.classroom import LAB, build
from tests.support.gradebooks import rows
from tests.support.host_course import HOSTLABS
from tests.support.host_course import LAB as HOST_LAB

LIMIT_S = 1200
LOG = "WARSHA_TEST_SCORED"
"""The file in which workers log the programs that they have scored."""
SLOW = ("freeze_after_ready",)
"""Programs with an endless loop take a hundred times as long."""

State = dict[str, Any]


@dataclass(frozen=True)
class Course:
    """A course in a folder of its own, as the command line finds it."""

    place: Path
    lab: str = LAB

    @property
    def root(self) -> Path:
        """nbgrader's folder."""
        return self.place / "course" / "iot_micropython"

    @property
    def log(self) -> Path:
        """Outside of the folder, whose disk may get full."""
        return self.place.with_name(f"{self.place.name}.log")

    def scored(self) -> list[int]:
        """The first seed of each program that was run, in this order."""
        return [int(line) for line in self.log.read_text().split()] if self.log.exists() else []

    def start(self) -> subprocess.Popen[str]:
        """Grade in a separate process."""
        secret = str(self.place / "secret")
        ours = {"WARSHA_BUILD": str(self.place), "WARSHA_SECRET_FILE": secret}
        return subprocess.Popen(
            [sys.executable, __file__, self.lab],
            env={**os.environ, **ours, "WARSHA_LANG": "en", LOG: str(self.log)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def grade(self) -> float:
        """Grade to the end. Returns the duration (s)."""
        begin = time.monotonic()
        process = self.start()
        out, err = process.communicate(timeout=LIMIT_S)
        assert process.returncode == 0, out + err
        return time.monotonic() - begin

    def state(self) -> State:
        """All results of a run, for comparison."""
        kept = [*self.root.glob("autograded/**/*"), *self.root.glob("store/marks/**/*")]
        files = {
            str(file.relative_to(self.root)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in kept
            if file.is_file()
        }
        return {**rows(f"sqlite:///{self.root}/gradebook.db"), "files": files}

    def finished(self) -> set[int]:
        """The first seed of each program whose marks are kept, in the gradebook or not yet."""
        store = Store(self.root / "store")
        kept = (
            store.kept(self.lab, place.name, 1)
            for place in (store.folder / "marks" / self.lab).glob("*/")
        )
        return {record.seeds[0] for record in [*store.records(self.lab), *filter(None, kept)]}


def copied(course: Course, place: Path) -> Course:
    """A new copy; the programs of the boards are shared."""
    shutil.copytree(course.place, place, symlinks=True, dirs_exist_ok=True)
    return replace(course, place=place)


def noted(task: Task) -> list[Card]:
    """As `score_task`, with a line in the log."""
    cards = score_task(task)
    with Path(os.environ[LOG]).open("a") as log:
        log.write(f"{task.seeds[0]}\n")
    return cards


def grade(lab: str) -> int:
    """Do the same as `warsha grade` and log each program that is scored."""
    # The code may change during a long test; then every mark would be graded again.
    vars(grading_module)["engine_version"] = lambda: "this one"
    try:
        grading = Grading(load_course("iot_micropython"), lab)
        outcomes = list(grading.run(grading.submissions(), work=noted, workers=2))
    except GraderError as error:
        print(error, error.cure, sep="\n", file=sys.stderr)
        return 1
    return 0 if all(outcome.is_graded for outcome in outcomes) else 3


def made(place: Path, count: int, *, slow: bool = False, lab: str = LAB) -> Course:
    """A course in which trainees have handed in the reference and mutants of a lab: of this
    repository, or of the tests' lab with host code."""
    course, labs = Course(place, lab), HOSTLABS if lab == HOST_LAB else LABS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course_build, "LABS", labs)
        build(place, (lab,))
    # A separate copy: a new build would change the stamp of the marks.
    for family in ("esp32", "rp2"):
        program = port_program(family)
        (place / "port" / family).mkdir(parents=True)
        shutil.copy2(program, place / "port" / family / program.name)
    secret = place / "secret"
    secret.write_text("5" * 64)
    secret.chmod(0o600)
    file = course.root / "release" / lab / f"{lab}.ipynb"
    released = nbformat.read(file, as_version=4)
    source = find(lab, labs)
    names = [name for name in programs(source) if slow or name not in SLOW]
    for number in range(count):
        folder = course.root / "submitted" / f"t{number:04}" / lab
        folder.mkdir(parents=True)
        name = names[number % len(names)]
        text, host = program_text(source, name), host_of(programs(source)[name])
        nbformat.write(filled_in(released, text, host=host), folder / f"{lab}.ipynb")
        (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")
    return course


if __name__ == "__main__":
    sys.exit(grade(sys.argv[1]))
