"""An alarm: one call in the future that can be moved or cancelled before it is due."""

from collections.abc import Callable

from hardware.bench.events import Clock


class Alarm:
    """Calls a function at the time that was set last.

    A program that sets it again and again does not fill the queue of the bench: a call that is
    already planned for an earlier time is used for a later one, too.
    """

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._due_ns: int | None = None
        self._planned: list[int] = []
        """The times at which the bench will call, the earliest one last."""

    def set(self, t_ns: int) -> None:
        """The alarm is due at this time, and at no time that was set before."""
        self._due_ns = t_ns
        if not self._planned or t_ns < self._planned[-1]:
            self._plan(t_ns)

    def clear(self) -> None:
        """The alarm is not due any more."""
        self._due_ns = None

    def _plan(self, t_ns: int) -> None:
        self._planned.append(t_ns)
        self._clock.at(t_ns, self._wake)

    def _wake(self) -> None:
        self._planned.pop()
        if self._due_ns is None:
            return
        if self._due_ns <= self._clock.now_ns:
            self._due_ns = None
            self._ring()
        elif not self._planned or self._due_ns < self._planned[-1]:
            self._plan(self._due_ns)
