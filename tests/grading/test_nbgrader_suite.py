"""nbgrader's own tests, with our step, our sanitising and our writer in place of nbgrader's. They
run in a separate process, because `tests.support.nbgrader_plugin` changes nbgrader for the whole
process.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

PLUGIN = "tests.support.nbgrader_plugin"
# The preprocessors that autograding consists of; the second ones make a gradebook for each test.
QUICK = ("checkcellmetadata", "deduplicateids", "ignorepattern", "limitoutput")
SLOW = ("getgrades", "overwritecells", "overwritekernelspec", "saveautogrades", "savecells")
LONG = pytest.mark.long  # each of their tests makes a gradebook, which takes seconds
AUTOGRADE = "apps.test_nbgrader_autograde"


def run(place: Path, modules: Iterable[str], only: str) -> dict[str, int]:
    """What pytest counts; `only` chooses tests by name, as its `-k` does."""
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
    """As many as with nbgrader's own parts, of 0.9.6; it skips what needs Windows or a set-up."""
    counts = run(tmp_path, modules, only)
    assert counts["passed"] >= passed
    assert counts.keys() <= {"passed", "skipped", "deselected"}
