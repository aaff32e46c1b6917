"""Virtual time, and the queues of what will happen in it."""

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Protocol

NEVER = 2**63 - 1
"""A time after all others. It fits a signed 64-bit integer, as the times in a trace do."""
OUTSIDE = ""
"""Stands for all that is not the doing of a board."""
Event = tuple[int, int, Callable[[], None], str]
"""The time of an event, its number in the order of adding, the function to call, and the id of the
board whose doing it is, or OUTSIDE."""
NOTHING: Event = (NEVER, 2**63, lambda: None, OUTSIDE)


class Clock(Protocol):
    """What everything on the bench can do with time: read it, and plan a call."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` when virtual time reaches `t_ns`."""


class EventOrder:
    """Numbers the events of several queues together, and knows who causes them."""

    def __init__(self) -> None:
        self.actor = OUTSIDE
        """Whose doing is what happens now: the id of a board, or OUTSIDE. An event that is added
        now is its doing too."""
        self._numbers = count()

    def number(self) -> int:
        """The number of the next event."""
        return next(self._numbers)


class EventQueue:
    """Functions to call at virtual times. Events of the same time keep the order of adding, also
    across queues that share an `order`."""

    def __init__(self, order: EventOrder | None = None) -> None:
        self._heap: list[Event] = []
        self._order = order or EventOrder()
        self.first: Event = NOTHING
        """The next event; NOTHING when there is none."""

    def add(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Adds a function."""
        heapq.heappush(self._heap, (t_ns, self._order.number(), fn, self._order.actor))
        self.first = self._heap[0]

    def add_all(self, events: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """Adds functions, each with its time."""
        order = self._order
        self._heap += [(t_ns, order.number(), fn, order.actor) for t_ns, fn in events]
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
        self.order = EventOrder()
        """Of all events of the bench, whatever queue they are in."""
        self.events = EventQueue(self.order)
        """The events of the bench as a whole. Each board has a queue of its own, too."""
        self.radio_delay_ns = NEVER
        """The shortest time in which a board can reach any other one without a wire."""
        self.commons: dict[type, Any] = {}
        """Objects that all boards share, by their class: the network, once a radio is on."""
