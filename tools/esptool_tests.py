"""esptool's own tests, run from a checkout of its repository against virtual chips.

    git clone https://github.com/espressif/esptool
    python tools/esptool_tests.py esptool   # some minutes; makes docs/measured/esptool-tests.md

The checkout is installed unmodified into a new environment, so that the tests and the program are
of one version. Its quick tests run on four chips over a pseudo-terminal and on one over RFC 2217;
all others over a pseudo-terminal. Exits 1 when a test fails whose reason is not known below.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from hardware.bench.chip import chip_type
from tests.support.bare_chip import BareChip
from tests.support.project import DOCS

PAGE = DOCS / "measured" / "esptool-tests.md"
TESTS = "test_esptool.py"
RUN_S = 3600.0
QUICK, OTHERS = "quick_test", "not quick_test"
SETS = {QUICK: "quick tests", OTHERS: "all others"}

HEAD = """\
# esptool's own tests on the virtual chips

Made by `python tools/esptool_tests.py CHECKOUT`. esptool's repository has tests that want a chip
at a serial port: `test/test_esptool.py`. Here the chip is a virtual one with 4 MB flash. esptool
{version} and its tests are unmodified and from one checkout. The marker `quick_test` is esptool's
own. Skipped are tests that esptool itself leaves out for this chip or line.

| chip | line | tests | passed | failed | skipped |
|---|---|---|---:|---:|---:|
"""
FAILURES = """
## Each failure

| test | on | reason |
|---|---|---|
"""

NO_WIRES = (
    "The test gives a reset sequence that cannot work, and wants an error. A pseudo-terminal has "
    "no reset wires: there the chip answers the first packet of a flashing tool. Over RFC 2217 "
    "the test passes."
)
REASONS = {
    "TestLoadRAM": (
        "The test loads machine code into the chip's RAM and reads what it prints. A virtual chip "
        "answers the commands, and runs no machine code."
    ),
    "test_blank_efuse_encrypt_write_continue1": (
        "Flash encryption is not simulated: what is written with `--encrypt` is stored as it is."
    ),
    "test_stub_reuse_without_synchronization": (
        "On a pseudo-terminal the chip starts again when the tool closes the line, so the flasher "
        "stub is gone. Over RFC 2217 it stays."
    ),
    "test_custom_reset_sequence": NO_WIRES,
    "test_open_port_attempts": NO_WIRES,
    "TestESPObjectOperations": (
        "When a pseudo-terminal is closed and opened again at once, the chip sees one client: the "
        "stub of the test before still runs now and then, and esptool says that in other words."
    ),
    "TestVirtualPort": (
        "The test puts esptool's own RFC 2217 server in front of the port. The server sets modem "
        "lines, and a pseudo-terminal refuses that (`Inappropriate ioctl for device`)."
    ),
}
"""Why a test fails, by its name or its class."""


class Case(NamedTuple):
    """One test on one chip, and how it ended: `passed`, `failed` or `skipped`."""

    name: str
    end: str

    @property
    def reason(self) -> str | None:
        """Why it fails, where that is known."""
        group, test = self.name.rsplit(".", 1)
        return REASONS.get(re.sub(r"\[.*", "", test)) or REASONS.get(group)


class Run(NamedTuple):
    """One set of tests on one chip over one line."""

    chip: str
    line: str
    tests: str
    cases: list[Case]

    def __str__(self) -> str:
        ends = Counter(case.end for case in self.cases)
        counts = (ends["passed"], ends["failed"], ends["skipped"])
        return (
            f"| {self.chip} | {self.line} | {SETS[self.tests]} | {' | '.join(map(str, counts))} |"
        )


def cases_of(report: Path) -> Iterator[Case]:
    """The cases in a JUnit report of pytest."""
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag for child in case}
        end = (
            "failed"
            if tags & {"failure", "error"}
            else "skipped"
            if "skipped" in tags
            else "passed"
        )
        group = case.get("classname", "").rpartition(".")[2]
        yield Case(f"{group}.{case.get('name')}", end)


class Checkout:
    """esptool in an environment of its own, and a copy of its tests, which write files."""

    def __init__(self, source: Path, folder: Path) -> None:
        self._folder = folder
        copy = shutil.copytree(source, folder / "esptool", ignore=shutil.ignore_patterns(".git"))
        self._tests = copy / "test"
        self._bin = folder / "env" / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        # espefuse of esptool 5.3 cannot import bitstring 5.
        words = (
            "install",
            "--quiet",
            "--disable-pip-version-check",
            copy,
            "bitstring<5",
            "pytest",
        )
        subprocess.run([self._bin / "python", "-m", "pip", *words], check=True)
        asked = subprocess.run(
            [self._bin / "esptool", "version"], check=True, capture_output=True, text=True
        )
        self.version = asked.stdout.split()[-1]

    def run(self, name: str, line: str, tests: str) -> Run:
        """Run a set of tests on a chip over `pty` or `rfc2217`.

        Raises: RuntimeError when pytest itself fails; TimeoutExpired after an hour.
        """
        report = self._folder / "report.xml"
        with BareChip(name) as chip:
            port = chip.pty if line == "pty" else chip.rfc2217
            words = ["-m", "pytest", "-q", "-m", tests, "--chip", name, "--port", port]
            words += [
                "--junitxml",
                str(report),
                "-p",
                "no:cacheprovider",
                "-W",
                "ignore",
                "--color=no",
                TESTS,
            ]
            done = subprocess.run(
                [self._bin / "python", *words],
                cwd=self._tests,
                env=os.environ | {"PATH": f"{self._bin}:{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=RUN_S,
                check=False,
            )
        if done.returncode not in (0, 1):  # 1: some tests failed
            raise RuntimeError(f"pytest could not run them:\n{done.stdout[-2000:]}")
        return Run(chip_type.load(name).title, line, tests, [*cases_of(report)])


def page(version: str, runs: list[Run]) -> str:
    """The page in English."""
    failed: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        for case in run.cases:
            if case.end == "failed":
                key = (case.name, case.reason or "not known")
                failed.setdefault(key, []).append(f"{run.chip}, {run.line}")
    rows = (f"| `{name}` | {'; '.join(on)} | {why} |\n" for (name, why), on in failed.items())
    counts = "".join(f"{run}\n" for run in runs)
    return HEAD.format(version=version) + counts + FAILURES + "".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, help="folder of esptool's repository")
    source = parser.parse_args().checkout
    if not (source / "test" / TESTS).is_file():
        parser.error(f"{source}: no test/{TESTS} there; give a checkout of esptool's repository")
    with tempfile.TemporaryDirectory(prefix="warsha-esptool-") as folder:
        checkout = Checkout(source.resolve(), Path(folder))
        runs = []
        plan = [(name, "pty", tests) for tests in SETS for name in chip_type.names()]
        for name, line, tests in [("esp32", "rfc2217", QUICK), *plan]:
            runs.append(checkout.run(name, line, tests))
            print(runs[-1], flush=True)
    PAGE.write_text(page(checkout.version, runs), encoding="utf-8")
    unknown = {c.name for run in runs for c in run.cases if c.end == "failed" and not c.reason}
    for name in sorted(unknown):
        print(f"{name} fails, and its reason is not known")
    return bool(unknown)


if __name__ == "__main__":
    sys.exit(main())
