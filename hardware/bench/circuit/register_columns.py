"""What shift registers have taken in, from the writes to their pads, in columns."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.register_chain import Chain
from hardware.bench.parts.hc595 import STAGES
from hardware.bench.protocol.pad_log import PadLog

Levels = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Changes = tuple[Numbers, Levels, Numbers]
"""The pads that were written, their levels, and the times."""


class Taken(NamedTuple):
    """What a chain has taken in; bytes are in the order of its registers."""

    shown: list[tuple[int, list[int]]]
    """What its outputs showed from a time on."""
    shifted: list[int]
    """What its stages hold at the end."""
    data: bool
    clock: bool
    latch: bool
    """The levels of its lines at the end."""


def take_in(chain: Chain, log: PadLog, now_ns: int, seen_ns: int) -> Taken | None:
    """Take in all that was written to the pads of a chain since its place; None: nothing. Of what
    its outputs showed longer than `seen_ns` ago, only the last counts."""
    pieces = list(_written(chain, log, now_ns))
    if not pieces:
        return None
    pad, level, t_ns = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    first = chain.registers[0]
    rises, clock = _rises(pad == chain.clock, level, first.level["SHCP"])
    latches, latch = _rises(pad == chain.latch, level, first.level["STCP"])
    at_data = np.flatnonzero(pad == chain.data)
    data = np.concatenate(([first.level["DS"]], level[at_data]))
    # All bits that pass through, the oldest first; the last register has the oldest.
    held = [bool(r.shifted >> n & 1) for r in chain.registers for n in range(STAGES)][::-1]
    bits = np.concatenate((np.array(held, np.bool_), data[np.searchsorted(at_data, rises)]))
    count = STAGES * len(chain.registers)
    old = int(np.searchsorted(t_ns[latches], now_ns - seen_ns, side="right"))
    latches = latches[max(0, old - 1) :]
    places = np.searchsorted(rises, latches).tolist()
    shown = [
        (at_ns, _bytes(bits[place : place + count]))
        for at_ns, place in zip(t_ns[latches].tolist(), places, strict=True)
    ]
    return Taken(shown, _bytes(bits[-count:]), bool(data[-1]), clock, latch)


def _written(chain: Chain, log: PadLog, now_ns: int) -> Iterator[Changes]:
    """All changes at the pads of a chain since its place, in order."""
    first = chain.clock // GPIOS * GPIOS
    gpios = [pad - first for pad in chain.pads]
    rows, chain.place = log.outputs_since(chain.place, gpios, now_ns)
    pad, level, t_ns = rows.gpio + first, rows.level, rows.t_ns
    at = 0
    for place, changes in chain.exchanges:
        end = int(np.searchsorted(rows.number, place.number))
        yield pad[at:end], level[at:end], t_ns[at:end]
        yield changes
        at = end
    chain.exchanges.clear()
    if len(pad) > at:
        yield pad[at:], level[at:], t_ns[at:]


def _rises(mine: Levels, level: Levels, before: bool) -> tuple[npt.NDArray[np.intp], bool]:
    """The changes at one pad that are rising edges, and its level at the end."""
    at = np.flatnonzero(mine)
    levels = level[at]
    rose = levels & ~np.concatenate(([before], levels[:-1])) if len(at) else levels
    return at[rose], bool(levels[-1]) if len(at) else before


def _bytes(bits: Levels) -> list[int]:
    """The bytes of registers, from their bits, the oldest first."""
    weights = 1 << np.arange(STAGES)
    found: list[int] = (bits[::-1].reshape(-1, STAGES) @ weights).tolist()
    return found
