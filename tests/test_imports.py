"""Imports go one way, hardware <- grader <- labs; firmware knows nothing of ours."""

import ast
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
