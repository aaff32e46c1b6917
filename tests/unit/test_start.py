"""What the command line and a notebook import before they do anything."""

import subprocess
import sys

HEAVY = {"jsonschema", "nbformat", "nbgrader", "numpy", "serial", "sqlalchemy", "tornado"}


def modules_after(program: str) -> set[str]:
    """What a new Python has imported after this program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_modules() -> None:
    assert HEAVY & modules_after("import warsha; warsha.app") == set()


def test_a_notebook_starts_without_the_command_line() -> None:
    assert {"typer", "rich", *HEAVY} & modules_after("import warsha") == set()
