"""Imports go one way, hardware <- grader <- labs; firmware knows nothing of ours. Within grader
they go one way, too."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import grader
import hardware
from tests.support.project import ROOT

OURS = {"hardware", "grader", "labs", "warsha"}
MAY_IMPORT = {
    "hardware": set(),
    "grader": {"hardware"},
    "labs": {"grader", "hardware"},
    "firmware": set(),
}
ROOMS = (
    # what everybody may need
    *("errors", "units", "schemas", "version", "terminal", "pagetext", "disk"),
    *("cells", "seeds", "roster", "course"),
    # what a check is written with, and what a lab is
    *("host", "levels", "episode", "run", "limits", "check", "labfile", "lab"),
    *("states", "tones", "measure", "textlimits"),
    # from a program to points, and what these were made of
    *("scoring", "archive"),
    # a class, and what people read of its marks
    *("gradebook", "grading", "pages"),
    # what is handed out, who writes it, and the command
    *("notebook", "authoring", "demo", "verbs"),
)
"""The folders and modules of grader; each may import those before it."""


def _imported(file: Path) -> set[str]:
    """The top-level names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def _rooms_imported(file: Path) -> set[str]:
    """The rooms of grader that a file imports, wherever in it. A relative import, or one of
    `grader` itself, gives a name that no room has: it would hide which."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "grader":
            names |= {f"grader.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    parts = [name.split(".") for name in names]
    return {part[1] if part[1:] else part[0] for part in parts if part[0] in ("grader", "")}


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_go_one_way(folder: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted((_imported(file) & OURS) - {folder} - MAY_IMPORT[folder])
    ]
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_the_grader_import_lower_rooms_only(room: str) -> None:
    place = ROOT / "grader" / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in sorted(_rooms_imported(file) - {room, *ROOMS[: ROOMS.index(room)]})
    ]
    assert not wrong


def test_every_room_of_the_grader_has_its_place() -> None:
    files = {file.relative_to(ROOT / "grader").parts[0] for file in ROOT.glob("grader/**/*.py")}
    assert {name.removesuffix(".py") for name in files} == {"__init__", *ROOMS}


def test_the_packages_are_ours() -> None:
    """PyPI has a `hardware` and a `grader` too."""
    for package in (hardware, grader):
        assert package.__file__ is not None
        assert Path(package.__file__).is_relative_to(ROOT)


def test_files_beside_us_shadow_nothing(tmp_path: Path) -> None:
    """An instructor may stand in a folder of submissions."""
    for name in ("hardware", "grader", "json", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    command = [str(Path(sys.executable).with_name("warsha")), "lab", "check", "first_contact"]
    command.append("--pairs=1")
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
