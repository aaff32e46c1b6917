"""What is going to happen on the bench: queues in virtual time."""

import heapq
from collections.abc import Callable, Iterator
from itertools import count

NEVER = 2**63 - 1
"""A time after all others; fits a signed 64-bit integer, as times in a trace do."""
Event = tuple[int, int, Callable[[], None]]
"""When, its number in the order of adding, and what."""
NOTHING: Event = (NEVER, 2**63, lambda: None)


class EventQueue:
    """Functions to be called at virtual times; of the same time, in the order of adding.

    Queues that share an `order` number their events together: that order then holds across them.
    """

    def __init__(self, order: Iterator[int] | None = None) -> None:
        self._heap: list[Event] = []
        self._order = count() if order is None else order
        self.first: Event = NOTHING
        """The next one; NOTHING when there is none."""

    def add(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Puts a function into the queue."""
        heapq.heappush(self._heap, (t_ns, next(self._order), fn))
        self.first = self._heap[0]

    @property
    def next_ns(self) -> int:
        """When the next one is due; NEVER when there is none."""
        return self.first[0]

    def until(self, t_ns: int) -> list[Event]:
        """Those that come before a time, the first one first."""
        return sorted(event for event in self._heap if event[0] < t_ns)

    def pop(self) -> Callable[[], None]:
        """Takes the next one out."""
        fn = heapq.heappop(self._heap)[2]
        self.first = self._heap[0] if self._heap else NOTHING
        return fn
