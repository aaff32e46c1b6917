"""The corpus of attacks in a class: no attack gains points or information, or affects others. Each
attack is described in its file (tests/system/attacks) and in docs/measured/attacks.md."""

import re
import time
from pathlib import Path

import pytest

from grader.nbgrader.folders import submitted
from tests.support import attack_class
from tests.support.attack_class import (
    BOARD_LAB,
    CANARY,
    HOST_LAB,
    SECRET,
    Attack,
    Graded,
    attacker,
    twin,
)
from tools import attack_table

ATTACKS = attack_class.attacks()
ACTIVE = re.compile(
    r"<script[^>]*>[^<]*(?:alert|fetch|parent\.)|<[^>]*\son(?:error|load)\s*=|"
    r"(?:href|src)\s*=\s*[\"']?\s*javascript:|<iframe",
    re.IGNORECASE,
)
"""Active content of a browser."""
SAMPLE = attack_class.sample()
EACH = pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=attack.name, marks=() if attack in SAMPLE else pytest.mark.long)
        for attack in ATTACKS
    ],
)


def files_of(graded: Graded, student: str, lab: str) -> list[Path]:
    """The files that nbgrader returns to a trainee or shows to the instructor."""
    places = (graded.places.root / name / student / lab for name in ("autograded", "feedback"))
    found = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert {".ipynb", ".html"} <= {file.suffix for file in found} or student not in marked(graded)
    return found


def marked(graded: Graded) -> set[str]:
    """All trainees with marks."""
    return {student for marks in graded.marks.values() for student in marks}


def test_there_are_enough_distinct_attacks() -> None:
    assert len({attack.tries for attack in ATTACKS}) == len(ATTACKS) >= 110
    for some in (ATTACKS, SAMPLE):
        assert {attack.kind for attack in some} == {"board", "host", "notebook"}


@EACH
def test_an_attack_gets_the_marks_of_its_honest_twin(graded: Graded, attack: Attack) -> None:
    honest = graded.of(attack, twin(attack))
    assert honest
    assert graded.of(attack, attacker(attack)) == ({} if attack.is_unreadable else honest)


@EACH
def test_no_secret_is_written(graded: Graded, attack: Attack) -> None:
    for file in files_of(graded, attacker(attack), attack.lab):
        text = file.read_bytes()
        for canary in (CANARY, SECRET):
            assert canary.encode() not in text, file
        if "@" not in attack.text:  # else the program itself contains the places
            assert str(graded.places.root).encode() not in text, file
        assert len(text) < 4_000_000, file


@EACH
def test_no_page_has_active_content(graded: Graded, attack: Attack) -> None:
    for file in files_of(graded, attacker(attack), attack.lab):
        if file.suffix == ".html":
            page = file.read_text(encoding="utf-8")
            assert not (found := ACTIVE.search(page)), found
            assert "\x1b" not in page and "\u202e" not in page


def test_the_rest_of_the_class_has_its_marks(graded: Graded) -> None:
    marks = graded.marks[BOARD_LAB]
    assert {name: sum(filter(None, marks[name].values())) for name in graded.due} == graded.due
    full = {"a": 2.0, "b": 6.0, "c": 10.0, "p": 2.0}
    honest = [name for name in graded.due if name != attack_class.VICTIM]
    assert {name: graded.marks[HOST_LAB][name] for name in honest} == dict.fromkeys(honest, full)


def test_the_output_has_no_secret_and_no_control_characters(graded: Graded) -> None:
    assert CANARY not in graded.output and SECRET not in graded.output
    assert not re.search("\x1b\\[2J|\x1b]|\u202e", graded.output)
    unreadable = {attacker(attack) for attack in graded.attacks if attack.is_unreadable}
    assert set(re.findall(r"not graded: \S+ (\S+):", graded.output)) == unreadable
    assert "our fault" not in graded.output


def test_no_submission_floods_the_output(graded: Graded) -> None:
    students = re.findall(r"^(?:note|not graded): \S+ (\S+): .*", graded.output, re.MULTILINE)
    assert max(map(students.count, students)) <= 11
    assert max(map(len, graded.output.splitlines())) < 1000


def test_no_file_outside_of_the_course_was_changed(graded: Graded) -> None:
    assert not graded.places.touched.exists()
    assert graded.connection_count == 0
    unreadable = {attacker(attack) for attack in graded.attacks if attack.is_unreadable}
    for lab, marks in graded.marks.items():
        assert set(marks) == set(submitted(graded.places.root, lab)) - unreadable


def test_no_process_is_left_behind(graded: Graded) -> None:
    late = time.monotonic() + 30
    while left := [pid for pid in Path("/proc").glob("[0-9]*") if is_child(pid, graded)]:
        assert time.monotonic() < late, left
        time.sleep(0.1)


def is_child(process: Path, graded: Graded) -> bool:
    """Whether this is a process of host code or one of its descendants."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z" and str(graded.places.touched).encode() in b" ".join(words)


@EACH
def test_each_row_of_the_table_is_up_to_date(graded: Graded, attack: Attack) -> None:
    page = attack_table.PAGE.read_text(encoding="utf-8")
    assert attack_table.row(graded, attack) in page, attack_table.COMMAND


@pytest.mark.long  # only then the class has the whole corpus
def test_the_table_is_up_to_date(graded: Graded) -> None:
    marks, measured = attack_table.parts_of(attack_table.PAGE.read_text(encoding="utf-8"))
    assert marks == attack_table.page(graded), attack_table.COMMAND
    names = re.findall(r"^\| ((?:board|host|notebook) [^|]+?) \|", measured, re.MULTILINE)
    assert {*names} <= {attack.name.replace("_", " ") for attack in ATTACKS}, attack_table.COMMAND
