"""The board's clock against the computer's, over the line, with the uncertainty of the line.

The board prints `ticks_us()` each time it is asked. The answer was read between question and
answer, so the middle of both is taken; the slope of a straight line through the samples is the
rate. Only the faster half of the answers counts: a slow answer waited somewhere.

A computer that has too little time for a board, real or virtual, measures a wrong rate, and
another one each time. A crystal has the same rate each time. So a board fails only when several
tries agree that it is outside its limits.
"""

import statistics
import time
from collections.abc import Callable

from hardware.errors import ProtocolError
from hardware.i18n import _
from hardware.wire.board import Board
from station.certify.measurement import Measurement, ValueRange
from station.errors import StationBusy

TRIES = 8
AGREE = 3
"""So many tries in succession that agree are a wrong clock."""
MOST_PPM = 10_000.0
"""A try that is less certain than this tells nothing about a crystal."""
SAMPLES = 40
PERIOD_US = 1 << 30
"""`ticks_us()` begins again at 0 after this (MICROPY_PY_TIME_TICKS_PERIOD)."""
HostClock = Callable[[], int]
"""Nanoseconds of the computer's clock."""


def measure(
    board: Board, seconds: float, limits: ValueRange, host_ns: HostClock = time.monotonic_ns
) -> Measurement:
    """How much faster the board's clock is: within its limits at one try, or outside them at some
    that agree.

    Raises: StationBusy when no tries agree, or none is certain; else as `compare`.
    """
    outside: list[Measurement] = []
    for _number in range(TRIES):
        ppm, uncertainty = compare(board, seconds, host_ns)
        measured = Measurement("clock", ppm, limits, uncertainty)
        if uncertainty > MOST_PPM:
            continue
        if measured.passed:
            return measured
        outside = [*outside, measured][-AGREE:]
        if len(outside) == AGREE and _agree(outside):
            return min(outside, key=lambda one: one.uncertainty)
    cause = _("the station was too busy to compare the clock of the board with its own")
    cure = _("Close other programs, or test fewer boards at once, and test this board again.")
    raise StationBusy(cause, cure)


def _agree(tries: list[Measurement]) -> bool:
    """Whether one rate is possible in all tries."""
    lowest = max(one.value - one.uncertainty for one in tries)
    return lowest <= min(one.value + one.uncertainty for one in tries)


def compare(
    board: Board, seconds: float, host_ns: HostClock = time.monotonic_ns
) -> tuple[float, float]:
    """How much faster the board's clock is, and the uncertainty; both in ppm. The function `clock`
    of `self_test_board.py` is on the board.

    Raises: ProtocolError when the answer is no number; and what `Board.serial` raises.
    """
    board.exec_detached("clock()")
    samples: list[tuple[int, float, int]] = []
    """Duration of a question (ns), its middle on the computer (us), the board's time (us)."""
    for number in range(SAMPLES):
        if number:
            time.sleep(seconds / SAMPLES)
        asked_ns = host_ns()
        board.serial.write("?")
        ticks = _ticks(board.serial.readline(2.0))
        answered_ns = host_ns()
        if samples:
            ticks = samples[-1][2] + (ticks - samples[-1][2]) % PERIOD_US
        samples.append((answered_ns - asked_ns, (asked_ns + answered_ns) / 2e3, ticks))
    board.serial.write(".")
    return _slope([sample[1:] for sample in sorted(samples)[: SAMPLES // 2]])


def _ticks(line: str) -> int:
    if line.isdecimal():
        return int(line)
    cause = _("the board answered {answer!r} in place of its time")
    raise ProtocolError(cause.format(answer=line), _("Reset the board, and start again."))


def _slope(points: list[tuple[float, int]]) -> tuple[float, float]:
    """The slope of a line through (host us, board us), as ppm above 1, and its uncertainty."""
    host = [point[0] - points[0][0] for point in points]
    board = [float(point[1] - points[0][1]) for point in points]
    slope, start = statistics.linear_regression(host, board)
    missed_us = max(abs(b - slope * h - start) for h, b in zip(host, board, strict=True))
    # Delays of a line come in bursts, so they are not averaged out: the ends may both be wrong.
    return (slope - 1) * 1e6, 2 * missed_us / (max(host) - min(host)) * 1e6
