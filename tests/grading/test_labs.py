"""Every lab: its folder is valid, and reference and mutants get their expected points.

The complete proof (200 pairs) is `warsha lab check`; here a few pairs of each lab run.
"""

import ast
import json
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from grader.authoring.lab_check import (
    GENERIC,
    check_runs,
    count_runs,
    is_right,
    program_text,
    programs,
    verify_expected,
)
from grader.errors import LabError
from grader.lab import lab as labs
from grader.lab.limits import Never
from grader.score.misconceptions import known, shared
from grader.score.score import score
from grader.seeds import PUBLIC_SEED
from hardware.bench import diagram
from hardware.paths import ROOT

LABS = labs.slugs()
PAIRS, PROJECT_PAIRS = 2, 1
"""A program of a project takes many times as long as one of a lab."""
MANY = 5
OWN_MODULES = {
    "ain.py": {
        "servo_gate": "read_u16() goes over the turn of its knob",
        "solar_station": "volts() of any pin",
        "test_station": "volts() of any pin",
    }
}
"""The labs that give a module which only has the name of another lab's, and what is its own."""


@pytest.fixture(params=LABS)
def lab(request: pytest.FixtureRequest) -> labs.Lab:
    return labs.find(request.param)


def test_the_traffic_light_is_found() -> None:
    assert "traffic_light" in LABS


def test_points_add_up_to_twenty_and_those_of_a_capstone_to_seventy(lab: labs.Lab) -> None:
    """People give the other thirty points of a capstone project, which has no predict item."""
    whole = 20 if labs.PREDICT in lab.items else 70
    assert sum(lab.points(item) for item in lab.items) == whole


def test_expected_points_and_keys_are_complete(lab: labs.Lab) -> None:
    verify_expected(lab)
    assert set(GENERIC) <= set(programs(lab))


def test_what_is_counted_is_told_in_both_languages(lab: labs.Lab) -> None:
    in_english = [c.id for c in lab.checks if isinstance(c.expect, Never) and c.expect.what]
    assert in_english == [], "lab.toml: [figures]"


def test_every_misconception_has_a_text(lab: labs.Lab) -> None:
    assert all(known(lab, check.on_miss) for check in lab.checks)
    assert not set(lab.misconceptions) & set(shared())


def test_the_first_line_of_a_mutant_names_its_misconception(lab: labs.Lab) -> None:
    for name, file in programs(lab).items():
        if not is_right(name) and file.suffix != ".ipynb":
            assert file.read_text(encoding="utf-8").startswith("# Misconception: ")


def test_a_given_driver_is_the_one_that_mip_installs(lab: labs.Lab) -> None:
    for driver in (ROOT / "firmware" / "drivers").glob("*.py"):
        given = lab.files.get(driver.name, driver.read_bytes())
        assert given == driver.read_bytes(), driver.name


def test_a_given_module_is_the_same_in_every_lab() -> None:
    """A lab's folder is complete by itself, so a module that several labs give has copies."""
    copies: dict[str, dict[bytes, list[str]]] = {}
    for slug in LABS:
        for name, text in labs.find(slug).files.items():
            if name.endswith(".py") and slug not in OWN_MODULES.get(name, {}):
                copies.setdefault(name, {}).setdefault(text, []).append(slug)
    several = {name for name, slugs in copies.items() if sum(map(len, slugs.values())) > 1}
    assert several >= {"ain.py", "queue.py", "sign.py", "ssd1306.py"}
    assert {name: [*slugs.values()] for name, slugs in copies.items() if len(slugs) > 1} == {}


def test_files_on_the_board_are_python_that_compiles(lab: labs.Lab) -> None:
    texts = {name: program_text(lab, name) for name in programs(lab)}
    texts |= {
        b.pins_file.name: b.pins_file.read_text(encoding="utf-8") for b in lab.boards.values()
    }
    for name, text in texts.items():
        ast.parse(text, name)


def test_the_circuits_wire_every_role(lab: labs.Lab) -> None:
    for board in lab.boards.values():
        wired = {
            pin.pin
            for connection in diagram.load(board.diagram).connections
            for pin in (connection.a, connection.b)
        }
        for role, gpio in board.pins.items():
            assert board.type.pin_of(gpio) in wired, role


def test_a_scenario_is_the_same_for_the_same_seed(lab: labs.Lab) -> None:
    for board in lab.boards.values():
        for seed in (PUBLIC_SEED, 1, 2**62 + 1):
            first, again = (lab.scenario(seed, board.type) for _ in range(2))
            assert first == again
            assert len({episode.name for episode in first}) == len(first)
    board = lab.board()
    assert lab.scenario(3, board.type) != lab.scenario(4, board.type)


@pytest.mark.parametrize("times", [1, pytest.param(MANY, marks=pytest.mark.long)])
def test_reference_and_mutants_get_their_expected_points(lab: labs.Lab, times: int) -> None:
    pairs = times * (PAIRS if labs.PREDICT in lab.items else PROJECT_PAIRS)
    runs = list(check_runs(lab.folder, pairs))
    assert len(runs) == count_runs(lab, pairs)
    assert not any(runs), "\n".join(map(str, chain(*runs)))


NO_DEBOUNCE = """
import time
from machine import Pin
from pins import BTN_1, BTN_2, LED_R
one, two = (Pin(gpio, Pin.IN, Pin.PULL_UP) for gpio in (BTN_1, BTN_2))
lamp, count = Pin(LED_R, Pin.OUT, value=0), 0
print("READY L03")
while True:
    {body}
"""
COUNTS = """
    if one.value() == 0:
        count += 1
        print("COUNT", count)
        while one.value() == 0:
            time.sleep_ms(50)
"""
TOGGLES = """
    if two.value() == 0:
        lamp.value(not lamp.value())
        while two.value() == 0:
            time.sleep_ms(50)
"""


@pytest.mark.parametrize(("body", "most"), [(COUNTS, 4), (TOGGLES, 2)])
def test_a_slow_look_without_a_debounce_is_never_lucky(body: str, most: int) -> None:
    lab = labs.find("buttons")
    program = {"main.py": NO_DEBOUNCE.replace("    {body}\n", body).encode()}
    for seed in range(11, 14):
        assert score(lab, "pi_pico", program, [seed]).points == most


@pytest.mark.parametrize(
    ("slug", "mutant", "item"),
    [
        ("tank_level", "echo_no_half", "e"),
        ("tank_level", "hardcoded", "e"),
        ("servo_gate", "ramp_start", "d"),
        ("servo_gate", "number_only", "e"),
        ("voltmeter", "sorted_in_place", "b"),
        ("machine_vibration", "signed_16", "c"),
        ("machine_vibration", "lsb_per_g", "e"),
        ("framed_link", "dup_action", "d"),
        ("door_lock", "key_repeat", "a"),
        ("door_lock", "no_idle_clear", "b"),
        ("telemetry", "hardcoded", "b"),
        ("telemetry", "blocking", "b"),
    ],
)
def test_the_parts_of_an_item_tell_one_mistake_once(slug: str, mutant: str, item: str) -> None:
    lab = labs.find(slug)
    program = {"main.py": program_text(lab, mutant).encode()}
    result = score(lab, "esp32_devkit_c_v4", program, [7]).items[item]
    assert result.key
    assert not result.also


# A lab's author makes mistakes.


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the traffic light lab for changes."""
    target = tmp_path / "traffic_light"
    source = labs.LABS / "traffic_light"
    for file in source.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    return target


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "L02"', "", "traffic_light/lab.toml, id: is missing"),
        ("minutes = 110", 'minutes = "110"', "lab.toml, minutes: is '110'"),
        ("version = ", "verson = 2\nversion = ", "lab.toml, verson: is unknown"),
        ("[boards.pi_pico]", "[boards.pico]", "lab.toml, boards.pico: is not a board"),
        ('"pins.pico.py"', '"pins.py"', "boards.pi_pico.pins: there is no file pins.py"),
        ('"diagram.json"', '"../x.json"', "there is no file ../x.json in the lab's folder"),
        (', en = "order of the phases"', "", "items.a: must have a text in ar and one in en"),
        ("\n[items]\n", '\n[items]\nx = { ar = "1", en = "1" }\n', "items.x: lab.toml and checks"),
        ("title =", "title ==", "lab.toml: is not TOML"),
    ],
)
def test_a_wrong_lab_toml_is_an_error_with_file_and_key(
    copy: Path, old: str, new: str, message: str
) -> None:
    file = copy / "lab.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LabError) as caught:
        labs.load(copy)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("def scenario(", "def scenarios(", "checks.py, scenario: there is no such function"),
        ('"R + G"', "1 / 0", "checks.py: ZeroDivisionError"),
        ('check("b", points=5', 'check("a", points=5', "checks.py, a: is there twice"),
        (
            'after=("a", "b.rough")',
            'after=("d", "b.rough")',
            "checks.py, c: 'd' in its after= must be declared before it",
        ),
        ('check("a", points=2', 'check("a", points=0', "check a: points must be more than 0"),
    ],
)
def test_wrong_checks_are_an_error(copy: Path, old: str, new: str, message: str) -> None:
    file = copy / "checks.py"
    text = file.read_text(encoding="utf-8").replace(
        '@check(\n    "b",\n    points=5', '@check("b", points=5'
    )
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LabError) as caught:
        labs.load(copy)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        ("drift", {"d": [0, "nonsense"]}, "the key 'nonsense' is not known"),
        ("drift", {"d": [9, "drift"]}, "there is no such item, or the points are out of range"),
        ("drift", {"x": [0, "drift"]}, "no such item"),
        ("nobody", {"d": [0, "drift"]}, "there is no such mutant"),
    ],
)
def test_a_wrong_expected_toml_is_an_error(
    copy: Path, name: str, rows: dict[str, list[object]], message: str
) -> None:
    file = copy / "expected.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) | {name: rows}
    lines = []
    for mutant, lost in table.items():
        lines.append(f"[{mutant}]")
        lines += [f"{item} = {json.dumps(value)}" for item, value in lost.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LabError, match=message):
        verify_expected(labs.load(copy))


def test_the_hash_of_a_lab_depends_on_its_files(copy: Path) -> None:
    before = labs.load(copy).digest
    assert before == labs.load(labs.LABS / "traffic_light").digest
    (copy / "lesson.md").write_text("another lesson")
    assert labs.load(copy).digest == before
    (copy / "checks.py").write_text((copy / "checks.py").read_text() + "\n")
    assert labs.load(copy).digest != before


def test_a_board_that_a_lab_does_not_have() -> None:
    lab = labs.find("traffic_light")
    assert lab.board("rp2") is lab.board("pi_pico")
    assert lab.board() is lab.board("esp32_devkit_c_v4")
    with pytest.raises(LabError, match="does not run on arduino") as caught:
        lab.board("arduino")
    assert "pi_pico" in caught.value.cure
    with pytest.raises(LabError, match="no lab 'nothing'"):
        labs.find("nothing")
