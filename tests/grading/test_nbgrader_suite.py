"""nbgrader's own tests, with our step, our sanitising and our writer in the place of its own.

They run in a process of their own: `tests.support.nbgrader_plugin` changes nbgrader for every
user of that process.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = "tests.support.nbgrader_plugin"
PREPROCESSORS = (
    "checkcellmetadata", "deduplicateids", "getgrades", "ignorepattern", "limitoutput",
    "overwritecells", "overwritekernelspec", "saveautogrades", "savecells",
)  # fmt: skip
"""Those that autograding consists of."""


def run(place: Path, *modules: str) -> dict[str, int]:
    """What pytest counts."""
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider",
         "--pyargs", *(f"nbgrader.tests.{module}" for module in modules)],
        cwd=place,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    counts = re.findall(r"(\d+) (passed|failed|error|skipped)", done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-3000:]
    return {what: int(count) for count, what in counts}


@pytest.mark.parametrize(
    ("modules", "passed"),
    [
        ([f"preprocessors.test_{name}" for name in PREPROCESSORS], 64),
        (["apps.test_nbgrader_autograde"], 40),
    ],
    ids=["preprocessors", "autograde"],
)
def test_nbgraders_own_tests_pass(tmp_path: Path, modules: list[str], passed: int) -> None:
    """As many as with nbgrader's own parts, of 0.9.6; it skips what needs Windows or a set-up."""
    counts = run(tmp_path, *modules)
    assert counts["passed"] >= passed
    assert counts.keys() <= {"passed", "skipped"}
