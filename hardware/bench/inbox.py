"""How other threads reach a bench that serves its boards: they leave work, and a board is made to
ask."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable, Sequence

from hardware.bench.board.virtual_board import VirtualBoard


class Inbox:
    """Work for the thread of the bench. `lock` guards the lines to the boards and the changes of
    their processes."""

    def __init__(self, stations: Sequence[VirtualBoard]) -> None:
        self.lock = threading.Lock()
        self._stations = stations
        self._work: deque[Callable[[], None]] = deque()
        self._wake = -1
        self._poll: select.epoll | None = None
        """What `wait` waits for; made when somebody waits first, as most benches never do."""
        self._watched: dict[str, int | None] = {}
        """How often each board had been switched on when its line was last added."""

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

    def answer(self, station: VirtualBoard, horizon_ns: int, flags: int) -> None:
        """Answers a board; a poke that came too early for it is repeated, as it drops those while
        it waits."""
        with self.lock:
            station.answer(horizon_ns, flags)
            if self._work:
                self._nudge()

    def wait(self, timeout_s: float) -> None:
        """Waits for a board, or for work."""
        poll = self._watching()
        if any(fd == self._wake for fd, _event in poll.poll(timeout_s)):
            os.eventfd_read(self._wake)

    def fileno(self) -> int:
        """What `wait` waits for, for a `select` of one's own."""
        return self._watching().fileno()

    def again(self) -> None:
        """Makes the next `wait` end at once."""
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Lets go of the descriptors; the second time nothing happens."""
        if self._poll:
            self._poll.close()
            os.close(self._wake)
        self._poll, self._wake = None, -1

    def _watching(self) -> select.epoll:
        """Knows of every board's line; one that was closed is forgotten by itself."""
        with self.lock:
            if self._poll is None:
                self._poll = select.epoll()
                self._wake = os.eventfd(len(self._work), os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                self._poll.register(self._wake, select.EPOLLIN)
            for station in self._stations:
                line = station.fileno()
                if line is not None and self._watched.get(station.id) != station.pid:
                    self._watched[station.id] = station.pid
                    self._poll.register(line, select.EPOLLIN)
            return self._poll

    def _nudge(self) -> None:
        """Makes the boards ask, and wakes `wait`: they may all be asleep. Under the lock."""
        for station in self._stations:
            station.poke()
        self.again()
