"""Imports go one way, hardware <- grader <- labs; firmware knows nothing of ours."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import grader
import hardware

ROOT = Path(__file__).resolve().parents[1]
OURS = {"hardware", "grader", "labs", "warsha"}
MAY_IMPORT = {
    "hardware": set(),
    "grader": {"hardware"},
    "labs": {"grader", "hardware"},
    "firmware": set(),
}


def _imported(file: Path) -> set[str]:
    """The top-level names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_go_one_way(folder: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted((_imported(file) & OURS) - {folder} - MAY_IMPORT[folder])
    ]
    assert not wrong


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
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
