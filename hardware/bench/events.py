"""What is going to happen on the bench: a queue in virtual time."""

import heapq
from collections.abc import Callable
from itertools import count

NEVER = 2**63 - 1
"""A time after all others; fits a signed 64-bit integer, as times in a trace do."""


class EventQueue:
    """Functions to be called at virtual times; of the same time, in the order of adding."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = count()

    def add(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Puts a function into the queue."""
        heapq.heappush(self._heap, (t_ns, next(self._serial), fn))

    @property
    def next_ns(self) -> int:
        """When the next one is due; NEVER when there is none."""
        return self._heap[0][0] if self._heap else NEVER

    def pop(self) -> Callable[[], None]:
        """Takes the next one out."""
        return heapq.heappop(self._heap)[2]
