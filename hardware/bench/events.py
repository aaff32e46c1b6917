"""Virtual time, and the queues of what will happen in it."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Protocol

NEVER = 2**63 - 1
"""A time after all others. It fits a signed 64-bit integer, as the times in a trace do."""
Event = tuple[int, int, Callable[[], None]]
"""The time of an event, its number in the order of adding, and the function to call."""
NOTHING: Event = (NEVER, 2**63, lambda: None)


class Clock(Protocol):
    """What everything on the bench can do with time: read it, and plan a call."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` when virtual time reaches `t_ns`."""


class EventQueue:
    """Functions to call at virtual times. Events of the same time keep the order of adding.

    Queues that share an `order` number their events together: the order then holds across them.
    """

    def __init__(self, order: Iterator[int] | None = None) -> None:
        self._heap: list[Event] = []
        self._order = count() if order is None else order
        self.first: Event = NOTHING
        """The next event; NOTHING when there is none."""

    def add(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Adds a function."""
        heapq.heappush(self._heap, (t_ns, next(self._order), fn))
        self.first = self._heap[0]

    def add_all(self, events: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """Adds functions, each with its time."""
        self._heap += [(t_ns, next(self._order), fn) for t_ns, fn in events]
        heapq.heapify(self._heap)
        self.first = self._heap[0]

    def drop(self, number: int) -> None:
        """Removes the next events, so many."""
        self._heap = sorted(self._heap)[number:]
        self.first = self._heap[0] if self._heap else NOTHING

    @property
    def next_ns(self) -> int:
        """The time of the next event; NEVER when there is none."""
        return self.first[0]

    def __len__(self) -> int:
        return len(self._heap)

    def until(self, t_ns: int) -> list[Event]:
        """The events before a time, in order."""
        return sorted(event for event in self._heap if event[0] < t_ns)

    def pop(self) -> Callable[[], None]:
        """Removes the next event and returns its function."""
        fn = heapq.heappop(self._heap)[2]
        self.first = self._heap[0] if self._heap else NOTHING
        return fn


class VirtualTime:
    """The time of one bench (ns since it was switched on), and what its boards share."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.order: Iterator[int] = count()
        """Numbers all events of the bench, whatever queue they are in."""
        self.events = EventQueue(self.order)
        """The events of the bench as a whole. Each board has a queue of its own, too."""
        self.radio_delay_ns = NEVER
        """The shortest time in which a board can reach any other one without a wire."""
        self.commons: dict[type, Any] = {}
        """Objects that all boards share, by their class: the network, once a radio is on."""
