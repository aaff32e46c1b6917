"""The scheduler: one virtual time for all boards of a bench. It decides what happens next.

A board runs by itself up to the horizon of its last answer, then it asks. Time goes on only when
every board waits with a request; it then goes to the earliest known event. So everything that a
board did is known before another one can notice it, and the order is the same on any machine.

In realtime no board waits for another one: a running board is woken when something has changed.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from time import monotonic
from typing import Protocol

from hardware.bench.board import end_reason
from hardware.bench.board.board_process import Platform
from hardware.bench.board.record_reader import Request, Termination
from hardware.bench.board.reset_line import ResetLine
from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.events import NEVER, OUTSIDE, EventQueue, VirtualTime
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames

STOP_DELAY_NS = 1_000_000
"""When a listener stops a run of several boards, the run ends this long after the text that the
listener got: the other boards may have run on meanwhile."""
CHECK_EVERY = 1024
"""The wall clock is read after this many events without a pause."""
MOST_BUSY_S = 0.25
"""An interactive bench processes events for this long, then it checks for work of other
threads."""
REPORT_NS = 500_000_000
"""The longest time between two requests of an interactive board, so that endless output is
seen."""


class Inbox(Protocol):
    """Work that other threads leave for an interactive bench (`serving/interactive_bench.py`)."""

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Guards the lines to the boards, and the changes of their processes."""

    def run(self) -> bool:
        """Does the work that is there. Returns whether there was any."""

    def answered(self) -> None:
        """A board was answered, under the lock: it runs again."""


class EmptyInbox:
    """The inbox of a bench that only one thread uses."""

    lock = nullcontext()

    def run(self) -> bool:
        """There is no work."""
        return False

    def answered(self) -> None:
        """There is nothing to do."""


class Scheduler:
    """Lets time pass on a bench: `step` makes one decision, `run` makes them up to a time.

    Args:
        realtime: the boards follow the wall clock; otherwise sleeping takes no time.
        inbox: of an interactive bench, which reacts to people and has no limit of wall time.
    """

    def __init__(
        self,
        time: VirtualTime,
        boards: Sequence[VirtualBoard],
        limits: Limits,
        platform: Platform,
        *,
        realtime: bool,
        inbox: Inbox | None = None,
    ) -> None:
        self.boards = boards
        self.stopping = False
        """Time has to stand still, now."""
        self.stops_at_levels = False
        """Whether that is so when a level changes at a pin from outside."""
        self.realtime = realtime
        self._time = time
        self._limits = limits
        self._platform = platform
        self._interactive = inbox is not None
        self._inbox: Inbox = inbox or EmptyInbox()
        wired = [board for board in boards if board.circuit.resets]
        self._reset_lines = [ResetLine(board, self._inbox.lock) for board in wired]
        # Several boards have one virtual time: none of them may follow the wall clock alone.
        paced = self._interactive and (realtime or len(boards) == 1)
        self._flags = 0 if paced else frames.FLAG_HEADLESS
        self._flags |= frames.FLAG_REALTIME if realtime else 0
        self._busy: VirtualBoard = boards[0]
        """The board that was answered last: events of the whole bench are most likely its work."""
        self._charged_s = 0.0
        """Up to when wall time was charged to a board (monotonic)."""
        self._queued_s = platform.queued_s()
        """How long this thread had waited for a processor before the bench began."""
        self._began_s = 0.0
        """When the bench began with the events before the next board's turn (monotonic)."""

    def follow_wall_clock(self, follows: bool) -> None:
        """Whether the boards follow the wall clock from their next answers on. Otherwise time
        passes only in `serve_next`, as far as it is told."""
        self.realtime = follows
        self._flags = frames.FLAG_REALTIME if follows else frames.FLAG_HEADLESS

    # -- running ------------------------------------------------------------------------------

    def run(self, until_ns: int) -> None:
        """Serves the boards until a virtual time, until all have ended, or until `stopping`."""
        self.stopping = False
        self._charged_s = monotonic()
        pids = [board.pid for board in self.boards if board.pid is not None]
        with self._platform.one_processor(*pids):
            while self.step(until_ns):
                pass

    def step(self, until_ns: int) -> bool:
        """Decides what happens next, and does it: waits for a board that runs, or lets time pass
        to the next board's turn and answers it. False when nothing more is to happen."""
        if self._time.now_ns >= until_ns or self.stopping:
            return False
        if (board := self.running()) is not None:
            board.receive(wait=True)
            self._charge(board)
        elif any(board.ended is None for board in self.boards):
            self.serve_next(until_ns)
        else:
            return False
        return True

    def running(self) -> VirtualBoard | None:
        """A board that runs: it has to ask before time can go on."""
        for board in self.boards:
            if board.running:
                return board
        return None

    def ready(self) -> bool:
        """Whether `serve_next` has something to do."""
        if not any(board.pending for board in self.boards):
            return False
        return self.realtime or (self.running() is None and self._next_ns() < NEVER)

    def serve_next(self, until_ns: int) -> None:
        """Lets everything happen up to the next board's turn, and answers that board, unless its
        turn is later than `until_ns`."""
        if self.realtime:
            for board in self.boards:  # a wait that began before may arrive only now
                board.end_wait()
        t_ns = min(self._first().due_ns, until_ns)
        if not self.advance(t_ns if t_ns < NEVER else self._next_ns()):
            self._do_work()
            return
        board = self._first()  # another one may have been woken
        if board.due_ns > self._time.now_ns:
            return
        if isinstance(board.pending, Termination):
            with self._inbox.lock:
                board.end(board.pending.cause, board.pending.detail)
            self.update()
            return
        self._do_work()
        if self._time.now_ns < until_ns and board.pending:
            self._answer(board, until_ns)

    def reset(
        self, board: VirtualBoard, cause: int, while_off: Callable[[], None] = lambda: None
    ) -> None:
        """A hard reset of a board, now; without effect while its reset pin is low. `while_off` is
        called while the board has no process. Raises: BenchError when it cannot run any more."""
        if board.in_reset:
            return
        with self._inbox.lock:
            board.power_off(frames.END_RESET)
            while_off()
            board.power_on(cause)
        self.update()

    def plug(self, board: VirtualBoard, plugged: bool) -> None:
        """Pulls the cable of a board, or puts it in again. Raises: as `reset`."""
        with self._inbox.lock:
            board.unplug()
            if plugged:
                board.power_on()
        self.update()

    def close(self) -> None:
        """Ends the boards' processes; the second time nothing happens."""
        with self._inbox.lock:
            for board in self.boards:
                board.close()

    def _do_work(self) -> None:
        if self._inbox.run():
            self.update()

    def _answer(self, board: VirtualBoard, until_ns: int) -> None:
        """Answers a board. If its call is invalid, its end comes next."""
        if isinstance(board.pending, Request) and board.pending.kind == frames.REC_CALL:
            self._time.order.actor = board.id
            board.do_call()
            self.update()
        if not isinstance(board.pending, Request):
            return
        self._busy = board
        now_ns = self._time.now_ns
        end_ns = now_ns + REPORT_NS if self._interactive else board.promises.end_ns(now_ns)
        horizon_ns = min(until_ns, self._horizon_ns(board), end_ns)
        with self._inbox.lock:
            board.answer(horizon_ns, self._flags, is_watched=self._interactive)
            self._inbox.answered()

    # -- when something happens ---------------------------------------------------------------

    def _first(self) -> VirtualBoard:
        """The board that is due before all others."""
        found = self.boards[0]
        for board in self.boards[1:]:
            if board.due_ns < found.due_ns:
                found = board
        return found

    def _next_ns(self) -> int:
        """When something happens next, as far as is known."""
        times = (
            min(b.due_ns, b.next_event_ns, b.news.next_ns, b.pins.next_ns) for b in self.boards
        )
        return min(self._time.events.next_ns, *times)

    def _horizon_ns(self, board: VirtualBoard) -> int:
        """Before this time nothing happens that the board could notice, except what it causes
        itself, and what is announced to it (one board alone, in virtual time)."""
        events_ns = min(self._time.events.next_ns, board.news.next_ns)
        if self.realtime:
            return min(events_ns, board.next_event_ns)
        if len(self.boards) == 1:
            return min(events_ns, board.events.next_ns)
        noticed = (self._noticed_ns(other, board) for other in self.boards if other is not board)
        return min(events_ns, board.next_event_ns, *noticed)

    def _noticed_ns(self, other: VirtualBoard, board: VirtualBoard) -> int:
        """When a board can first notice what another one, or anything on its side, does."""
        acts_ns = min(other.acts_ns, other.next_event_ns)
        noticed_ns = acts_ns + self._time.radio_delay_ns
        if other.pins.listening:
            noticed_ns = min(noticed_ns, min(acts_ns, other.pins.next_ns) + STOP_DELAY_NS)
        if other.id in board.neighbours:
            noticed_ns = min(noticed_ns, other.next_event_ns, acts_ns + other.wire_delay_ns)
            if board.pins.exposed():  # its next write comes after its present moment
                noticed_ns = min(noticed_ns, other.pins.next_ns, other.acts_ns + 1)
        return noticed_ns

    # -- letting time pass --------------------------------------------------------------------

    def advance(self, t_ns: int) -> bool:
        """Lets everything happen up to a time, or until a board is due before, in order. False
        when it was stopped on the way."""
        self._began_s = monotonic()
        for number in count(1):
            until_ns, at_ns, busy = t_ns, NEVER, self._busy
            queue, event, owner = self._time.events, self._time.events.first, busy
            for board in self.boards:
                if board.due_ns < until_ns:  # it may have been woken
                    until_ns = board.due_ns
                if board.pins.next_ns < at_ns:
                    at_ns, busy = board.pins.next_ns, board
                for own in (board.events, board.news, board.lookahead):
                    if own.first < event:
                        queue, event, owner = own, own.first, board
            if at_ns > until_ns and event[0] > until_ns:
                self._settle(until_ns)
                self._read_pins()
                return True
            if at_ns <= event[0]:
                self._do_record(busy, until_ns)
            else:
                busy = owner
                self._do_next(queue, owner, min(until_ns, at_ns))
            self.update()
            if (
                self.stopping
                or self._starts()
                or (number % CHECK_EVERY == 0 and self._charge(busy))
            ):
                break
        return False

    def _do_record(self, board: VirtualBoard, until_ns: int) -> None:
        """Applies the next record of a board. Of edges that only a chip and the program notice,
        all that come before a time are done."""
        self._time.order.actor = board.id
        line = None if self._one_by_one() else board.pins.line()
        if line is None:
            self._settle(board.pins.next_ns, but=board)
            board.pins.step()
            return
        queues = (self._time.events, board.events, board.news, board.lookahead)
        while board.pins.is_edge_of(line):
            t_ns = board.pins.next_ns
            if t_ns > until_ns or any([queue.first[0] < t_ns for queue in queues]):
                break
            self._time.now_ns = t_ns
            board.pins.step_line(line)

    def _do_next(self, queue: EventQueue, board: VirtualBoard, until_ns: int) -> None:
        """Does the next event of a queue. If it is an announced step which only the program of the
        board can notice, all of its kind that come before a time are done."""
        t_ns, _number, _fn, self._time.order.actor = queue.first
        self._settle(t_ns)
        if queue is board.lookahead and not self._one_by_one():
            times = until_ns, self._time.events.next_ns, board.events.next_ns, board.news.next_ns
            if board.lookahead.play_wave(min(times), board.circuit, board.pins, self._time):
                return
        queue.pop()()

    def _one_by_one(self) -> bool:
        """Whether each change of a level has to be seen at once by more than the program."""
        alone = len(self.boards) == 1 and not self._reset_lines
        return not alone or self.realtime or self.stops_at_levels

    def update(self) -> None:
        """Reads every board's pins, after something happened. The doing of `order.actor` ends:
        other boards that get to know of it are disturbed."""
        self._read_pins()
        for board in self.boards:
            if board.id != self._time.order.actor and board.has_news:
                board.promises.disturb(self._time.now_ns)
        self._time.order.actor = OUTSIDE

    def _read_pins(self) -> None:
        for line in self._reset_lines:
            line.update()
        for board in self.boards:
            if board.update():
                self.stopping |= self.stops_at_levels
                if self.realtime:
                    board.wake()

    def _starts(self) -> bool:
        """Whether a board was released from reset: it has to ask before time goes on."""
        if self.realtime or not self._reset_lines:
            return False
        return any(board.running for board in self.boards)

    def _settle(self, t_ns: int, but: VirtualBoard | None = None) -> None:
        """Sets the time, and applies the writes to plain outputs up to it."""
        self._time.now_ns = t_ns
        for board in self.boards:
            if board is not but:
                board.pins.settle(t_ns)

    def _charge(self, board: VirtualBoard) -> bool:
        """Charges the wall time since the last call to a board, and terminates boards that have
        used up theirs. What a board that has ended left behind is charged to all that are on.
        Returns whether time has to stop here."""
        now_s = monotonic()
        took_s, self._charged_s = now_s - self._charged_s, now_s
        if self._limits.wall_s is None:
            return self._interactive and now_s - self._began_s > MOST_BUSY_S
        payers = [board] if board.pid else [board for board in self.boards if board.pid]
        for payer in payers:
            payer.wall_left_s -= took_s
            if payer.wall_left_s <= 0:
                self._give_back(payer)
            if payer.wall_left_s <= 0:
                detail = end_reason.WALL.format(n=f"{self._limits.wall_s:g}")
                payer.terminate(frames.END_WALL, detail)
        return any(payer.wall_left_s <= 0 for payer in payers)

    def _give_back(self, board: VirtualBoard) -> None:
        """Adds to a board's wall time what it and the bench have waited for a processor since the
        last time. A busy machine is not the program's fault, and a program that waits by itself is
        not in the kernel's queue."""
        pids = () if board.pid is None else (board.pid,)
        queued_s = self._platform.queued_s(*pids) - self._queued_s
        board.wall_left_s += max(0.0, queued_s - board.queued_s)
        board.queued_s = queued_s
