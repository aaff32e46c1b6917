"""Read tables: the levels at pads that follow from what the board writes to other pads of the same
cluster. With a table, a board scans a keypad without a request for each row.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.protocol.frames import MODE_IN
from hardware.boards import RESET_PAD

MOST_WRITES = 5
"""Pads of a table that the board writes: each doubles the number of its rows."""


class ReadTable(NamedTuple):
    """The levels of some pads, by the latches of others."""

    writes: Sequence[int]
    """The pads that the board writes. Bit n of the number of a row is the latch of the n-th."""
    reads: int
    """Mask of the pads whose levels are told."""
    rows: Sequence[int]
    """Masks: those of them that are high."""


def find_table(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, cluster: Cluster, written: int
) -> ReadTable | None:
    """The table of a cluster, if nothing but levels comes of writes to these pads (a mask), and if
    each level is certain, whatever it was before."""
    outputs = [gpio for gpio in cluster.gpios if pads[gpio].is_output]
    inputs = [gpio for gpio in cluster.gpios if pads[gpio].mode == MODE_IN]
    if not inputs or not 0 < len(outputs) <= MOST_WRITES or not _is_passive(cluster, pads):
        return None
    if any(not written >> gpio & 1 for gpio in outputs):
        return None
    rows = []
    for latches in product((False, True), repeat=len(outputs)):
        # The latch of the first pad is to be the lowest bit: it changes fastest.
        chosen = dict(zip(reversed(outputs), latches, strict=True))
        row = _row(electric, pads, threshold, cluster, chosen, inputs)
        if row is None:
            return None
        rows.append(row)
    return ReadTable(outputs, sum(1 << gpio for gpio in inputs), rows)


def _is_passive(cluster: Cluster, pads: Sequence[Pad]) -> bool:
    """Whether no part reacts to the levels of a cluster, and all its pads are plain ones of one
    board."""
    if cluster.fed or cluster.listeners:
        return False
    boards = {gpio // GPIOS for gpio in cluster.gpios}
    plain = (not (pads[g].freq_hz or g % GPIOS == RESET_PAD) for g in cluster.gpios)
    return len(boards) == 1 and all(plain)


def _row(
    electric: Electric,
    pads: Sequence[Pad],
    threshold: Threshold,
    cluster: Cluster,
    latches: dict[int, bool],
    inputs: Sequence[int],
) -> int | None:
    """Which inputs are high with these latches; None where one of them is not certain."""
    codes = tuple(pads[g].code_at(latches.get(g, pads[g].latch)) for g in cluster.gpios)
    solution = electric.solve(cluster, codes)
    high = 0
    for gpio in inputs:
        net = electric.netlist.gpio_net[gpio]
        low, level = (threshold.at_pad(gpio, solution.volts[net], old) for old in (False, True))
        if net in solution.floating or low != level:
            return None
        high |= level << gpio
    return high
