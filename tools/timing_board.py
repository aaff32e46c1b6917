"""Scales virtual time to a connected board: three factors, for floats, for mathematical functions,
and for everything else."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hardware.wire.board import Board
from tools import timing_programs
from tools.timing_programs import Program
from tools.timing_targets import Measure, PortBoard, on_board

FAMILIES = ("esp32", "rp2")
GROUPS = (
    "loops",
    "ints",
    "names",
    "attributes",
    "calls",
    "lists",
    "dicts",
    "strings",
    "generators",
)
FLOATS, MATH = ("floats",), ("floats_math",)


class Scale(NamedTuple):
    """Time of the board over that of our port: median, and the middle four fifths."""

    median: float
    low: float
    high: float
    programs: int


def scales(board: Board) -> str:
    """Run the small programs on the board and on our port of its family. Returns advice."""
    family = str(board.eval("__import__('sys').platform"))
    if family not in FAMILIES:
        return f"there is no virtual board for {family}"
    programs = [
        p for p in timing_programs.micro() if p.name.split(":")[0] in GROUPS + FLOATS + MATH
    ]
    real = on_board(board)
    with PortBoard(family) as port:
        rows = _ratios(programs, real, port.measure)
    lines = [f"{family}: the board against our port, program by program"]
    for macro, groups in (
        ("VB_SPEED", GROUPS),
        ("VB_FLOAT_SPEED", FLOATS),
        ("VB_MATH_SPEED", MATH),
    ):
        scale = _scale([ratio for name, ratio in rows if name.split(":")[0] in groups])
        lines.append(
            f"{macro}: multiply it by {scale.median:.3f} in firmware/port/chips/{family}.h "
            f"({scale.programs} programs, four of five {scale.low:.2f} to {scale.high:.2f})"
        )
    return "\n".join(lines)


def _ratios(programs: Sequence[Program], real: Measure, ours: Measure) -> list[tuple[str, float]]:
    rows = []
    for program in programs:
        there, here = real(program), ours(program)
        if there and here:
            rows.append((program.name, there / here))
    return rows


def _scale(ratios: Sequence[float]) -> Scale:
    low, median, high = np.quantile(ratios, (0.1, 0.5, 0.9))
    return Scale(float(median), float(low), float(high), len(ratios))
