"""Something that is due at one time, which may be put off or forgotten before it comes."""

from collections.abc import Callable
from typing import Protocol


class Waking(Protocol):
    """What is needed of the world."""

    @property
    def now_ns(self) -> int: ...
    def at(self, t_ns: int, fn: Callable[[], None]) -> None: ...


class Alarm:
    """Calls a function at the last time that it was set to. A program that sets it without end
    does not fill the queue of the bench: what waits there already does for what is due later."""

    def __init__(self, world: Waking, ring: Callable[[], None]) -> None:
        self._world = world
        self._ring = ring
        self._due_ns: int | None = None
        self._waits: list[int] = []
        """The times at which the bench will call, the earliest last."""

    def set(self, t_ns: int) -> None:
        """It is due then, and no more at any time before."""
        self._due_ns = t_ns
        if not self._waits or t_ns < self._waits[-1]:
            self._waits.append(t_ns)
            self._world.at(t_ns, self._look)

    def clear(self) -> None:
        """It is not due any more."""
        self._due_ns = None

    def _look(self) -> None:
        self._waits.pop()
        if self._due_ns is None:
            return
        if self._due_ns <= self._world.now_ns:
            self._due_ns = None
            self._ring()
        elif not self._waits or self._due_ns < self._waits[-1]:
            self._waits.append(self._due_ns)
            self._world.at(self._due_ns, self._look)
