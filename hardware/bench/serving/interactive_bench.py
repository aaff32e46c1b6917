"""A bench that people use while it runs. One thread serves its boards; other threads queue work.

    bench = InteractiveBench(circuit, mode="realtime")
    bench.soon(lambda: bench.control("btn1", "pressed", 1))     # from any thread
    while True:
        bench.serve_once(timeout_s=0.5)                         # in the bench's own thread

`LiveBench` (`live_bench.py`) has that thread.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from hardware.bench.bench import Bench, Mode
from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.events import NEVER
from hardware.bench.flash import Flash
from hardware.bench.limits import INTERACTIVE, Limits
from hardware.bench.serving.pace import STEP_NS, Pace

ALONE_S = 0.01
"""The step of virtual time while no board makes time pass."""


class ThreadInbox:
    """An `Inbox` (scheduler.py) that any thread may put work into. It makes the boards ask, so
    that the work is done soon. `lock` guards the lines to the boards and the changes of their
    processes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.boards: Sequence[VirtualBoard] = ()
        self._work: deque[Callable[[], None]] = deque()
        self._wake = -1
        self._poll: select.epoll | None = None
        """Made when somebody waits for the first time: most benches never do."""
        self._watched: dict[str, int | None] = {}
        """By board: the process whose line was added last."""

    def put(self, fn: Callable[[], None]) -> None:
        """Queues work. From any thread."""
        with self.lock:
            self._work.append(fn)
            self._wake_all()

    def run(self) -> bool:
        """Does the work that is there. Returns whether there was any. In the bench's thread."""
        done = False
        while self._work:
            with self.lock:
                fn = self._work.popleft()
            fn()
            done = True
        return done

    def answered(self) -> None:
        """A board that waits for an answer drops what would wake it: wakes it again if there is
        work. Under the lock."""
        if self._work:
            self._wake_all()

    def wait(self, timeout_s: float) -> None:
        """Waits for a board, or for work."""
        poll = self._watching()
        if any(fd == self._wake for fd, _event in poll.poll(timeout_s)):
            os.eventfd_read(self._wake)

    def fileno(self) -> int:
        """The descriptor that `wait` waits for."""
        return self._watching().fileno()

    def end_wait(self) -> None:
        """Ends the present `wait`, or the next one, at once."""
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Closes the descriptors; the second time nothing happens."""
        if self._poll:
            self._poll.close()
            os.close(self._wake)
        self._poll, self._wake = None, -1

    def _watching(self) -> select.epoll:
        """Watches every board's line. A line that was closed disappears by itself."""
        with self.lock:
            if self._poll is None:
                self._poll = select.epoll()
                self._wake = os.eventfd(len(self._work), os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                self._poll.register(self._wake, select.EPOLLIN)
            for board in self.boards:
                line = board.fileno()
                if line is not None and self._watched.get(board.id) != board.pid:
                    self._watched[board.id] = board.pid
                    self._poll.register(line, select.EPOLLIN)
            return self._poll

    def _wake_all(self) -> None:
        """Makes the boards ask, and ends `wait`, as they may all be asleep. Under the lock."""
        for board in self.boards:
            board.wake()
        self.end_wait()


class InteractiveBench(Bench):
    """A bench for `serve_once`: no limits of time, and work from other threads."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        seed: int = 0,
        mode: Mode = "virtual",
        flash: Flash | dict[str, Flash] | None = None,
        limits: Limits = INTERACTIVE,
    ) -> None:
        """See `Bench`."""
        self._inbox = ThreadInbox()
        super().__init__(
            circuit, seed=seed, mode=mode, flash=flash, limits=limits, inbox=self._inbox
        )
        self._inbox.boards = self._scheduler.boards
        self._pace: Pace | None = None
        """None: the boards follow the wall clock by themselves."""
        self._alone_s: float | None = None
        """Up to when the wall clock was followed while no board asked (monotonic)."""

    def close(self) -> None:
        """As `Bench.close`; the second time nothing happens."""
        super().close()
        self._inbox.close()

    def soon(self, fn: Callable[[], None]) -> None:
        """Has `fn` called in the bench's thread when a board asks next, and makes the boards ask.
        From any thread."""
        self._inbox.put(fn)

    @property
    def speed(self) -> float:
        """Virtual seconds in a second; 0: paused."""
        return 1.0 if self._pace is None else self._pace.speed

    @property
    def stepping(self) -> bool:
        """Whether a step to an edge goes on."""
        return self._pace is not None and self._pace.steps

    def set_speed(self, speed: float) -> None:
        """Lets time pass so fast from now on; 0 pauses the bench. Only for a bench in realtime."""
        self._pace = None if speed == 1 else Pace(speed, self.now_ns)
        self._alone_s = None  # a pause is not caught up
        self._scheduler.follow_wall_clock(speed == 1)
        self.soon(lambda: None)  # boards that sleep by the wall clock have to ask

    def step(self) -> None:
        """Lets time pass up to the next edge at a pin of a board, at most STEP_NS; then the bench
        is paused."""
        self.set_speed(0)
        self._pace = Pace(0, self.now_ns, step_until_ns=self.now_ns + STEP_NS)

    def _serve_paced(self, pace: Pace, timeout_s: float) -> bool:
        """As `serve_once`, where the boards do not follow the wall clock."""
        scheduler, came = self._scheduler, False
        self._inbox.wait(timeout_s)
        for board in scheduler.boards:
            came |= board.running and board.receive(wait=False)
        if scheduler.running() is not None:
            return came
        if self._inbox.run():
            came = True
            scheduler.update()
        edge_ns = min((board.next_edge_ns() for board in scheduler.boards), default=NEVER)
        until_ns = pace.until_ns(self.now_ns, edge_ns)
        if until_ns > self.now_ns and self._pace is pace:
            came = True
            scheduler.stopping, scheduler.stops_at_levels = False, pace.steps
            scheduler.serve_next(until_ns)
            if pace.steps and (
                self.now_ns >= min(edge_ns, pace.step_until_ns) or scheduler.stopping
            ):
                pace.step_until_ns = 0
            scheduler.stopping = scheduler.stops_at_levels = False
        self._drop_old_records()
        return came

    def serve_once(self, timeout_s: float) -> bool:
        """Waits for a board, at most this long, and serves it once. False if nothing came."""
        self.start()
        if self._pace:
            return self._serve_paced(self._pace, timeout_s)
        scheduler, came = self._scheduler, False
        if not scheduler.ready():
            self._inbox.wait(timeout_s)
            for board in scheduler.boards:
                came |= board.running and board.receive(wait=False)
            # What a person does takes effect when the next board asks, and not at the time of the
            # last event: that may be long ago, and a button would be released before anybody could
            # see it pressed.
            if scheduler.running() is None and not scheduler.ready():  # no board will ask
                came |= self._inbox.run()
                scheduler.update()
        if scheduler.ready():
            came = True
            scheduler.serve_next(NEVER)
        if scheduler.ready():  # one of several boards was served; the others must not wait
            self._inbox.end_wait()
        self._pass_time_alone()
        self._drop_old_records()
        return came

    def idle_s(self) -> float | None:
        """`serve_once` must be called at least this often: the bench lets time pass, or all boards
        that are left are held in reset or in a loader, and none makes time pass. None: only when
        `fileno` is ready."""
        if self._pace:
            return self._pace.idle_s()
        boards = self._scheduler.boards
        held = any(board.in_reset or board.in_loader for board in boards)
        return ALONE_S if held and all(board.pid is None for board in boards) else None

    def fileno(self) -> int:
        """A descriptor for `select`: readable when a board sent something."""
        return self._inbox.fileno()

    def _pass_time_alone(self) -> None:
        """Lets time pass with the wall clock while no board makes it pass."""
        since_s, self._alone_s = self._alone_s, monotonic() if self.idle_s() else None
        if since_s is not None and self._alone_s is not None:
            self._scheduler.advance(self.now_ns + round((self._alone_s - since_s) * 1e9))

    def _drop_old_records(self) -> None:
        """Halves the traces that have become too long, on benches that live for days."""
        most = self.limits.records
        for board in self._scheduler.boards:
            if most is not None and len(board.recorder) > most // 2:
                board.recorder.forget()
