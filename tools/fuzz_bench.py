"""Fuzzes the bench with wrong circuits and scenarios: each gives a result or one line of error.

    python tools/fuzz_bench.py --count 10000        two processes, prints the results
    python tools/fuzz_bench.py --only 4711          one of them again, with its files

Each seed makes a circuit, a scenario and a program (fuzz_inputs.py), changes the first two, and
lints, draws and runs them. Anything but a result or a known error is a failure.
"""

import argparse
import json
import multiprocessing
import random
import signal
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from hardware.bench import diagram as diagrams
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.limits import Limits
from hardware.bench.lint.lint import lint_file
from hardware.bench.scenario import scenario as scenarios
from hardware.bench.trace.summary import summary
from hardware.errors import HardwareError
from hardware.headless import run_program
from tools import fuzz_inputs

SECONDS = 0.1
"""Virtual time of a run."""
MOST_S = 30
"""CPU seconds of this process for one seed."""
LIMITS = Limits(cpu_s=5, wall_s=10.0, records=500_000)
LEAST_RAN = 0.3


class Outcome(NamedTuple):
    """The result of one seed: `ran`, `refused`, or `failed` with a traceback."""

    number: int
    kind: str
    text: str = ""


class Case(NamedTuple):
    """The files of one seed."""

    diagram: str
    scenario: str
    program: bytes


def make(number: int) -> Case:
    """The files of a seed, the same each time."""
    chance = random.Random(number)
    raw = fuzz_inputs.diagram(chance)
    steps, program = fuzz_inputs.scenario(chance, raw), fuzz_inputs.program(chance, raw)
    changed = json.dumps(fuzz_inputs.changed(chance, raw), ensure_ascii=chance.random() < 0.8)
    text = fuzz_inputs.garbled(chance, changed)
    if chance.random() < 0.4:
        tree = fuzz_inputs.changed(chance, yaml.safe_load(steps))
        written = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
        steps = fuzz_inputs.garbled(chance, written)
    return Case(text, steps, program)


def one(number: int) -> Outcome:
    """Try one seed."""
    try:
        with limited(), tempfile.TemporaryDirectory() as folder:
            return _through(number, make(number), Path(folder))
    except Exception:
        return Outcome(number, "failed", traceback.format_exc())


@contextmanager
def limited() -> Iterator[None]:
    """Raises TimeoutError when this process has computed for too long; a busy machine does not
    count."""
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, MOST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_long(*_args: object) -> None:
    raise TimeoutError(f"more than {MOST_S} s of the processor")


def _through(number: int, case: Case, folder: Path) -> Outcome:
    circuit, steps = folder / "diagram.json", folder / "scenario.yaml"
    circuit.write_text(case.diagram, encoding="utf-8", errors="surrogatepass")
    steps.write_text(case.scenario, encoding="utf-8", errors="surrogatepass")
    try:
        for finding in lint_file(circuit):
            _one_line(finding.en, finding.ar)
        loaded = diagrams.load(circuit)
        _draw(Circuit(loaded))
        played = scenarios.load(steps)
        outcome = run_program(
            {"main.py": case.program},
            loaded,
            scenario=played,
            seconds=SECONDS,
            seed=number,
            limits=LIMITS,
        )
        json.dumps(summary(outcome.trace))
        if outcome.failed_step:
            _one_line(str(outcome.failed_step), outcome.failed_step.cure)
        return Outcome(number, "ran")
    except HardwareError as error:
        _one_line(str(error), error.cure)
        return Outcome(number, "refused", str(error))


def _draw(circuit: Circuit) -> None:
    circuit.start(*[StillWorld() for _board in circuit.netlist.boards])
    circuit.power(True)
    ET.fromstring(draw(circuit))


def _one_line(*texts: str) -> None:
    for text in texts:
        assert "\n" not in text, f"more than one line: {text!r}"
        assert len(text) < 4000, f"{len(text)} characters: {text[:100]!r}"
        assert not set(text) & set("\x1b\x00\r\u202e"), f"steers: {text!r}"
        text.encode()


def run(count: int, first: int = 0, processes: int = 2) -> list[Outcome]:
    """Try this many seeds."""
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=500) as pool:
        return list(pool.imap_unordered(one, range(first, first + count), chunksize=10))


def arguments(about: str | None, count: int) -> argparse.Namespace:
    """The options of a fuzzer: `count` seeds from `first` on, or `only` one."""
    options = argparse.ArgumentParser(description=about.splitlines()[0] if about else "")
    options.add_argument("--count", type=int, default=count)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--only", type=int)
    return options.parse_args()


def main() -> int:
    """Print the counts; 1 when one failed or too few ran."""
    given = arguments(__doc__, count=1000)
    if given.only is not None:
        case, outcome = make(given.only), one(given.only)
        print(case.diagram, case.scenario, case.program.decode(), *outcome, sep="\n")
        return int(outcome.kind == "failed")
    began = time.monotonic()
    outcomes = run(given.count, given.first)
    kinds = Counter(outcome.kind for outcome in outcomes)
    failed = [outcome for outcome in outcomes if outcome.kind == "failed"]
    for group, (number, *_rest) in grouped(failed).items():
        print(f"--- {number}\n{group}")
    ran = kinds["ran"] / given.count
    took = time.monotonic() - began
    print(f"{given.count} tried in {took:.0f} s: {dict(kinds)}; {ran:.0%} loaded and ran")
    return int(bool(failed) or ran < LEAST_RAN)


def grouped(failed: list[Outcome]) -> dict[str, list[int]]:
    """The last lines of each kind of traceback, and its seeds."""
    found: dict[str, list[int]] = {}
    for outcome in failed:
        found.setdefault("\n".join(outcome.text.splitlines()[-6:]), []).append(outcome.number)
    return found


if __name__ == "__main__":
    sys.exit(main())
