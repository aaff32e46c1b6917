"""A class of attackers, their twins and honest trainees in a course with canaries, graded once."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import attackclass
import pytest
from attackclass import HOSTLABS, Attack, Places
from classroom import auto_scores

from grader import cli
from grader.lab import course as course_module
from grader.lab.class_list import Trainee
from grader.lab.course import Course, load_course
from grader.nbgrader import commands
from grader.nbgrader.marks import enrol
from grader.notebook import release

CANARY = "canary-5f0c"
IN_CHECKS, IN_GRADEBOOK, IN_OTHERS = (f"{CANARY}-{name}" for name in ("checks", "book", "others"))
SECRET = "5f0c" * 16
"""The course's secret is a canary of its own."""
Marks = dict[str, dict[str, float | None]]
"""Trainee to item to points."""


@dataclass
class Graded:
    """What became of a class."""

    course: Course
    places: Places
    due: dict[str, float]
    """Honest trainees to the sum of their marks in the board lab."""
    said: str
    """All that was printed."""
    exit_codes: list[int]
    marks: dict[str, Marks]
    """Lab to its marks."""
    visitors: int
    """How many connections came in."""

    def of(self, attack: Attack, student: str) -> dict[str, float | None]:
        """The marks of an attack's trainee or twin."""
        return self.marks[attack.lab].get(student, {})


def build(place: Path, patch: pytest.MonkeyPatch) -> Course:
    """A course of both labs, with canaries in checks, gradebook and secret."""
    labs = attackclass.labs_with(place / "labs", IN_CHECKS)
    patch.setattr(course_module, "build_dir", lambda: place / "build")
    patch.setattr(release, "LABS", labs)
    secret = place / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    patch.setenv("WARSHA_SECRET_FILE", str(secret))
    patch.setenv("WARSHA_CANARY", CANARY)
    both = (attackclass.BOARD_LAB, attackclass.HOST_LAB)
    course = replace(load_course("hostlabs", HOSTLABS.parent), labs=both, seeds=1)
    patch.setattr(cli, "load_course", lambda _name=None: course)
    release.build_course(course)
    enrol(course.root, [Trainee("bird", "Canary", IN_GRADEBOOK)])
    return course


def grade_class(place: Path, attacks: list[Attack], honest: int) -> Graded:
    """Build, hand in, grade both labs and make the feedback."""
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as server:
        course = build(place, patch)
        port = server.getsockname()[1]
        places = Places(place / "secret", course.root, place / "touched", port)
        due = attackclass.honest(places, honest, IN_OTHERS)
        for attack in attacks:
            attackclass.hand_in(places, attack)
        results = [attackclass.grade(lab) for lab in course.labs]
        said = "".join(result.output + str(result.exception or "") for result in results)
        for lab in course.labs:
            commands.generate_feedback(course.root, lab)
        codes = [result.exit_code for result in results]
        return Graded(course, places, due, said, codes, marks_of(course), visitors(server))


def marks_of(course: Course) -> dict[str, Marks]:
    """What stands in the gradebook."""
    found: dict[str, Marks] = {lab: {} for lab in course.labs}
    for (student, lab, item), points in auto_scores(course).items():
        found[lab].setdefault(student, {})[item] = points
    return found


def visitors(server: socket.socket) -> int:
    """How many wait to be let in."""
    server.setblocking(False)
    count = 0
    try:
        while True:
            server.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """The whole corpus in a class, graded once."""
    place = tmp_path_factory.mktemp("attacks")
    yield grade_class(place, attackclass.attacks(), honest=6)
    shutil.rmtree(place / "build", ignore_errors=True)
