"""How other threads reach a bench that serves its board: they leave work, and the board is made to
ask."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable

from hardware.bench.station import Station


class Inbox:
    """Work for the thread of the bench. `lock` guards the line to the board and the changes of its
    process."""

    def __init__(self, station: Station) -> None:
        self.lock = threading.Lock()
        self._station = station
        self._work: deque[Callable[[], None]] = deque()
        self._poked = False
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def put(self, fn: Callable[[], None]) -> None:
        """Leaves work. From any thread."""
        with self.lock:
            self._work.append(fn)
            self._nudge()

    def run(self) -> bool:
        """Does what is there; whether there was anything. From the thread of the bench."""
        done = False
        while self._work:
            with self.lock:
                fn = self._work.popleft()
            fn()
            done = True
        return done

    def answer(self, horizon_ns: int, flags: int) -> None:
        """Answers the board; a poke that came too early for it is repeated, as it drops those
        while it waits."""
        with self.lock:
            self._station.answer(horizon_ns, flags)
            self._poked = False
            if self._work:
                self._nudge()

    def wait(self, timeout_s: float) -> None:
        """Waits for the board, or for work if the board is gone."""
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if (line := self._station.fileno()) is not None:
            poll.register(line, select.POLLIN)
        if any(fd == self._wake for fd, _event in poll.poll(timeout_s * 1000)):
            os.eventfd_read(self._wake)
            self._poked = False

    def fileno(self) -> int:
        """What `wait` waits for, for a `select` of one's own; changes with each reset."""
        line = self._station.fileno()
        return self._wake if line is None else line

    def close(self) -> None:
        """Lets go of the descriptor; the second time nothing happens."""
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1

    def _nudge(self) -> None:
        """Makes the board ask, once until it does; without a board, wakes `wait`. Under the
        lock."""
        if self._poked:
            return
        self._poked = True
        if self._station.fileno() is None:
            os.eventfd_write(self._wake, 1)
        else:
            self._station.poke()
