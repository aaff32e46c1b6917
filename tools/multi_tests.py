"""MicroPython's own tests of Bluetooth, run by its own run-multitests.py against two virtual
boards of one bench, each on a pty.

    python tools/multi_tests.py                               every pair of boards, every test
    python tools/multi_tests.py --pair esp32+rp2 ble_mtu.py   one test
    python tools/multi_tests.py --report docs/measured/bluetooth-tests.md

Exits 1 when one fails.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hardware.bench.diagram import load
from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import micropython_dir

FOLDER = "multi_bluetooth"
NAMES = {"esp32": "ESP32", "esp32s3": "ESP32-S3", "esp32c3": "ESP32-C3", "rp2": "Pico W"}
BOARDS = {
    "esp32": "board-esp32-devkit-c-v4",
    "esp32s3": "board-esp32-s3-devkitc-1",
    "esp32c3": "board-esp32-c3-devkitm-1",
    "rp2": "board-pi-pico-w",
}
PAIRS = ("esp32+esp32", "rp2+rp2", "esp32+rp2", "rp2+esp32", "esp32s3+esp32c3")
"""The first board is the peripheral, which advertises; the second one is the central."""
RUN_S = 900.0
LINE = re.compile(r"^multi_bluetooth/(\S+)\.py on \S+: (pass|FAIL|skip)", re.MULTILINE)

NO_PAIRING = "pairing is not simulated"
NO_L2CAP = "as on the chips: these firmwares have no L2CAP channels"
LEFT_OUT = {"ble_gap_pair": NO_PAIRING, "ble_gap_pair_bond": NO_PAIRING}
"""Tests that ask for what our ESP32 refuses. (A Pico W has no pairing; there they skip.)"""
PICO_LEFT_OUT = {
    "ble_mtu_peripheral": "its text says that BTstack, which a Pico W has, does not support it"
}
WHY_SKIPPED = {
    "ble_l2cap": NO_L2CAP,
    "perf_l2cap": NO_L2CAP,
    "ble_gap_pair": "as on the chip: a Pico W has no pairing",
    "ble_gap_pair_bond": "as on the chip: a Pico W has no pairing",
}

Results = dict[str, str]
"""By test: pass, FAIL, skip, or why it is left out."""


def all_tests() -> list[str]:
    """The names of all tests."""
    return sorted(path.stem for path in (micropython_dir() / "tests" / FOLDER).glob("*.py"))


def left_out(pair: str) -> dict[str, str]:
    """The tests that are not run on these boards, and why not."""
    return PICO_LEFT_OUT if "rp2" in pair.split("+") else LEFT_OUT


def run(pair: str, tests: Sequence[str]) -> Results:
    """Run these tests on a new bench with two boards; those that fail on another, up to twice.

    The bench follows the wall clock, as the tests do, which wait for each other through the
    computer: on a busy machine one may be too late.

    Raises:
        RuntimeError: run-multitests.py ended before the last test.
    """
    unwanted = left_out(pair)
    results = _run(pair, [test for test in tests if test not in unwanted])
    for _again in range(2):
        if failed := [test for test, result in results.items() if result == "FAIL"]:
            results |= _run(pair, failed)
    return {test: unwanted.get(test) or results[test] for test in tests}


def _run(pair: str, asked: Sequence[str]) -> Results:
    parts = [
        {"type": BOARDS[family], "id": name}
        for family, name in zip(pair.split("+"), ("first", "second"), strict=True)
    ]
    diagram = load({"version": 1, "parts": parts, "connections": []})
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    with LiveBench(diagram) as bench:
        command = [sys.executable, "run-multitests.py"]
        for part in parts:
            command += ["-i", f"pyb:{bench.serve_pty(part['id'])}"]
        command += [f"{FOLDER}/{test}.py" for test in asked]
        done = subprocess.run(
            command,
            cwd=micropython_dir() / "tests",
            env=env,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
    found = dict(LINE.findall(done.stdout))
    if set(found) != set(asked):
        raise RuntimeError(
            f"run-multitests.py stopped early:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return found


def report(outcomes: dict[str, Results]) -> str:
    """The page docs/measured/bluetooth-tests.md."""
    titles = [" and ".join(NAMES[family] for family in pair.split("+")) for pair in outcomes]
    lines = [
        "# MicroPython's own Bluetooth tests between two virtual boards",
        "",
        "Made by `python tools/multi_tests.py --report docs/measured/bluetooth-tests.md`:",
        f"MicroPython's `run-multitests.py -i pyb:<pty> -i pyb:<pty>` on the folder `{FOLDER}`.",
        "The first board of each pair is the peripheral.",
        "",
        f"| test | {' | '.join(titles)} | why it is skipped |",
        f"|---|{'---|' * len(titles)}---|",
    ]
    for test in next(iter(outcomes.values())):
        cells, reasons = [], []
        for results in outcomes.values():
            result = results[test]
            known = result in ("pass", "FAIL", "skip")
            cells.append(result if known else "skip")
            if not known:
                reasons.append(result)
            elif result == "skip":
                reasons.append(WHY_SKIPPED.get(test, "?"))
        why = "; ".join(dict.fromkeys(reasons))
        lines.append(f"| `{test}` | {' | '.join(cells)} | {why} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the tests of the command line and print what failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pair", choices=PAIRS, action="append")
    parser.add_argument("--report", type=Path)
    parser.add_argument("tests", nargs="*")
    args = parser.parse_args()
    tests = [Path(test).stem for test in args.tests] or all_tests()
    outcomes = {}
    for pair in args.pair or PAIRS:
        outcomes[pair] = results = run(pair, tests)
        counts = [list(results.values()).count(verdict) for verdict in ("pass", "FAIL")]
        print(f"{pair}: {counts[0]} passed, {counts[1]} failed, {len(tests)} in all")
        print("".join(f"  FAIL {t}\n" for t, r in results.items() if r == "FAIL"), end="")
    if args.report:
        args.report.write_text(report(outcomes))
    return 1 if any("FAIL" in results.values() for results in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
