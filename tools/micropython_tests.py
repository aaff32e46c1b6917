"""MicroPython's own tests, run by its own run-tests.py and run-multitests.py against virtual
boards on a pty.

    python tools/micropython_tests.py                              all boards, every folder
    python tools/micropython_tests.py --board rp2 extmod float     some folders on one board
    python tools/micropython_tests.py --report                     and write the page of the docs

Exits 1 when a test does not pass, and micropython_tests.toml has no reason for it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import micropython_dir
from hardware.wire.port import Deadline, Port
from tests.support.project import DOCS
from tools.micropython_reasons import Reason, reasons

PAGE = DOCS / "measured" / "micropython-tests.md"
UNITTEST = Path(__file__).parent / "board_files/unittest.py"
RUN_S = 1800.0
PROMPT_S = 60.0
LINE = re.compile(r"^(pass|FAIL|skip) +(\S+)", re.MULTILINE)
MULTI_LINE = re.compile(r"^(\S+) on \S+: (pass|FAIL|skip)$", re.MULTILINE)
BOOT = b"""\
import machine, network, time
machine.RTC().datetime((2025, 6, 1, 0, 12, 0, 0, 0))  # the certificates of the tests are valid
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect("Wokwi-GUEST", "")
    while not wlan.isconnected():
        time.sleep_ms(20)
"""
LANGUAGE = ("basics", "micropython", "misc", "float", "extmod", "unicode", "stress", "thread")
FILES = ("io", "import")
OWN_FILES = "io"
"""Its tests read what an earlier one has written."""
NETWORK = ("net_hosted", "net_inet")
ONLINE = (*NETWORK, "multi_net", "ports/esp32")
"""Folders whose boards are in a network before a test begins."""
TWO = ("multi_net", "multi_wlan", "multi_espnow")
"""Folders whose tests need two boards."""


@dataclass(frozen=True)
class Board:
    """A virtual board that the tests run on, and the folders that apply to it."""

    title: str
    part: Mapping[str, Any]
    folders: tuple[str, ...]


ESP32 = {"type": "board-esp32-devkit-c-v4"}
BOARDS = {
    "esp32": Board("ESP32", ESP32, (*LANGUAGE, *FILES, *NETWORK, *TWO)),
    "esp32_ota": Board(
        "ESP32 with two programs", ESP32 | {"attrs": {"partitions": "ota"}}, ("ports/esp32",)
    ),
    "rp2": Board("Pico", {"type": "wokwi-pi-pico"}, (*LANGUAGE, *FILES, "ports/rp2")),
    "rp2_w": Board(
        "Pico W", {"type": "board-pi-pico-w"}, ("extmod", *NETWORK, "multi_net", "multi_wlan")
    ),
    "rp2_2": Board("Pico 2", {"type": "board-pi-pico-2"}, (*LANGUAGE, "ports/rp2")),
    "esp32_c6": Board("ESP32-C6", {"type": "board-esp32-c6-devkitc-1"}, LANGUAGE),
}


@dataclass
class Outcome:
    """The verdict on each test by its name: `pass`, `FAIL` or `skip`."""

    verdicts: dict[str, str]
    text: str = ""

    def names(self, verdict: str) -> list[str]:
        """The tests with this verdict."""
        return [name for name, found in self.verdicts.items() if found == verdict]


def all_tests(folders: Sequence[str]) -> list[str]:
    """The names of the tests in these folders, as run-tests.py sorts them."""
    root = micropython_dir() / "tests"
    return [
        f"{folder}/{path.name}"
        for folder in folders
        for path in sorted((root / folder).glob("*.py"))
    ]


def files_for(folder: str) -> dict[str, bytes]:
    """What a board has in its flash for the tests of a folder, which read it by its name there."""
    root = micropython_dir() / "tests" / folder
    files = {"lib/unittest.py": UNITTEST.read_bytes()}
    if folder == "import":
        there = [path for path in root.rglob("*.py") if path.is_file()]
    else:
        there = [path for path in [*root.glob("data/*"), *root.glob("*.der")] if path.is_file()]
    files.update({str(path.relative_to(root)): path.read_bytes() for path in there})
    if folder in ONLINE:
        files["boot.py"] = BOOT
    return files


@contextmanager
def served(parts: Mapping[str, Mapping[str, Any]], folder: str, mode: Any) -> Iterator[list[str]]:
    """The ptys of fresh boards, by their ids, with the files of this folder."""
    listed = [{"id": name, **part} for name, part in parts.items()]
    diagram = load({"version": 1, "parts": listed, "connections": []})
    sides = Circuit(diagram).netlist.boards
    with ExitStack() as stack:
        image = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "flash.bin"
        for number, (name, board) in enumerate(sides.items()):
            path = image.with_stem(f"{image.stem}-{name}") if number else image
            with Flash(board, path) as flash:
                flash.put(files_for(folder))
        bench = stack.enter_context(LiveBench(diagram, mode=mode, flash=image))
        for name in sides:
            wait_for_prompt(stack.enter_context(closing(bench.connect(name))))
        yield [bench.serve_pty(name) for name in sides]


def wait_for_prompt(line: Port) -> None:
    """Let boot.py end. Raises: RuntimeError when it does not."""
    line.write(b"\r")
    end, seen = Deadline(PROMPT_S), b""
    while not seen.endswith(b">>> "):
        if end.over():
            raise RuntimeError(f"no prompt, but {seen!r}")
        seen += line.read(end.left())


def run(board: str, tests: Iterable[str]) -> Outcome:
    """Run these tests, those of each folder on a new board; each of those that write files.

    Raises:
        RuntimeError: run-tests.py ended before the last test.
    """
    together: dict[str, list[str]] = {}
    for test in tests:
        folder = test.rpartition("/")[0]
        together.setdefault(test if folder == OWN_FILES else folder, []).append(test)
    whole = Outcome({})
    for asked in together.values():
        out = _run_folder(board, asked[0].rpartition("/")[0], asked)
        whole = Outcome(whole.verdicts | out.verdicts, whole.text + out.text)
    return whole


def _run_folder(board: str, folder: str, tests: Sequence[str]) -> Outcome:
    """A failed comparison with CPython is repeated on another board: for a test without an
    expected output, run-tests.py runs CPython, and its output for a test of time depends on the
    load of the machine."""
    out = _run(board, folder, tests)
    root = micropython_dir() / "tests"
    doubted = [
        name
        for name in out.names("FAIL")
        if not (root / f"{name}.exp").exists() and reason_of(board, name, "FAIL") is None
    ]
    if not doubted:
        return out
    again = _run(board, folder, doubted)
    return Outcome(out.verdicts | again.verdicts, out.text + again.text)


def _run(board: str, folder: str, tests: Sequence[str]) -> Outcome:
    """run-tests.py on these tests of one folder; of those for two boards run-multitests.py."""
    if folder in TWO:
        return _run_two(board, folder, tests)
    part = BOARDS[board].part
    with (
        served({"board": part}, folder, "virtual") as (pty,),
        tempfile.TemporaryDirectory() as results,
    ):
        done = _script("run-tests.py", "-t", pty, "-r", results, *tests)
    verdicts = {name: verdict for verdict, name in LINE.findall(done.stdout)}
    if set(verdicts) != set(tests):
        raise RuntimeError(
            f"run-tests.py stopped early:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return Outcome(verdicts, done.stdout)


def _run_two(board: str, folder: str, tests: Sequence[str]) -> Outcome:
    """run-multitests.py with two boards in one network, in real time: the tests wait for each
    other."""
    part = BOARDS[board].part
    with served({"one": part, "other": part}, folder, "realtime") as ptys:
        instances = [word for pty in ptys for word in ("-i", f"pyb:{pty}")]
        done = _script("run-multitests.py", *instances, *tests)
    # The name and the verdict are on one line, whatever a test prints.
    verdicts = dict(MULTI_LINE.findall(done.stdout))
    if set(verdicts) != set(tests):
        raise RuntimeError(
            f"run-multitests.py stopped early:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return Outcome(verdicts, done.stdout)


def _script(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    # Set by our Makefile; MicroPython's own tools rely on the script's folder being on the path.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run(
        [sys.executable, name, *words],
        cwd=micropython_dir() / "tests",
        env=env,
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )


def reason_of(board: str, name: str, verdict: str) -> Reason | None:
    """Why this test has this verdict on this board; None when that is not known."""
    fits = (one for one in reasons() if one.fits(board, name, verdict))
    return next(fits, None)


def unexplained(board: str, outcome: Outcome) -> list[str]:
    """The tests that do not pass, without a reason."""
    return [
        f"{verdict} {name}"
        for name, verdict in outcome.verdicts.items()
        if verdict != "pass" and reason_of(board, name, verdict) is None
    ]


# -- the page


def report(outcomes: Mapping[str, Outcome]) -> str:
    """The page docs/measured/micropython-tests.md. `outcomes`: of each board, all its folders."""
    lines = [
        "# MicroPython's own tests on the virtual boards",
        "",
        "Made by `python tools/micropython_tests.py --report`: MicroPython's `tests/run-tests.py",
        "-t <pty>`, unmodified, on all folders that apply to these chips, and on those that begin",
        "with `multi` its `run-multitests.py` with two boards. `unittest`, and the files that the",
        "tests of a folder open or import, are in the flash of the board. Each cell has the tests",
        "that passed, failed, and were skipped. `cmdline`, `frozen`, `ports/unix` and others are",
        "for MicroPython on a computer; `inlineasm` is machine code; `extmod_hardware` needs",
        "wires.",
        "",
        "| folder | " + " | ".join(BOARDS[board].title for board in outcomes) + " |",
        "|---|" + "---|" * len(outcomes),
    ]
    folders = [*LANGUAGE, *FILES, "ports/esp32", "ports/rp2", *NETWORK, *TWO]
    for folder in folders:
        cells = [_counts(outcome, folder) for outcome in outcomes.values()]
        lines.append(f"| `{folder}` | " + " | ".join(cells) + " |")
    totals = [_counts(outcome, "") for outcome in outcomes.values()]
    lines.append("| all | " + " | ".join(totals) + " |")
    titles = {"FAIL": "What fails, and why", "skip": "What is skipped, and why"}
    for verdict, title in titles.items():
        lines += ["", f"## {title}", "", "| why | tests | on |", "|---|---|---|"]
        lines += _rows(outcomes, verdict)
    return "\n".join(lines) + "\n"


def _counts(outcome: Outcome, folder: str) -> str:
    counts = Counter(
        verdict
        for name, verdict in outcome.verdicts.items()
        if not folder or name.rpartition("/")[0] == folder
    )
    return (
        " / ".join(str(counts[verdict]) for verdict in ("pass", "FAIL", "skip")) if counts else ""
    )


def _rows(outcomes: Mapping[str, Outcome], verdict: str) -> Iterator[str]:
    for one in reasons():
        found: dict[str, list[str]] = {}
        for board, outcome in outcomes.items():
            for name in outcome.names(verdict):
                if reason_of(board, name, verdict) is one:
                    found.setdefault(name.removesuffix(".py"), []).append(BOARDS[board].title)
        for boards in sorted({tuple(boards) for boards in found.values()}):
            names = sorted(name for name, where in found.items() if tuple(where) == boards)
            listed = ", ".join(f"`{name}`" for name in names)
            yield f"| {one.text} | {listed} | {', '.join(boards)} |"


def main() -> int:
    """Run the tests of the command line and print what does not pass without a reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--board", choices=BOARDS, action="append")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("folder", nargs="*")
    args = parser.parse_args()
    outcomes = {}
    for board in args.board or BOARDS:
        outcomes[board] = Outcome({})
        for folder in args.folder or BOARDS[board].folders:
            out = run(board, all_tests([folder]))
            outcomes[board].verdicts.update(out.verdicts)
            counts = _counts(out, "")
            print(f"{board}, {folder}: {counts} passed / failed / skipped", flush=True)
            print("".join(f"  {line}, no reason\n" for line in unexplained(board, out)), end="")
    if args.report:
        PAGE.write_text(report(outcomes), encoding="utf-8")
    return 1 if any(unexplained(board, out) for board, out in outcomes.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
