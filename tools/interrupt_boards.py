"""Ctrl-C at every moment of hard programs: each time the board must answer `1+1` within a second.

    python tools/interrupt_boards.py             both boards, 1,000 interrupts per program
    python tools/interrupt_boards.py --family rp2 --count 50 --seed 7 prints recursion

Each program runs again and again on one board, one process; the moment of the interrupt is uniform
over its run (seeded). Exits 1 when one answer was missing, late or wrong.
"""

import argparse
import random
import sys
import threading
import time
from dataclasses import dataclass, field

from hardware.connect import open_board
from hardware.errors import BoardTimeout, HardwareError
from hardware.wire.board import Board

FAMILIES = ("esp32", "rp2")
ANSWER_S = 1.0
ENDLESS_S = 0.05
"""For a program without an end: its run is its first 50 ms of wall time."""

PROGRAMS = {
    "pass": "while True: pass",
    "allocates": """
def work():
    while True:
        kept = []
        for size in range(300):
            kept.append(bytearray(size))
work()
""",
    "prints": "while True: print('tick')",
    "megabyte": "for _ in range(16384): print('x' * 63)",
    "arabic": "while True: print('ورشة: مصباح ', 'أحمر' * 3)",
    "memory": """
def fill():
    kept = []
    while True:
        kept.append(bytearray(1000))
while True:
    try:
        fill()
    except MemoryError:
        pass
""",
    "recursion": """
def down(depth):
    return down(depth + 1) + 1
while True:
    try:
        down(0)
    except RuntimeError:
        pass
""",
}
NO_INTERRUPTS = "import machine\nmachine.disable_irq()\nwhile True: pass"


@dataclass
class Tally:
    """The results of one program: answer times in seconds, and errors."""

    answers_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The answer time that this share of all interrupts did not exceed (seconds)."""
        ordered = sorted(self.answers_s) or [0.0]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def wait(seconds: float) -> None:
    """Let the program run up to the moment of the interrupt."""
    threading.Event().wait(seconds)


def run_s(board: Board, code: str) -> float:
    """The duration of the program without an interrupt, by the wall clock."""
    start = time.monotonic()
    try:
        board.run(code, timeout_s=ENDLESS_S)
    except BoardTimeout:
        if code != PROGRAMS["megabyte"]:
            return ENDLESS_S
        start = time.monotonic()
        board.run(code, timeout_s=60)
    return time.monotonic() - start


def interrupt_once(board: Board, code: str, delay_s: float, tally: Tally) -> None:
    """Start the program, interrupt it after the delay, ask for 1+1."""
    board.exec_detached(code)
    wait(delay_s)
    board.interrupt()
    start = time.monotonic()
    try:
        answer = board.run("print(1+1)", timeout_s=ANSWER_S)
    except HardwareError as error:
        answer = repr(error)
    tally.answers_s.append(time.monotonic() - start)
    if answer != "2\n":
        tally.wrong.append(f"after {delay_s * 1000:.2f} ms: {answer!r}")


def interrupt_program(family: str, name: str, count: int, seed: int) -> Tally:
    """Interrupt one program `count` times on one board, which must not end."""
    tally = Tally()
    moments = random.Random(f"{seed} {family} {name}")
    code = PROGRAMS[name]
    with open_board(f"bench:{family}?mode=virtual") as board:
        board.run(f"alive = {seed}")
        length_s = run_s(board, code)
        for _ in range(count):
            interrupt_once(board, code, moments.uniform(0, length_s), tally)
        if board.eval("alive") != seed:
            tally.wrong.append("the board was restarted")
    return tally


def reset_without_interrupts(family: str, count: int) -> Tally:
    """A loop with interrupts disabled ignores Ctrl-C; a reset gives a prompt within a second."""
    tally = Tally()
    with open_board(f"bench:{family}?mode=virtual") as board:
        for _ in range(count):
            board.exec_detached(NO_INTERRUPTS)
            board.interrupt()
            if received := board.port.read(ENDLESS_S):
                tally.wrong.append(f"Ctrl-C was not ignored: {received!r}")
            start = time.monotonic()
            board.reset(timeout_s=ANSWER_S)
            if board.run("print(1+1)", timeout_s=ANSWER_S) != "2\n":
                tally.wrong.append("a wrong answer after the reset")
            tally.answers_s.append(time.monotonic() - start)
    return tally


def main() -> int:
    """Interrupt the programs of the command line and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("programs", nargs="*", default=[*PROGRAMS])
    args = parser.parse_args()
    bad = 0
    times = " ".join(f"{name:>8}" for name in ("p50 ms", "p99 ms", "max ms"))
    print(f"{'board':6} {'program':10} {'interrupts':>10} {'wrong':>6} {times}")
    for family in args.family or FAMILIES:
        tallies = {
            name: interrupt_program(family, name, args.count, args.seed) for name in args.programs
        }
        tallies["irq off"] = reset_without_interrupts(family, max(1, args.count // 50))
        for name, tally in tallies.items():
            times = " ".join(f"{1000 * tally.at(share):8.1f}" for share in (0.5, 0.99, 1.0))
            print(
                f"{family:6} {name:10} {len(tally.answers_s):10} {len(tally.wrong):6} {times}",
                flush=True,
            )
            print("".join(f"  {line}\n" for line in tally.wrong[:5]), end="")
            bad += len(tally.wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
