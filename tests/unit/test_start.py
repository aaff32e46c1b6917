"""What the command line and a notebook import before they do anything."""

import subprocess
import sys

HEAVY = {"jsonschema", "nbformat", "nbgrader", "numpy", "serial", "sqlalchemy", "tornado"}


def test_the_command_line_starts_without_heavy_modules() -> None:
    program = "import sys, warsha; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert HEAVY & set(done.stdout.split()) == set()
