"""nbgrader's own tests with our preprocessor, our sanitiser and our writer.

They run in a separate process: `tests.support.nbgrader_plugin` changes nbgrader for every
user of that process.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

PLUGIN = "tests.support.nbgrader_plugin"
# The preprocessors of autograding; those of the second group make a gradebook for each test.
QUICK = ("checkcellmetadata", "deduplicateids", "ignorepattern", "limitoutput")
SLOW = ("getgrades", "overwritecells", "overwritekernelspec", "saveautogrades", "savecells")
LONG = pytest.mark.long  # each of their tests makes a gradebook, which takes seconds
AUTOGRADE = "apps.test_nbgrader_autograde"


def run(place: Path, modules: Iterable[str], only: str) -> dict[str, int]:
    """The counts of pytest; `only` selects tests by name, as `-k` does."""
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            PLUGIN,
            "-p",
            "no:cacheprovider",
            "-k",
            only,
            "--pyargs",
            *(f"nbgrader.tests.{module}" for module in modules),
        ],
        cwd=place,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    counts = re.findall(
        r"(\d+) (passed|failed|error|skipped|deselected)", done.stdout.splitlines()[-1]
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return {what: int(count) for count, what in counts}


@pytest.mark.parametrize(
    ("modules", "only", "passed"),
    [
        pytest.param([f"preprocessors.test_{name}" for name in QUICK], "", 18, id="quick"),
        pytest.param(
            [f"preprocessors.test_{name}" for name in SLOW], "", 46, id="slow", marks=LONG
        ),
        pytest.param([AUTOGRADE], "missing_student or grade_timestamp", 2, id="some of autograde"),
        pytest.param([AUTOGRADE], "", 40, id="autograde", marks=LONG),
    ],
)
def test_nbgraders_own_tests_pass(
    tmp_path: Path, modules: list[str], only: str, passed: int
) -> None:
    """As many as with the parts of nbgrader 0.9.6, which skips tests for Windows or a set-up."""
    counts = run(tmp_path, modules, only)
    assert counts["passed"] >= passed
    assert counts.keys() <= {"passed", "skipped", "deselected"}
