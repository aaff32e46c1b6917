"""The worlds of several boards as one: each board has its own trace, events and random numbers."""

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.parts.common.part import PadRow, World


class Worlds:
    """The `World` (see part.py) of a circuit: those of its boards, in the order of their pads."""

    def __init__(self, worlds: Mapping[str, World]) -> None:
        self._by_id = worlds
        self._all = tuple(worlds.values())

    def of_pad(self, pad: int) -> World:
        """The world of the board that has a pad."""
        return self._all[pad // GPIOS]

    def of(self, board_id: str) -> World:
        """The world of a board; the first one's for what is no board."""
        return self._by_id.get(board_id, self._all[0])

    @property
    def boards(self) -> frozenset[str]:
        """The ids of the boards."""
        return frozenset(self._by_id)

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._all[0].now_ns

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """See `World`."""
        self._all[0].at(t_ns, fn)

    def announce(self, steps: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """See `World`."""
        self._all[0].announce(steps)

    def rng(self, name: str) -> random.Random:
        """See `World`."""
        return self._all[0].rng(name)

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """See `World`: a fault of no board in particular."""
        self._all[0].fault(kind, gpio, detail)

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[PadRow]:
        """See `World`; with the numbers of pads in place of GPIOs, in the order of time."""
        rows = []
        for index, pads in groupby(sorted(gpios), lambda pad: pad // GPIOS):
            first = index * GPIOS
            mine = self._all[index].pad_rows([pad - first for pad in pads], since_ns)
            rows += [(kind, first + gpio, b, c, t_ns) for kind, gpio, b, c, t_ns in mine]
        return rows if len(self._all) == 1 else sorted(rows, key=lambda row: row[4])
