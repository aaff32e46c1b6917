"""MicroPython's own tests, run by its own run-tests.py against virtual boards on a pty.

    python tools/micropython_tests.py                              both boards, every folder
    python tools/micropython_tests.py --family rp2 basics/int*.py  some tests on one board
    python tools/micropython_tests.py --report docs/measured/micropython-tests.md

Exits 1 when one fails.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hardware import boards
from hardware.bench.flash import Flash
from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import micropython_dir

FAMILIES = {"esp32": "ESP32", "rp2": "Pico"}
BOARDS = {"esp32": "esp32_devkit_c_v4", "rp2": "pi_pico"}
UNITTEST = Path(__file__).parent / "board_files/unittest.py"
FOLDERS = ("basics", "micropython", "extmod", "float", "misc", "stress", "thread")
RUN_S = 1800.0
LINE = re.compile(r"^(pass|FAIL|skip) +(\S+)", re.MULTILINE)

REFUSED = (
    *("viper_", "struct_micropython", "array_micropython"),
    *("uctypes_addressof", "uctypes_byte", "memoryview_slice_size"),
)
"""Begin the tests of what our port refuses and run-tests.py does not skip."""

WHY_SKIPPED = {
    "viper_": "viper code: left out, as it could write any memory of the board's process",
    "struct_micropython": "the type codes `O` and `S`: left out for the same reason",
    "array_micropython": "the type codes `O` and `S`: left out for the same reason",
    "import_mpy": "loading `.mpy` files: left out for the same reason",
    "uctypes_addressof": "memory at any address: left out for the same reason",
    "memoryview_slice_size": "memory at any address: left out for the same reason",
    "uctypes_byte": "memory by address is a memoryview here, and no bytearray",
    "btree": "not simulated, though the ESP32 has it",
    "": "as on the chip itself, whose firmware lacks the feature too",
}
"""By how the test's name begins."""


@dataclass(frozen=True)
class Outcome:
    """The result of each test in run-tests.py by its name, or that it was not run."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    text: str

    @property
    def share(self) -> float:
        """The share of passed tests among those that were not skipped."""
        return len(self.passed) / max(1, len(self.passed) + len(self.failed))


def all_tests(folders: Sequence[str] = FOLDERS) -> list[str]:
    """The names of the tests in these folders, as run-tests.py sorts them."""
    root = micropython_dir() / "tests"
    return [
        f"{folder}/{path.name}"
        for folder in folders
        for path in sorted((root / folder).glob("*.py"))
    ]


@contextmanager
def served(family: str) -> Iterator[str]:
    """The path of a pty with a fresh board, whose sleeps jump; `unittest` is on it."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "flash.bin"
        with Flash(boards.load(BOARDS[family]), image) as flash:
            flash.put({"lib/unittest.py": UNITTEST.read_bytes()})
        with LiveBench(family, mode="virtual", flash=image) as bench:
            yield bench.serve_pty()


def run(family: str, tests: Sequence[str]) -> Outcome:
    """Run these tests on a new board; a failed comparison with CPython is repeated on another.

    For a test without an expected output, run-tests.py runs CPython, and its output for a test of
    time depends on the load of the machine.

    Raises:
        RuntimeError: run-tests.py ended before the last test.
    """
    out = _run(family, tests)
    root = micropython_dir() / "tests"
    doubted = [name for name in out.failed if not (root / f"{name}.exp").exists()]
    if not doubted:
        return out
    again = _run(family, doubted)
    failed = tuple(name for name in out.failed if name not in again.passed)
    return Outcome(out.passed + again.passed, failed, out.skipped, out.text + again.text)


def _run(family: str, tests: Sequence[str]) -> Outcome:
    root = micropython_dir() / "tests"
    asked = [test for test in tests if not Path(test).name.startswith(REFUSED)]
    # Set by our Makefile; MicroPython's own tools rely on the script's folder being on the path.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    with served(family) as pty, tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "run-tests.py", "-t", pty, "-r", results, *asked]
        done = subprocess.run(
            command, cwd=root, env=env, capture_output=True, text=True, timeout=RUN_S, check=False
        )
    found: dict[str, list[str]] = {"pass": [], "FAIL": [], "skip": []}
    for verdict, name in LINE.findall(done.stdout):
        found[verdict].append(name)
    if sum(map(len, found.values())) != len(asked):
        raise RuntimeError(
            f"run-tests.py stopped early:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    skipped = (*found["skip"], *(test for test in tests if test not in asked))
    return Outcome(tuple(found["pass"]), tuple(found["FAIL"]), skipped, done.stdout)


def report(outcomes: dict[str, Outcome]) -> str:
    """The page docs/measured/micropython-tests.md."""
    lines = [
        "# MicroPython's own tests on the virtual boards",
        "",
        "Made by `python tools/micropython_tests.py --report docs/measured/micropython-tests.md`:",
        "MicroPython's `tests/run-tests.py -t <pty>` on the folders "
        + ", ".join(f"`{name}`" for name in FOLDERS)
        + ".",
        "",
        "| board | passed | failed | skipped | passed of those run |",
        "|---|---|---|---|---|",
    ]
    for family, out in outcomes.items():
        counts = f"{len(out.passed)} | {len(out.failed)} | {len(out.skipped)}"
        lines.append(f"| {FAMILIES[family]} | {counts} | {out.share:.1%} |")
    for family, out in outcomes.items():
        lines += [
            "",
            f"## {FAMILIES[family]}",
            "",
        ]
        if out.failed:
            lines.append(f"- failed: {listed(out.failed)}")
        left = set(out.skipped)
        for prefix, why in WHY_SKIPPED.items():
            names = sorted(name for name in left if name.split("/")[1].startswith(prefix))
            left -= set(names)
            lines += [f"- skipped, {why}: {listed(names)}"] if names else []
    return "\n".join(lines) + "\n"


def listed(names: Sequence[str]) -> str:
    """Names of tests in a sentence."""
    return ", ".join(f"`{name.removesuffix('.py')}`" for name in names)


def main() -> int:
    """Run the tests of the command line and print what failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--report", type=Path)
    parser.add_argument("tests", nargs="*")
    args = parser.parse_args()
    outcomes = {}
    for family in args.family or FAMILIES:
        outcomes[family] = out = run(family, args.tests or all_tests())
        counts = f"{len(out.passed)} passed, {len(out.failed)} failed, {len(out.skipped)} skipped"
        print(f"{family}: {counts}")
        print("".join(f"  FAIL {name}\n" for name in out.failed), end="")
    if args.report:
        args.report.write_text(report(outcomes))
    return 1 if any(out.failed for out in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
