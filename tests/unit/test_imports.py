"""Imports go one way: hardware <- grader <- labs, grader <- station, and firmware imports nothing
of ours. The rooms (folders and modules) within hardware, grader and station go one way, too."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader
import hardware
import station
from tests.support.project import ROOT

HANGS_S = 600
OURS = {"hardware", "grader", "labs", "station", "warsha"}
MAY_IMPORT = {
    "hardware": set(),
    "grader": {"hardware"},
    "labs": {"grader"},
    "station": {"hardware", "grader"},
    "firmware": set(),
}
HARDWARE = (
    # what every room may need
    *("i18n", "errors", "paths", "compiled", "atomic_file", "boards", "seed"),
    # the protocol of board and bench, and events on the bench
    *("bench.limits", "bench.events", "bench.protocol", "bench.flash", "bench.flash_reader"),
    # drawing of a circuit
    *("bench.diagram", "bench.svg"),
    # the network around boards, by layer
    *("bench.network.simulation", "bench.network.host", "bench.network.network_log"),
    *("bench.network.link", "bench.network.wifi", "bench.network.bluetooth"),
    *(
        "bench.network.tcp",
        "bench.network.tls",
        "bench.network.mqtt",
        "bench.network.ntp",
        "bench.network.http",
        "bench.network.services",
    ),
    *("bench.network.host_gateway", "bench.network.lan"),
    # from a diagram to voltages
    *("bench.parts", "bench.circuit"),
    # the trace of a board, and the peripherals of its chip
    *(
        "bench.trace",
        "bench.peripherals",
        "bench.decode",
        "bench.vcd",
        "bench.pcap",
        "bench.sigrok_session",
    ),
    # boards with a common virtual time
    *("bench.board", "bench.scheduler", "bench.bench"),
    # the chip of an ESP32 as flashing programs see it
    "bench.chip",
    # use of a bench by people
    *("bench.lint", "bench.drawing", "bench.editing", "bench.scenario", "wire", "bench.serving"),
    *(
        "connect",
        "program_files",
        "headless",
        "run_report",
        "doctor",
        "notebook",
        "cli",
        "arabic_usage",
    ),
)
"""The rooms of hardware; each may import those before it."""
GRADER = (
    # what every room may need
    *("errors", "schemas", "version", "terminal", "html_text", "disk", "seeds", "strict_json"),
    "spreadsheet",
    # a lab and the functions for its checks
    *("host", "lab", "measure"),
    # from a program to points and their record
    *("score", "archive"),
    # a class and the pages about its marks
    *("nbgrader", "classrun", "reports"),
    # releases, authoring, and the command
    *("notebook", "authoring", "demo", "cli"),
)
"""The rooms of grader; each may import those before it."""
STATION = (
    *("errors", "thread_per_board", "inventory", "certify", "return_tray", "flash", "page", "cli"),
)
"""The rooms of station; each may import those before it."""
PACKAGES = {"hardware": HARDWARE, "grader": GRADER, "station": STATION}
ROOMS = [
    (package, room, rooms[:index])
    for package, rooms in PACKAGES.items()
    for index, room in enumerate(rooms)
]


def _imported(file: Path) -> Iterator[str]:
    """All modules and names that a file imports, also late imports and those for type checkers. A
    relative import gives a name that no room has."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            yield from (f"{home}.{alias.name}" for alias in node.names)


def _room(name: str, rooms: tuple[str, ...]) -> str:
    """The room of a module or name within its package; without a room, the name itself."""
    inside = name.partition(".")[2]
    return next((room for room in rooms if f"{inside}.".startswith(f"{room}.")), name)


def _files(package: str) -> list[Path]:
    """The modules of a package, but not its front page, which exports from all rooms."""
    files = sorted((ROOT / package).rglob("*.py"))
    return [file for file in files if file != ROOT / package / "__init__.py"]


def _module(file: Path) -> str:
    """The dotted name of a module."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _of_boards(file: Path) -> set[str]:
    """Names that mean another module on a board, where this file is used."""
    return {"warsha"} if file.parent.name in ("given", "modules") else set()


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_go_one_way(folder: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted({name.split(".")[0] for name in _imported(file)})
        if name in OURS - {folder} - MAY_IMPORT[folder] - _of_boards(file)
    ]
    assert not wrong


def test_a_lab_imports_from_the_front_page_and_from_measure_only() -> None:
    files = [*(ROOT / "labs").glob("*/checks.py"), *(ROOT / "labs").glob("*/scenario.py")]
    wrong = [
        f"{file.relative_to(ROOT)} imports {node.module}"
        for file in sorted(files)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        and str(node.module).split(".")[0] in OURS
        and not re.fullmatch(r"grader(\.measure(\.\w+)?)?", str(node.module))
    ]
    assert files and not wrong


@pytest.mark.parametrize(("package", "room", "lower"), ROOMS, ids=lambda value: str(value)[:30])
def test_a_room_imports_lower_rooms_only(package: str, room: str, lower: tuple[str, ...]) -> None:
    rooms = PACKAGES[package]
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in _files(package)
        if _room(_module(file), rooms) == room
        for name in _imported(file)
        if name.startswith((f"{package}.", ".")) and _room(name, rooms) not in (room, *lower)
    ]
    assert not wrong


@pytest.mark.parametrize(("package", "rooms"), PACKAGES.items())
def test_every_module_is_in_a_room(package: str, rooms: tuple[str, ...]) -> None:
    found = {_room(_module(file), rooms) for file in _files(package)}
    assert found - {"hardware.bench", "hardware.bench.network"} == set(rooms)


@pytest.mark.parametrize("package", [hardware, grader])
def test_the_front_page_of_a_package_exports_its_all(package: object) -> None:
    names: list[str] = getattr(package, "__all__", [])
    assert names and all(getattr(package, name) is not None for name in names)


def test_the_packages_are_ours() -> None:
    """PyPI also has packages of these names."""
    for package in (hardware, grader, station):
        assert package.__file__ is not None
        assert Path(package.__file__).is_relative_to(ROOT)


def test_files_in_the_working_folder_shadow_no_module(tmp_path: Path) -> None:
    """The working folder of an instructor may contain submissions."""
    for name in ("hardware", "grader", "json", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    command = [str(Path(sys.executable).with_name("warsha")), "lab", "check", "first_contact"]
    command += ["--mutant=reference", "--pairs=1"]  # workers, boards and host code
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=HANGS_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
