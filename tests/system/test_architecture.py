"""docs/explanation/architecture.md agrees with the code: its names exist, and its journeys call
them in this order."""

import importlib
import inspect
import re
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import grader.seeds
from grader.classrun import pool
from grader.classrun.grading import gradings
from grader.classrun.submission_grader import Seeds
from grader.lab import lab as labs
from grader.lab.course import Course
from grader.score.score import score
from hardware import headless
from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.scenario import scenario
from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import current
from hardware.paths import ROOT
from tools import architecture_figure

PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
PORT = ROOT / "firmware" / "port"
NAME = re.compile(r"`((?:hardware|grader|station|firmware)(?:\.\w+)+(?::[\w.]+)?)`")
IN_C = "firmware.port:"
DEFINITION = re.compile(r"^(?!\s)[\w *]*?\b(\w+)\([^;{}]*?\) \{", re.MULTILINE)
WORD = re.compile(r"\w+")
CALLS_BETWEEN = 3
"""Two functions in C of one step may be this many calls apart."""


def steps(number: int) -> list[list[str]]:
    """The names of each step of a journey."""
    section = re.split(r"^### Journey (\d): .*$", PAGE, flags=re.MULTILINE)
    text = dict(zip(section[1::2], section[2::2], strict=True))[str(number)]
    return [NAME.findall(step) for step in re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]]


def resolve(name: str) -> Any:
    """The object of a dotted name. Raises: ImportError, AttributeError."""
    module, _colon, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split(".") if path else ():
        found = inspect.getattr_static(found, part)
    return found


def code_of(name: str) -> CodeType:
    """The code object that runs on a call of a named object (of a class: its constructor)."""
    found = resolve(name)
    if inspect.isclass(found):
        is_made_by_new = issubclass(found, tuple)
        found = inspect.getattr_static(found, "__new__" if is_made_by_new else "__init__")
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    code = inspect.unwrap(found).__code__
    assert isinstance(code, CodeType)
    return code


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({n for n in NAME.findall(PAGE) if not n.startswith(IN_C)}))
def test_every_name_of_the_page_exists(name: str) -> None:
    resolve(name)


@pytest.fixture(scope="module")
def functions() -> dict[str, set[str]]:
    """Every function of the port, with the identifiers in its body."""
    found: dict[str, set[str]] = {}
    for file in sorted(PORT.rglob("*.[ch]")):
        text = file.read_text(encoding="utf-8")
        for match in DEFINITION.finditer(text):
            body = text[match.end() : text.find("\n}", match.end())]
            one_line = text[match.end() : text.find("\n", match.end())]
            body = one_line if one_line.rstrip().endswith("}") else body
            found.setdefault(match[1], set()).update(WORD.findall(body))
    return found


def test_the_functions_in_c_exist_and_call_each_other(functions: dict[str, set[str]]) -> None:
    for number in range(1, 7):
        for step in steps(number):
            names = [name.removeprefix(IN_C) for name in step if name.startswith(IN_C)]
            assert all(name in functions for name in names), names
            for caller, called in pairwise(names):
                reached = {caller}
                for _call in range(CALLS_BETWEEN):
                    words = set().union(*(functions[name] for name in reached))
                    reached |= words & functions.keys()
                assert called in reached, f"{caller} does not call {called}"


# -- journeys ---------------------------------------------------------------------------------


def travel(number: int, journey: Callable[[], object]) -> None:
    """Assert that a journey calls the functions of its steps in their order."""
    names = [name for step in steps(number) for name in step if ":" in name]
    names = [name for name in names if not name.startswith(IN_C)]
    wanted = {code_of(name): name for name in names}
    called: list[str] = []

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and (name := wanted.get(frame.f_code)):
            called.append(name)

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        journey()
    finally:
        sys.setprofile(before)
        threading.setprofile(before)
    left = iter(called)
    for index, name in enumerate(names):
        assert name in left, f"{name} is not called after {names[:index][-1:]}"


def reference(lab: str) -> bytes:
    """The right program of a lab."""
    return (labs.LABS / lab / "reference.py").read_bytes()


@pytest.mark.pure
def test_journey_1() -> None:
    shell = InteractiveShell()
    shell.register_magics(BoardMagics)

    # Three cells: if the threads of kernel and bench overlap in one cell, the next one is used.
    def cells() -> None:
        for cell in ("%board connect esp32", *3 * ["%%board\nprint(6 * 7)\n"]):
            assert shell.run_cell(cell).success

    try:
        travel(1, cells)
    finally:
        current.close()


@pytest.mark.pure
def test_journey_2(
    course: Course, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (lab,) = course.labs
    hand_in("amina", reference(lab).decode())
    monkeypatch.setattr(pool, "run", here)

    def grade() -> None:
        (grading,) = gradings(course, lab)
        (outcome,) = grading.run(grading.submissions())
        assert outcome.state == "graded"

    travel(2, grade)


def here(
    work: Callable[[Any], Any], tasks: Any, _workers: int, prepare: Callable[[], None]
) -> Iterator[Any]:
    """As `pool.run`, but in this process, where the calls can be traced."""
    prepare()
    for key, task in tasks:
        yield key, pool.attempt(work, task)


@pytest.mark.pure
def test_journey_3() -> None:
    lab = labs.find("blinker")
    program = {"main.py": reference(lab.slug)}
    travel(3, lambda: score(lab, next(iter(lab.boards)), program, [0]))


@pytest.mark.pure
def test_journey_4() -> None:
    def look() -> None:
        circuit = Circuit(diagram.load(ROOT / "labs" / "blinker" / "diagram.json"))
        with Bench(circuit):
            draw(circuit)

    travel(4, look)


SCENARIO = """\
name: A press
version: 1
steps:
  - wait-serial: "READY"
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - wait-serial: "pressed"
"""
PROGRAM = b"""\
from machine import Pin
button = Pin(32, Pin.IN, Pin.PULL_UP)
print("READY")
while button.value():
    pass
print("pressed")
"""


@pytest.mark.pure
def test_journey_5(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO)

    def run() -> None:
        steps_of_it = scenario.load(file)
        circuit = diagram.load(ROOT / "labs" / "buttons" / "diagram.json")
        done = headless.run_program({"main.py": PROGRAM}, circuit, scenario=steps_of_it)
        assert done.failed_step is None

    travel(5, run)


@pytest.mark.pure
def test_journey_6(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(tmp_path / "secret"))
    lab = labs.find("buttons")

    def grade() -> None:
        secret = grader.seeds.course_secret()
        seeds = Seeds("a course", lab.release, 1, secret).of("amina", "a time and a hash")
        score(lab, next(iter(lab.boards)), {"main.py": reference(lab.slug)}, seeds)

    travel(6, grade)


# -- the page ---------------------------------------------------------------------------------


def test_every_folder_has_a_line() -> None:
    for package in ("hardware", "hardware/bench", "grader", "station"):
        for file in (ROOT / package).glob("*/__init__.py"):
            folder = file.parent.relative_to(ROOT).as_posix()
            assert folder == "hardware/bench" or f"| `{folder}/` |" in PAGE, folder


def test_the_drawing_is_up_to_date() -> None:
    assert (
        architecture_figure.FIGURE.read_text(encoding="utf-8") == architecture_figure.figure()
    ), "run: python tools/architecture_figure.py"


def test_the_drawing_names_folders_that_exist() -> None:
    source = tomllib.loads(architecture_figure.SOURCE.read_text(encoding="utf-8"))
    words = [word for box in source["box"] for word in " ".join(box["words"]).split()]
    paths = [word.strip(",:") for word in words if "/" in word]
    folders = [path for path in paths if not path.startswith("submitted")]
    assert folders and all((ROOT / path).exists() for path in folders)
