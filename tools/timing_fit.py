"""Fits the cost table to measured small programs.

The time of a program is the sum over all costs of count times cost. A run of the tunable port with
one cost of 1 µs and no other gives the count. The costs follow from non-negative least squares on
relative errors, with less weight for outliers and a slight pull to the previous costs, which
decides between costs that always occur together.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.timing_programs import Program
from tools.timing_targets import PortBoard

Floats = npt.NDArray[np.float64]

UNIT_NS = 1000
PULL = 0.01
ROUNDS, SWEEPS = 8, 400
OUTLIER = 0.1
"""Above this relative error a program has less weight."""
SMALL_US = 20.0
"""The error of a shorter program is relative to this time."""
LEAST_US = {
    "PIN_WRITE": 0.5,
    "PIN_READ": 0.1,
    "SLEEP_US": 0.1,
    "ADC_READ": 0.1,
    "QSTR_BISECT": 0.5,
}
"""A loop in C around these must take time; hardware/boards names the least of a pin write. A step
of a bisection calls strncmp(); it is seen alone only where the search finds the string."""


class Equations(NamedTuple):
    """A row for each program: how often each cost is charged, and the µs to explain."""

    programs: list[str]
    names: list[str]
    counts: Floats
    us: Floats


def count(programs: Sequence[Program], names: Sequence[str]) -> dict[str, list[int | None]]:
    """The time of each program on the tunable port with one cost of 1 µs; "" is without costs."""
    found = {}
    for name in ["", *names]:
        with PortBoard("rp2", {name: UNIT_NS} if name else {}) as port:
            found[name] = [port.measure(program) for program in programs]
    return found


def equations(
    programs: Sequence[Program],
    measured: Mapping[str, int | None],
    counted: Mapping[str, Sequence[int | None]],
) -> Equations:
    """Combine measured and counted times, minus the empty loop of a program that has one."""
    names = [name for name in counted if name]
    row = {program.name: at for at, program in enumerate(programs)}
    taken = [
        program
        for program in programs
        if measured.get(program.name) is not None and counted[""][row[program.name]] is not None
    ]

    def charged(program: str) -> tuple[Floats, float]:
        at = row[program]
        base = counted[""][at] or 0
        charges = np.array([(counted[name][at] or base) - base for name in names], float)
        return charges, float((measured[program] or 0) - base)

    counts, us = [], []
    for program in taken:
        charges, time_us = charged(program.name)
        if program.empty:
            of_empty, empty_us = charged(program.empty)
            charges, time_us = charges - of_empty, time_us - empty_us
        counts.append(charges)
        us.append(time_us)
    return Equations([p.name for p in taken], names, np.array(counts), np.array(us))


def least_squares(a: Floats, b: Floats, before: Floats, least: Floats) -> Floats:
    """Coordinate descent on |ax - b|² with a pull to `before` and x not below `least`."""
    pull = PULL / np.maximum(before, 0.02) ** 2
    squares = a.T @ a + np.diag(pull)
    target = a.T @ b + pull * before
    x = before.copy()
    for _ in range(SWEEPS):
        for k in range(len(x)):
            x[k] = max(least[k], x[k] + (target[k] - squares[k] @ x) / squares[k, k])
    return x


def fit(system: Equations, before: Mapping[str, float]) -> dict[str, float]:
    """The costs (µs of the emulated chip) that explain the programs best."""
    start = np.array([before[name] for name in system.names])
    least = np.array([LEAST_US.get(name, 0.0) for name in system.names])
    relative = 1 / np.maximum(system.us, SMALL_US)
    weight, x = np.ones(len(system.us)), start
    for _ in range(ROUNDS):
        w = relative * weight
        x = least_squares(system.counts * w[:, None], system.us * w, start, least)
        weight = 1 / np.sqrt(1 + (off(system, x) / OUTLIER) ** 2)
    return dict(zip(system.names, x.tolist(), strict=True))


def off(system: Equations, x: Floats) -> Floats:
    """The logarithm of explained over measured, program by program."""
    logs: Floats = np.log(np.maximum(system.counts @ x, 1) / np.maximum(system.us, 1))
    return logs
