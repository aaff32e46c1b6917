"""What shift registers have taken in, from the writes to their pads, in columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.register_chain import Chain
from hardware.bench.protocol.pad_log import PadLog

Levels = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Changes = tuple[Numbers, Levels, Numbers]
"""The pads that were written, their levels, and the times."""


@dataclass
class Taken:
    """What a chain has taken in. Lists are in the order of its registers."""

    chain: Chain
    bits: Levels
    """All that passed through its stages, the oldest first; at the end those that it holds."""
    latched_ns: Numbers
    """When it took over what its stages held."""
    places: Numbers
    """Where the bits begin that it took over then."""
    rose: bool
    """Whether a bit came in."""
    data: bool
    clock: bool
    latch: bool
    """The levels of its lines at the end."""

    def shown(self, since_ns: int) -> list[tuple[int, list[int]]]:
        """What it took over since a time, and the last before it, with the time of each."""
        old = int(np.searchsorted(self.latched_ns, since_ns, side="right"))
        latched = slice(max(0, old - 1), None)
        pairs = zip(self.latched_ns[latched].tolist(), self.places[latched].tolist(), strict=True)
        return [(t_ns, self._values(place)) for t_ns, place in pairs]

    def words(self, bits: int) -> list[list[Numbers]]:
        """All that it took over, for each register in words of so many bits, the one with the
        latest bits first."""
        last = self.places + self.chain.stages - 1
        words, found = [], []
        for begin in range(0, self.chain.stages, bits):
            columns = (self.bits[last - begin - n].astype(np.int64) << n for n in range(bits))
            words.append(sum(columns, np.zeros(len(last), np.int64)))
        for register in self.chain.registers:
            count = register.stages // bits
            found.append(words[:count])
            del words[:count]
        return found

    def shifted(self) -> list[int]:
        """What the stages hold at the end."""
        return self._values(len(self.bits) - self.chain.stages)

    def carries(self) -> list[bool | None]:
        """The levels of the carries at the end; None: as before."""
        late = self.chain.registers[0].CARRIES_LATE and self.clock
        if late and not self.rose:
            return [None] * len(self.chain.registers)
        ends = accumulate(register.stages for register in self.chain.registers)
        return [bool(self.bits[len(self.bits) - late - end]) for end in ends]

    def _values(self, place: int) -> list[int]:
        """The values of registers whose bits begin at a place."""
        end, values = place + self.chain.stages, []
        for register in self.chain.registers:
            begin = end - register.stages
            packed = np.packbits(self.bits[begin:end][::-1], bitorder="little")
            values.append(int.from_bytes(packed.tobytes(), "little"))
            end = begin
        return values


def take_in(chain: Chain, log: PadLog, now_ns: int) -> Taken | None:
    """Takes in all that was written to the pads of a chain since its place; None: nothing."""
    pieces = list(_written(chain, log, now_ns))
    if not pieces:
        return None
    pad, level, t_ns = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    first = chain.registers[0]
    rises, clock = _rises(pad == chain.clock, level, first.level[first.CLOCK])
    latches, latch = _rises(pad == chain.latch, level, first.level[first.LATCH])
    at_data = np.flatnonzero(pad == chain.data)
    data = np.concatenate(([first.level[first.DATA]], level[at_data]))
    held = [bool(r.shifted >> n & 1) for r in chain.registers for n in range(r.stages)][::-1]
    bits = np.concatenate((np.array(held, np.bool_), data[np.searchsorted(at_data, rises)]))
    places = np.searchsorted(rises, latches)
    rose = len(rises) > 0
    return Taken(chain, bits, t_ns[latches], places, rose, bool(data[-1]), clock, latch)


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
