"""A world without a board process. Its time passes only in `run`. For pictures of a circuit and
for tests."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from hardware.bench.events import EventQueue
from hardware.bench.parts.common.part import PadRow
from hardware.bench.protocol.pad_log import NoRecords, PadLog
from hardware.seed import Seed


class StillWorld:
    """A `World` (see part.py) for a circuit that stands on its own."""

    def __init__(self, seed: int = 0) -> None:
        self.now_ns = 0
        self.faults: list[tuple[int, int, int]] = []
        self.commons: dict[type, Any] = {}
        """Objects that parts share, by their class."""
        self.recorder: PadLog = NoRecords()
        self._seed = Seed(seed, joint=":")
        self._queue = EventQueue()

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` when `run` passes that time. Calls of one time keep the order of adding."""
        self._queue.add(t_ns, fn)

    at_all = at
    """There is only one queue here."""

    def announce(self, steps: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """There is no board to notify."""
        for t_ns, step in steps:
            self.at(t_ns, step)

    def rng(self, name: str) -> random.Random:
        """The same seed and name give the same numbers."""
        return self._seed.rng(name)

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Keep the fault in `faults`."""
        self.faults.append((kind, gpio, detail))

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[PadRow]:
        """There is no program."""
        return []

    def run(self, until_ns: int) -> None:
        """Let time pass, and make all calls that are due."""
        while (t_ns := self._queue.next_ns) <= until_ns:
            self.now_ns = t_ns
            self._queue.pop()()
        self.now_ns = until_ns
