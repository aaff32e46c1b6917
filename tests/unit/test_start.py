"""What the command line and a notebook import before they do anything."""

import subprocess
import sys

from tests.support.project import ROOT

HEAVY = {"jsonschema", "nbformat", "nbgrader", "numpy", "serial", "sqlalchemy", "tornado"}


def modules_after(program: str) -> set[str]:
    """What a new Python has imported after this program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_modules() -> None:
    assert HEAVY & modules_after("import warsha; warsha.app") == set()


def test_the_lint_imports_only_what_it_needs() -> None:
    program = (
        "import sys, warsha; sys.argv = ['warsha', 'lint', 'labs/buttons/diagram.json']\n"
        "try: warsha.main()\nexcept SystemExit: pass\nprint()"
    )
    found = modules_after(program)
    assert "hardware.bench.lint.lint" in found
    assert {"rich", "babel", "pydantic", "grader.cli", "station.cli", *HEAVY} & found == set()


def test_a_notebook_starts_without_the_command_line() -> None:
    assert {"typer", "rich", *HEAVY} & modules_after("import warsha") == set()
