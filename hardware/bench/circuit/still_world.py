"""A world without a board process: its clock moves only when told. For pictures of a circuit and
for tests.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from hardware.bench.events import EventQueue
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.parts.common.part import PadRow


class StillWorld:
    """A `World` (see part.py) for a circuit that stands on its own."""

    def __init__(self, seed: int = 0) -> None:
        self.now_ns = 0
        self.faults: list[tuple[int, int, int]] = []
        self.commons: dict[type, Any] = {}
        """What parts share, by its class."""
        self._seed = seed
        self._queue = EventQueue()

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` when `run` passes that time; those of one time in the order of asking."""
        self._queue.add(t_ns, fn)

    at_all = at
    """There is only one side here."""

    def foretell(self, t_ns: int, step: OutputStep) -> None:
        """There is nobody to be told."""
        self.at(t_ns, step)

    def rng(self, name: str) -> random.Random:
        """The same seed and name give the same numbers."""
        return random.Random(f"{self._seed}:{name}")

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Keep the fault in `faults`."""
        self.faults.append((kind, gpio, detail))

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[PadRow]:
        """There is no program."""
        return []

    def run(self, until_ns: int) -> None:
        """Let time pass, with all that was planned for it."""
        while (t_ns := self._queue.next_ns) <= until_ns:
            self.now_ns = t_ns
            self._queue.pop()()
        self.now_ns = until_ns
