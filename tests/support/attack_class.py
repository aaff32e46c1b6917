"""A class with many attackers. For each attacker a second trainee, the twin, hands in the same
submission without the attack. Both are read from tests/system/attacks. `warsha grade` grades the
whole class once. The course has canaries: marker texts that no attacker may get to read.
conftest.py registers the fixture.

The name of a file begins with the kind of attack: a board program, host code, or the notebook and
its attached files. The first two lines describe the attack and its defence. In programs the attack
is between `### ATTACK` and `### END`; the code of the twin follows `### INSTEAD`. `### BASE` is
replaced by an honest program that gets some of the points.
"""

import copy
import hashlib
import importlib.util
import json
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner, Result

from grader import cli
from grader.authoring.lab_check import expected, program_text, programs
from grader.cli import app
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.class_list import Trainee
from grader.lab.course import Course, load_course
from grader.lab.lab import LABS, Lab, find
from grader.nbgrader import commands
from grader.nbgrader.enrolment import enrol
from grader.notebook import course_build
from tests.support.classroom import auto_scores
from tests.support.project import TESTS

ATTACKS = TESTS / "system" / "attacks"
HOSTLABS = TESTS / "grading" / "hostlabs"
BOARD_LAB, HOST_LAB = "first_contact", "site_log"
VICTIM = "victim"
HANDED_IN = "2026-01-15 10:00:00 UTC\n"
_REGION = re.compile(
    r"^[ ]*### ATTACK\n(?P<attack>.*?)(?:^[ ]*### INSTEAD\n(?P<twin>.*?))?^[ ]*### END\n",
    re.MULTILINE | re.DOTALL,
)
NO_GAPS = "\n\ndef gaps(db):\n    return []\n"


def source(path: Path) -> str:
    """A program of a lab, without a comment in its first line."""
    return re.sub(r"\A#.*\n", "", path.read_text(encoding="utf-8"))


BOARD_BASE = program_text(find(BOARD_LAB), "sign_lost")
BOARD_RIGHT = source(HOSTLABS / HOST_LAB / "reference.py")
HOST_RIGHT = source(HOSTLABS / HOST_LAB / "reference_host.py")
HOST_BASE = HOST_RIGHT.partition("\n\ndef gaps")[0] + NO_GAPS


@dataclass(frozen=True)
class Places:
    """The paths that attackers want to reach; an attack may know them all."""

    secret: Path
    root: Path
    touched: Path
    port: int

    def fill(self, text: str) -> str:
        """An attack's text with the places in it."""
        victim = self.root / "submitted" / VICTIM / BOARD_LAB / f"{BOARD_LAB}.ipynb"
        found = {"SECRET": self.secret, "ROOT": self.root, "TOUCHED": self.touched}
        for name, value in {**found, "VICTIM": victim, "PORT": self.port}.items():
            text = text.replace(f"@{name}@", str(value))
        return text


@dataclass(frozen=True)
class Attack:
    """One file of the corpus."""

    file: Path
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.file.stem)

    @property
    def text(self) -> str:
        """The whole text of the file."""
        return self.file.read_text(encoding="utf-8")

    @property
    def tries(self) -> str:
        """What the attack tries."""
        return self._header(0, "# Tries: ")

    @property
    def ends(self) -> str:
        """What stops the attack."""
        return self._header(1, "# Ends: ").removesuffix(".")

    def _header(self, line: int, mark: str) -> str:
        found = self.text.split("\n")[line]
        assert found.startswith(mark), self.file
        return found.removeprefix(mark)

    @property
    def kind(self) -> str:
        """The kind of attack: board, host or notebook."""
        return self.name.partition("_")[0]

    @property
    def lab(self) -> str:
        """The lab of the submission."""
        return HOST_LAB if self.kind == "host" else BOARD_LAB

    def program(self, which: str) -> str:
        """The program of the attacker (`attack`) or of the twin (`twin`), with unfilled places."""
        if self.kind == "notebook":
            return BOARD_BASE
        body = self.text.split("\n", 2)[2]
        body = _REGION.sub(lambda region: region[which] or "", body)
        base = HOST_BASE if self.kind == "host" else BOARD_BASE
        own = "def gaps" in body
        base = base.replace(NO_GAPS, "\n") if own else base
        return body.replace("### BASE\n", base)

    @property
    def is_unreadable(self) -> bool:
        """Whether the submission cannot be graded. That affects only its trainee."""
        return "\nUNREADABLE = True\n" in self.text


def attacks() -> list[Attack]:
    """The corpus."""
    return [Attack(file) for file in sorted(ATTACKS.glob("*.py"))]


def sample() -> list[Attack]:
    """A fifth of the corpus, with every kind: the class without `--all`."""
    return attacks()[::5]


def notebook(places: Places, lab: str, program: str, host: str | None = None) -> dict[str, Any]:
    """A submitted notebook as plain data."""
    file = places.root / "release" / lab / f"{lab}.ipynb"
    released = nbformat.read(file, as_version=4)
    made: dict[str, Any] = json.loads(json.dumps(filled_in(released, program, host=host)))
    return made


def folder_of(places: Places, student: str, lab: str) -> Path:
    """The folder of a trainee; created if it is missing."""
    folder = places.root / "submitted" / student / lab
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(places: Places, student: str, lab: str, made: dict[str, Any]) -> Path:
    """Submit a notebook."""
    folder = folder_of(places, student, lab)
    (folder / f"{lab}.ipynb").write_text(json.dumps(made), encoding="utf-8")
    (folder / "timestamp.txt").write_text(HANDED_IN)
    return folder


def attacker(attack: Attack) -> str:
    """The trainee who submits the attack."""
    return f"attack-{attack.name}"


def twin(attack: Attack) -> str:
    """The trainee who submits the same without the attack; attacks may share a twin."""
    digest = hashlib.sha256(attack.program("twin").encode()).hexdigest()
    return f"twin-{attack.lab}-{digest[:8]}"


def hand_in(places: Places, attack: Attack) -> None:
    """Write the attack and its twin."""
    for which, student in (("attack", attacker(attack)), ("twin", twin(attack))):
        program = places.fill(attack.program(which))
        if attack.lab == HOST_LAB:
            made = notebook(places, HOST_LAB, BOARD_RIGHT, program)
        else:
            made = notebook(places, BOARD_LAB, program)
        folder = write(places, student, attack.lab, made)
        if attack.kind == "notebook" and which == "attack":
            apply_attack(places, attack, folder, made)


def apply_attack(places: Places, attack: Attack, folder: Path, made: dict[str, Any]) -> None:
    """Let a notebook attack change its files."""
    spec = importlib.util.spec_from_loader(attack.name, loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(compile(places.fill(attack.text), attack.file, "exec"), vars(module))
    made = copy.deepcopy(made)
    returned = vars(module)["attack"](folder, made)
    file = folder / f"{attack.lab}.ipynb"
    if file.exists() and not file.is_file():
        return  # the attack put something else in its place
    raw = returned if isinstance(returned, str | bytes) else json.dumps(made)
    file.write_bytes(raw.encode() if isinstance(raw, str) else raw)


def hand_in_honest(places: Places, number: int, canary: str) -> dict[str, float]:
    """Submit honest programs for both labs, one with a canary. Returns the marks due in the first
    lab, by trainee."""
    lab = find(BOARD_LAB)
    names = [name for name, file in programs(lab).items() if file.suffix != ".ipynb"]
    due = {}
    for index in range(number):
        name, mutant = f"honest-{index:02}", names[index % len(names)]
        program = program_text(lab, mutant)
        write(places, name, BOARD_LAB, notebook(places, BOARD_LAB, program))
        write(places, name, HOST_LAB, notebook(places, HOST_LAB, BOARD_RIGHT, HOST_RIGHT))
        due[name] = total(lab, mutant)
    program = f"# {canary}\n{BOARD_BASE}"
    write(places, VICTIM, BOARD_LAB, notebook(places, BOARD_LAB, program))
    return due | {VICTIM: total(lab, "sign_lost")}


def total(lab: Lab, mutant: str) -> float:
    """The marks of a mutant, with the prediction cell filled in."""
    return sum(points for points, _key in expected(lab, mutant, "esp32").values())


def grade(lab: str) -> Result:
    """Run `warsha grade`."""
    return CliRunner().invoke(app, ["grade", lab], terminal_width=200)


def labs_with(place: Path, canary: str) -> Path:
    """Both labs in a folder, with a canary in what decides marks."""
    for folder in (LABS / BOARD_LAB, HOSTLABS / HOST_LAB):
        copied = place / folder.name
        shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("checks.py", "reference.py"):
            file = copied / name
            file.write_text(file.read_text(encoding="utf-8") + f"\n# {canary}\n")
    return place


CANARY = "canary-5f0c"
IN_CHECKS, IN_GRADEBOOK, IN_OTHERS = (f"{CANARY}-{name}" for name in ("checks", "book", "others"))
SECRET = "5f0c" * 16
"""The course's secret is also a canary."""
Marks = dict[str, dict[str, float | None]]
"""Trainee to item to points."""


@dataclass
class Graded:
    """A graded class."""

    course: Course
    places: Places
    attacks: list[Attack]
    """The submitted attacks, each with its twin."""
    due: dict[str, float]
    """Honest trainees to the sum of their marks in the board lab."""
    output: str
    """All output of the commands."""
    marks: dict[str, Marks]
    """Lab to its marks."""
    connection_count: int
    """How many connections came in."""

    def of(self, attack: Attack, student: str) -> dict[str, float | None]:
        """The marks of an attack's trainee or twin."""
        return self.marks[attack.lab].get(student, {})


def build(place: Path, patch: pytest.MonkeyPatch) -> Course:
    """A course of both labs, with canaries in checks, gradebook and secret."""
    labs = labs_with(place / "labs", IN_CHECKS)
    patch.setattr(course_module, "build_dir", lambda: place / "build")
    patch.setattr(course_build, "LABS", labs)
    secret = place / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    patch.setenv("WARSHA_SECRET_FILE", str(secret))
    patch.setenv("WARSHA_CANARY", CANARY)
    both = (BOARD_LAB, HOST_LAB)
    course = replace(load_course("hostlabs", HOSTLABS.parent), labs=both, seeds=1)
    patch.setattr(cli, "load_course", lambda _name=None: course)
    course_build.build_course(course)
    enrol(course.root, [Trainee("bird", "Canary", IN_GRADEBOOK)])
    return course


def grade_class(place: Path, attacks: list[Attack], honest: int) -> Graded:
    """Build, hand in, grade both labs and make the feedback."""
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as server:
        course = build(place, patch)
        port = server.getsockname()[1]
        places = Places(place / "secret", course.root, place / "touched", port)
        due = hand_in_honest(places, honest, IN_OTHERS)
        for attack in attacks:
            hand_in(places, attack)
        results = [grade(lab) for lab in course.labs]
        output = "".join(result.output + str(result.exception or "") for result in results)
        for lab in course.labs:
            commands.generate_feedback(course.root, lab)
        return Graded(
            course, places, attacks, due, output, marks_of(course), connection_count(server)
        )


def marks_of(course: Course) -> dict[str, Marks]:
    """The marks in the gradebook."""
    found: dict[str, Marks] = {lab: {} for lab in course.labs}
    for (student, lab, item), points in auto_scores(course).items():
        found[lab].setdefault(student, {})[item] = points
    return found


def connection_count(server: socket.socket) -> int:
    """The number of connections that wait to be accepted."""
    server.setblocking(False)
    count = 0
    try:
        while True:
            server.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


@pytest.fixture(scope="session")
def graded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graded]:
    """The corpus in a class, or a sample of it, graded once."""
    place = tmp_path_factory.mktemp("attacks")
    chosen = attacks() if request.config.getoption("--all") else sample()
    yield grade_class(place, chosen, honest=6)
    shutil.rmtree(place / "build", ignore_errors=True)
