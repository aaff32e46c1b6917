"""Wokwi's own tests of its parts, run on the bench, and the page about them.

`python tools/wokwi_part_tests.py FOLDER` makes docs/measured/wokwi-part-tests.md. FOLDER has the
repository https://github.com/wokwi/wokwi-part-tests. Its tests have programs in C++, so each gets
one of ours in MicroPython (tests/board/wokwi_part_tests/), which prints the same; circuit and
scenario are Wokwi's, unchanged. The repository's text is not in ours.
"""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.project import DOCS, TESTS

PROGRAMS = TESTS / "board" / "wokwi_part_tests"
PAGE = DOCS / "measured" / "wokwi-part-tests.md"
SECONDS = 120
WHY = {
    "pot-esp32": (
        "'Potentiometer value: 2048' was not received",
        "it expects a converter without an error; the bench's has that of a real ESP32, which "
        "reads 1872 at the middle",
    ),
}
"""Why a test fails, by its name: a part of what the run says, and the reason."""
HEAD = """\
# Wokwi's own tests of its parts

Made by `python tools/wokwi_part_tests.py FOLDER`, where FOLDER has
[wokwi/wokwi-part-tests](https://github.com/wokwi/wokwi-part-tests) (commit {commit}). Circuit and
scenario of each test are Wokwi's, unchanged; its program in C++ is replaced by one of ours in
MicroPython that prints the same (`tests/board/wokwi_part_tests/`). Pictures are compared dot by
dot. {others} more tests of that repository are for boards that no file can make (Arduino Uno,
STM32).

**{passed} of {all} pass.**

| part | test | result |
|---|---|---|
{rows}
"""


class Ran(NamedTuple):
    """A test that was run: its part, its name, and the line about its fault ("" if none)."""

    part: str
    name: str
    fault: str

    @property
    def row(self) -> str:
        """Its row in the table."""
        said, why = WHY.get(self.name, ("", ""))
        reason = why if said and said in self.fault else self.fault
        result = f"fails: {reason}" if self.fault else "passes"
        return f"| `{self.part}` | `{self.name}` | {result} |"


def run(folder: Path, program: Path) -> Ran:
    """Runs a test. Raises: FileNotFoundError where the folder does not have it."""
    (place,) = folder.glob(f"*/{program.stem}") or [folder / program.stem]
    (scenario,) = place.glob("*.test.yaml")
    command: list[str | Path] = [sys.executable, "warsha.py", "run", program]
    command += ["--diagram", place / "diagram.json"]
    command += ["--scenario", scenario, "--seconds", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if str(scenario) in line]
    fault = (said or ["it ended without a result"])[-1] if done.returncode else ""
    return Ran(place.parent.name, program.stem, fault.replace(f"{folder}/", ""))


def _of_other_boards(folder: Path) -> list[Path]:
    """The tests with an Arduino Uno or an STM32."""
    files = folder.glob("*/*/diagram.json")
    kinds = ("wokwi-arduino-", "board-st-nucleo-")
    return [file for file in files if any(kind in file.read_text() for kind in kinds)]


def main(folder: Path) -> None:
    """Runs all tests that have a program of ours, and writes the page."""
    ran = []
    for program in sorted(PROGRAMS.glob("*.py")):
        ran.append(run(folder, program))
        print(ran[-1].row, flush=True)
    ran.sort()
    git = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    PAGE.write_text(
        HEAD.format(
            commit=commit[:12] or "not known",
            others=len(_of_other_boards(folder)),
            passed=sum(not test.fault for test in ran),
            all=len(ran),
            rows="\n".join(test.row for test in ran),
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
