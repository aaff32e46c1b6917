"""A bench that lives: a thread that owns one interactive bench and every way to its serial line.

    with LiveBench("esp32") as bench:
        print(bench.serve_pty())             # /dev/pts/7: for mpremote, Thonny, a terminal
        with Board(bench.connect()) as board:
            board.run("print('hello')")
        bench.press("btn1", hold_s=0.08)

Any thread may call: the bench's own carries it out between two requests of the board. With several
boards, each has a serial line of its own; without an id the first is meant.
"""

import os
import queue
import select
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self, TypeVar

from hardware.bench.board.end_reason import why
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.faults import Fault
from hardware.bench.diagram import Diagram
from hardware.bench.serving import address
from hardware.bench.serving.address import Mode, find_diagram
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.serial_lines import Lines, flashes
from hardware.errors import BenchError
from hardware.i18n import _
from hardware.wire.pair_port import PairPort
from hardware.wire.port import Port

T = TypeVar("T")
SLICE_S = 0.5
CLOSE_S = 5.0
REVIVE_S = 1.0


@dataclass(frozen=True)
class Snapshot:
    """What a person sees on the bench at one moment."""

    now_ns: int
    controls: Mapping[str, Mapping[str, float]]
    """Part id to the positions of what can be moved on it."""
    ended: str
    """Why a board is off; "" while all run."""


class LiveBench:
    """A circuit with its boards, running by itself until `close`."""

    def __init__(
        self,
        circuit: str | Path | Mapping[str, Any] | Diagram,
        *,
        mode: Mode = "realtime",
        seed: int = 0,
        flash: str | Path | None = None,
        baud: int | None = None,
        reach: Sequence[str] = (),
    ) -> None:
        """Power on.

        Args:
            circuit: a diagram or its path; or a board's name or family for a bare board.
            mode: `realtime`, or `virtual`: sleeps take no time, waits for serial input do.
            seed: chance on the bench; the same seed, the same noise.
            flash: file of the image, made if missing (a second board adds its id); none: not kept.
            baud: slow the serial line down to this speed in both directions.
            reach: `host:port` places of the host's network that the boards may reach (realtime).

        Raises:
            DiagramError: the circuit makes no sense.
            BenchError: virtual boards do not run on this machine.
        """
        self.diagram = circuit if isinstance(circuit, Diagram) else find_diagram(circuit)
        self.circuit = wired = Circuit(self.diagram)
        """Belongs to the bench's thread once it lives: look at it inside `ask`."""
        self.board_types = dict(wired.netlist.boards)
        """By id, in the order of the diagram."""
        self.board_type = wired.board
        self._flashes = flashes(self.board_types, flash)
        self._bench = InteractiveBench(wired, seed=seed, mode=mode, flash=self._flashes)
        self._bench.reach(reach)
        self._lines = Lines(self._bench, baud)
        self._todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._closing = False
        self._broken: BaseException | None = None
        self._revived_s = 0.0
        self._power_on()

    def _power_on(self) -> None:
        try:
            self._bench.start()
        except BaseException:
            self._give_back()
            raise
        self._thread = threading.Thread(target=self._live, name="warsha-bench", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- ways to the serial line

    def connect(self, board: str = "") -> Port:
        """The line for this process; closing it leaves the bench on."""
        return self._port("bench:", lambda: None, board)

    def serve_pty(self, board: str = "") -> str:
        """Open a pseudo-terminal; returns its path."""
        return self.ask(lambda _bench: self._lines.of(board).add_pty())

    def serve_socket(self, port: int = 0, board: str = "") -> str:
        """Listen for the bare line on loopback: a `socket://` URL. Raises: BenchError."""
        return self.ask(lambda _bench: self._lines.of(board).add_socket(port))

    def serve_rfc2217(self, port: int = 0, board: str = "") -> str:
        """Listen for RFC 2217 on loopback; returns the URL. Raises: BenchError.

        RTS without DTR is the reset button, as on ESP32 boards.
        """
        return self.ask(lambda _bench: self._lines.of(board).add_rfc2217(port))

    def _port(self, url: str, closed: Callable[[], None], board: str = "") -> Port:
        pair = self.ask(lambda _bench: self._lines.of(board).add_pair())
        return PairPort(pair.theirs, url, lambda: self.reset(board), closed)

    # -- hands and eyes

    def control(self, part: str, name: str, value: float) -> None:
        """Move a control of a part now. Raises: HardwareError for a wrong part, name or value."""
        self._do(lambda bench: bench.control(part, name, value))

    def press(self, part: str, hold_s: float = 0.1, key: str = "pressed") -> None:
        """Press a button, or one of several keys, and let go after `hold_s` of its time. Raises:
        as `control`."""

        def press(bench: InteractiveBench) -> None:
            bench.control(part, key, 1)
            bench.control(part, key, 0, bench.now_ns + round(hold_s * 1e9))

        self._do(press)

    def reset(self, board: str = "") -> None:
        """The reset button: works whatever the program does."""
        self.ask(lambda bench: bench.reset(board=board))

    def serial(self, data: bytes, board: str = "") -> None:
        """Send bytes to a board's serial line."""
        self.ask(lambda _bench: self._lines.of(board).from_client(data))

    def snapshot(self) -> Snapshot:
        """What there is to see now."""

        def look(bench: InteractiveBench) -> Snapshot:
            ends = [board.ended for board in bench.boards.values() if board.ended]
            ended = why(ends[0]) if ends else ""
            return Snapshot(bench.now_ns, self.circuit.controls(), ended)

        return self.ask(look)

    def faults(self) -> list[Fault]:
        """What would have hurt a real board until now."""
        return self.ask(lambda _bench: self.circuit.faults())

    def wait(self) -> None:
        """Wait until the bench is closed. Raises: BenchError when it breaks."""
        while self._thread.is_alive():
            self._thread.join(SLICE_S)
        if self._broken:
            raise self._gone()

    def ask(self, question: Callable[[InteractiveBench], T]) -> T:
        """Call `question(bench)` in the bench's thread and give its answer: the trace, a drawing.

        Raises:
            BenchError: the bench is closed or broken; and what `question` raises.
        """
        answer: Future[T] = Future()
        self._todo.put(_answering(answer, lambda: question(self._bench)))
        self._need_thread()
        os.eventfd_write(self._wake, 1)
        return self._wait_for(answer)

    def _do(self, deed: Callable[[InteractiveBench], None]) -> None:
        """Call `deed(bench)` between two steps of the board, which sees it at once."""
        done: Future[None] = Future()
        self._need_thread()
        self._bench.soon(_answering(done, lambda: deed(self._bench)))
        self._wait_for(done)

    def _wait_for(self, answer: Future[T]) -> T:
        while not answer.done():
            wait([answer], SLICE_S)
            if not answer.done():
                self._need_thread()
        return answer.result()

    def _need_thread(self) -> None:
        """Raises: BenchError when nobody is there to answer."""
        if not self._thread.is_alive():
            raise self._gone()

    # -- the thread

    def _live(self) -> None:
        try:
            while not self._closing:
                self._turn()
        except BaseException as error:
            self._broken = error
        finally:
            self._give_back()

    def _give_back(self) -> None:
        self._lines.close()
        self._bench.close()
        for flash in self._flashes.values():
            flash.close()

    def _turn(self) -> None:
        """Wait until somebody wants something, then give everybody their turn."""
        lags = self._lines.lags()
        self._wait_for_anybody(lags)
        while not self._todo.empty():
            self._todo.get()()
        self._lines.serve()
        if not lags:
            self._bench.serve_once(0.0)
            self._revive()
        self._lines.send_on()

    def _wait_for_anybody(self, lags: bool) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for fd, events in self._lines.watch():
            poll.register(fd, events)
        if not lags:
            poll.register(self._bench.fileno(), select.POLLIN)
        idle_s = self._bench.idle_s() or self._lines.idle_s()
        ready = poll.poll(None if idle_s is None else idle_s * 1000)
        if any(fd == self._wake for fd, _events in ready):
            os.eventfd_read(self._wake)

    def _revive(self) -> None:
        """A board that died starts anew, as a chip does after a panic; but not again and again."""
        for key, board in self._bench.boards.items():
            if board.ended and monotonic() - self._revived_s > REVIVE_S:
                self._revived_s = monotonic()
                note = _("The board stopped ({why}) and starts anew.")
                said = f"\r\n[bench] {note.format(why=why(board.ended))}\r\n"
                self._lines.of(key).from_board(said.encode())
                self._bench.reset(board=key)

    def _gone(self) -> BenchError:
        if self._broken:
            error = BenchError(_("The bench broke: {error}.").format(error=self._broken))
            error.__cause__ = self._broken
            return error
        return BenchError(_("The bench is closed."), _("Open it again."))

    def close(self) -> None:
        """Switch the board off and close every way to it; the second time nothing happens."""
        self._closing = True
        if self._wake < 0:
            return
        os.eventfd_write(self._wake, 1)
        self._thread.join(CLOSE_S)
        os.close(self._wake)
        self._wake = -1


def _answering(answer: Future[T], question: Callable[[], T]) -> Callable[[], None]:
    """A call whose result, or exception, goes to whoever waits for it."""

    def work() -> None:
        try:
            answer.set_result(question())
        except Exception as error:
            answer.set_exception(error)

    return work


def open_bench(url: str) -> Port:
    """The port of a `bench:` URL, with a bench behind. Raises: as LiveBench, BoardNotFound."""
    at = address.parse(url)
    bench = LiveBench(at.circuit, mode=at.mode, seed=at.seed, flash=at.flash, baud=at.baud)
    return bench._port(url, bench.close)
