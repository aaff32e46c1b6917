"""Compares traces of random programs: they depend neither on when a board asks nor on shortcuts.

    python tools/fuzz_traces.py --count 300        two processes, prints what differs
    python tools/fuzz_traces.py --only 4711        one of them again, with its programs

Each seed gives programs for one board or two (random_programs.py). They run with several random
horizons, with all shortcuts of the bench and with none. Every trace of a board must be the same.
"""

import multiprocessing
import sys
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from random import Random
from typing import NamedTuple
from unittest.mock import patch

from hardware.bench.bench import Bench
from hardware.bench.board import promises
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import ALL, NONE, WITHOUT_ONE, Shortcuts
from hardware.bench.flash import Flash
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from hardware.seed import Seed
from tests.support.rig import MS, printed_lines
from tools.fuzz_bench import Outcome, arguments, grouped
from tools.random_programs import Case, case


class Way(NamedTuple):
    """A way to run a case: the promises to a board, and what the bench leaves out."""

    share: int
    """By what the mean time of the promises is divided."""
    number: int
    """The seed of their lengths."""
    shortcuts: Shortcuts


LIMITS = (frames.END_CPU, frames.END_WALL)
WAYS = (Way(1, 0, ALL), Way(1, 0, NONE), Way(400, 1, ALL), Way(40, 2, ALL), Way(4000, 3, NONE))


def ways(number: int) -> list[Way]:
    """The ways for a seed: these, and one without one of the shortcuts."""
    return [*WAYS, Way(1, 4, WITHOUT_ONE[number % len(WITHOUT_ONE)])]


class Limited(Exception):
    """This machine's limits ended a board: when, depends on the machine."""


def run(made: Case, way: Way) -> dict[str, Trace]:
    """The traces of a case, by board. Raises: Limited."""
    rng = Seed.rng

    def chosen(seed: Seed, name: str) -> Random:
        return Random(way.number) if name == "promises" else rng(seed, name)

    with ExitStack() as stack:
        for place, name, value in (
            (Seed, "rng", chosen),
            (promises, "PROMISE_NS", promises.PROMISE_NS // way.share),
            (promises, "PROMISED_SHARE", promises.PROMISED_SHARE / way.share),
            (Circuit, "SHORTCUTS", way.shortcuts),
        ):
            stack.enter_context(patch.object(place, name, value))
        circuit, flash = made.circuit(), {}
        for board, program in made.programs.items():
            flash[board] = stack.enter_context(Flash(circuit.sides[board].board))
            flash[board].put({"main.py": program.encode()})
        bench = stack.enter_context(Bench(circuit, seed=1, flash=flash))
        for hand in made.hands:
            bench.control(hand.part, hand.control, hand.value, round(hand.t_ms * MS))
        for t_ms, data in made.typed:
            bench.send(data, round(t_ms * MS))
        bench.run(round(made.run_ms * MS))
        if any(end.cause in LIMITS for board in bench.boards.values() for end in board.ends):
            raise Limited
        return dict(bench.traces)


def one(number: int) -> Outcome:
    """The result of a seed: `same`, `short` where a program did not reach its end, `limited`, or
    `failed`."""
    try:
        made = case(number)
        first, *others = ways(number)
        traces = run(made, first)
        for way in others:
            for board, trace in run(made, way).items():
                _compare(board, traces[board], trace, way)
        return Outcome(number, "same" if all(map(_ended, traces.values())) else "short")
    except Limited:
        return Outcome(number, "limited")
    except Exception:
        return Outcome(number, "failed", traceback.format_exc())


def _compare(board: str, first: Trace, other: Trace, way: Way) -> None:
    left_out = [name for name, used in way.shortcuts._asdict().items() if not used]
    assert other.sha256() == first.sha256(), (
        f"board {board} differs with promises of 1/{way.share} of the time "
        f"without {', '.join(left_out) or 'nothing'}: {_where(first, other)}"
    )


def _ended(trace: Trace) -> bool:
    return any(line.startswith("end ") for line in printed_lines(trace))


def _where(a: Trace, b: Trace) -> str:
    lines = zip(printed_lines(a), printed_lines(b), strict=False)
    for at, (left, right) in enumerate(lines):
        if left != right:
            return f"line {at}: {left!r}, {right!r}"
    return "the printed lines are the same"


def main() -> int:
    """Print the counts; 1 when one differs."""
    given = arguments(__doc__, count=100)
    if given.only is not None:
        for board, program in case(given.only).programs.items():
            print(f"# {board}", program, sep="\n")
        outcome = one(given.only)
        print(*outcome, sep="\n")
        return int(outcome.kind == "failed")
    began = time.monotonic()
    numbers = range(given.first, given.first + given.count)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        outcomes = list(pool.imap_unordered(one, numbers))
    failed = [outcome for outcome in outcomes if outcome.kind == "failed"]
    for group, seeds in grouped(failed).items():
        print(f"--- {', '.join(map(str, seeds))}\n{group}")
    took = time.monotonic() - began
    print(f"{given.count} tried in {took:.0f} s: {dict(Counter(o.kind for o in outcomes))}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
