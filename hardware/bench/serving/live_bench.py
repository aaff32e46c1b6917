"""A live bench: a thread runs one interactive bench and the endpoints of its serial lines.

    with LiveBench("esp32") as bench:
        print(bench.serve_pty())             # /dev/pts/7: for mpremote, Thonny, a terminal
        with Board(bench.connect()) as board:
            board.run("print('hello')")
        bench.press("btn1", hold_s=0.08)

Methods may be called from any thread: the bench's own thread does the work between two requests of
a board. Each board has its own serial line. A method that gets no board id uses the first board.
"""

import os
import queue
import select
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self, TypeVar

from hardware.bench.bench import Mode
from hardware.bench.board.end_reason import why
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.faults import Fault
from hardware.bench.diagram import Diagram
from hardware.bench.flash import Flash
from hardware.bench.parts.usb_serial import UsbSerial
from hardware.bench.protocol import frames
from hardware.bench.serving import address
from hardware.bench.serving.address import find_diagram
from hardware.bench.serving.host_network import HostNetwork
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.serial_lines import LAG_S, SerialLines
from hardware.bench.serving.serial_tail import SerialTail
from hardware.boards import BoardType
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _
from hardware.wire.port import Port
from hardware.wire.socket_port import PairPort

T = TypeVar("T")
POLL_S = 0.001
"""`poll` knows only whole milliseconds, and rounds up."""
SLICE_S = 0.5
"""A waiting thread checks this often whether the bench's thread still runs."""
CLOSE_S = 5.0
"""The longest time that `close` waits for the bench's thread."""
TOLD_BOARDS = 20
"""After so many boards it says how many are on: their processes start one after the other."""
RESTART_S = 1.0
"""The shortest time between two restarts of boards that ended."""


@dataclass(frozen=True)
class Snapshot:
    """The state of the bench at one moment."""

    now_ns: int
    controls: Mapping[str, Mapping[str, float]]
    """The positions of the controls, by part id and control name."""
    ended: str
    """Why a board ended; "" while all boards run."""


class LiveBench:
    """A circuit with its boards. It runs until `close`."""

    def __init__(
        self,
        circuit: str | Path | Mapping[str, Any] | Diagram,
        *,
        mode: Mode = "realtime",
        seed: int = 0,
        flash: str | Path | None = None,
        baud: int | None = None,
        reach: Sequence[str] = (),
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Power on.

        Args:
            circuit: a diagram or its path; or a board's name or family for a bare board.
            mode: `realtime`, or `virtual`: sleeps take no time, waits for serial input do.
            seed: of the bench's random numbers; the same seed gives the same noise.
            flash: file of the flash image, made if missing (other boards add their ids); None: the
                flash is only in memory.
            baud: speed of the serial line in both directions; None: no limit.
            reach: `host:port` places of the host's network that the boards may reach (realtime).
            tell: gets what the bench says besides serial lines: how many of many boards are on;
                in the bench's thread, where the drive of a boot ROM is, what became of a file.

        Raises:
            DiagramError: the circuit is wrong.
            BenchError: virtual boards do not run on this machine, or `reach` is wrong.
        """
        self.diagram = circuit if isinstance(circuit, Diagram) else find_diagram(circuit)
        self.circuit = wired = Circuit(self.diagram)
        """Belongs to the bench's thread: use it inside `ask`."""
        self.board_types = dict(wired.netlist.boards)
        """By id, in the order of the diagram."""
        self.board_type = wired.board
        self.realtime = mode == "realtime"
        images = _image_paths(self.board_types, flash)
        self._flashes = _open_flashes(self.board_types, images)
        self._bench = InteractiveBench(wired, seed=seed, mode=mode, flash=self._flashes)
        self._host_network = HostNetwork(self._bench)
        self._host_network.allow(reach, mode)
        self._lines = SerialLines(self._bench, baud, images, tell)
        self.output = {board: SerialTail() for board in self.board_types}
        """The last output of each board, since the start of the bench."""
        for board, tail in self.output.items():
            self._lines.of(board).add_tail(tail)
        self._todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._closing = False
        self._failure: BaseException | None = None
        self._restarted_s = 0.0
        self._power_on(tell)

    def _power_on(self, tell: Callable[[str], None]) -> None:
        text, total = _("{count} of {total} boards are on"), len(self.board_types)

        def progress(count: int) -> None:
            if count % TOLD_BOARDS == 0:
                tell(text.format(count=count, total=total))

        try:
            self._bench.start(progress)
        except BaseException:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name="warsha-bench", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- endpoints of the serial lines

    def connect(self, board: str = "") -> Port:
        """A port for this process; closing it does not close the bench."""
        return self._port(f"bench:{board or next(iter(self.circuit.sides))}", lambda: None, board)

    def serve_pty(self, board: str = "") -> str:
        """Open a pseudo-terminal; returns its path. On a Pico it is a link, as its serial line
        disappears and appears again under another path."""
        return self.ask(lambda _bench: self._lines.add_pty(board))

    def adapters(self) -> list[str]:
        """The ids of its USB-to-serial adapters."""
        parts = self.ask(lambda _bench: list(self.circuit.parts.values()))
        return [part.id for part in parts if isinstance(part, UsbSerial)]

    def serve_port(self, part: str) -> str:
        """Open the port of a USB-to-serial adapter, a pseudo-terminal; returns its path. Raises:
        HardwareError when there is no such adapter."""
        return self.ask(lambda _bench: self._lines.add_port(part))

    def serve_socket(self, port: int = 0, board: str = "") -> str:
        """Listen on loopback; returns the `socket://` URL. Raises: BenchError."""
        return self.ask(lambda _bench: self._lines.of(board).add_socket(port))

    def serve_rfc2217(self, port: int = 0, board: str = "") -> str:
        """Listen on loopback for RFC 2217; returns the `rfc2217://` URL. Raises: BenchError.

        RTS without DTR is the reset button, as on ESP32 boards.
        """
        return self.ask(lambda _bench: self._lines.of(board).add_rfc2217(port))

    def _port(self, url: str, on_close: Callable[[], None], board: str = "") -> Port:
        pair = self.ask(lambda _bench: self._lines.of(board).add_pair())
        return PairPort(url, pair.theirs, lambda: self.reset(board), on_close)

    def keep_output(self, tail: SerialTail, board: str = "") -> None:
        """Keep the last output of a board from now on."""
        self.ask(lambda _bench: self._lines.of(board).add_tail(tail))

    # -- controls and state

    def control(self, part: str, name: str, value: float) -> None:
        """Move a control of a part now. Raises: HardwareError for a wrong part, name or value."""
        self.ask_now(lambda bench: bench.control(part, name, value))

    def wave(self, part: str, name: str, hertz: float, amplitude: float) -> None:
        """Let a control of a part follow a sine from now on (`Bench.wave`)."""
        self.ask_now(lambda bench: bench.wave(part, name, hertz, amplitude))

    def press(self, part: str, hold_s: float = 0.1, key: str = "pressed") -> None:
        """Press a button, or one of several keys, for `hold_s` seconds of virtual time. Raises: as
        `control`."""

        def press(bench: InteractiveBench) -> None:
            bench.control(part, key, 1)
            bench.control(part, key, 0, bench.now_ns + round(hold_s * 1e9))

        self.ask_now(press)

    def set_speed(self, speed: float) -> None:
        """Let so many virtual seconds pass in a second from now on: 1 is real time, 0 a pause.
        Raises: BenchError unless the bench is in real time."""
        self._need_realtime()
        self.ask(lambda bench: bench.set_speed(speed))

    def step(self) -> None:
        """Go on to the next edge at a pin of a board, or for `pace.STEP_NS` without one; then the
        bench is paused. Raises: as `set_speed`."""
        self._need_realtime()
        self.ask(lambda bench: bench.step())

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self.ask(lambda bench: bench.speed == 0)

    def go_on(self) -> None:
        """Let time pass as in reality, after a pause or at another speed."""
        if self.realtime and self.ask(lambda bench: bench.speed) != 1:
            self.set_speed(1)

    def _need_realtime(self) -> None:
        if not self.realtime:
            raise BenchError(_("This bench has no real time to follow."), _("Use mode=realtime."))

    def reset(self, board: str = "") -> None:
        """Press the reset button; it works whatever the program does. Raises: HardwareError for a
        wrong board id."""

        def reset(bench: InteractiveBench) -> None:
            self._lines.of(board)  # raises
            bench.reset(board=board)

        self.ask(reset)

    def unplug(self, board: str = "") -> None:
        """Pull the cable of a board: it has no supply, and its serial line or drive disappears.
        Raises: HardwareError for a wrong board id."""
        self.ask(lambda _bench: self._lines.plug(board, plugged=False))

    def plug(self, board: str = "") -> None:
        """Put the cable in again. Raises: as `unplug`."""
        self.ask(lambda _bench: self._lines.plug(board, plugged=True))

    def drive(self, board: str = "") -> Path | None:
        """The folder that stands for the drive of a Pico's boot ROM; None while it does not wait
        for a UF2 file. Raises: HardwareError for a wrong board id."""
        return self.ask(lambda _bench: self._lines.drive(board))

    def reset_without(self, names: Iterable[str], board: str = "") -> dict[str, bytes]:
        """As `reset`, after these files were removed from the board's flash; returns the contents
        of those that were there. Raises: as `reset`; FlashError for a broken flash."""
        taken: dict[str, bytes] = {}

        def reset(bench: InteractiveBench) -> None:
            self._lines.of(board)  # raises
            flash = self._flashes[board or next(iter(self._flashes))]
            bench.reset(board=board, while_off=lambda: taken.update(flash.take(names)))

        self.ask(reset)
        return taken

    def serial(self, data: bytes, board: str = "") -> None:
        """Send bytes to a board's serial line."""
        self.ask(lambda _bench: self._lines.of(board).from_client(data))

    def snapshot(self) -> Snapshot:
        """The present state of the bench."""

        def look(bench: InteractiveBench) -> Snapshot:
            ends = [board.ended for board in bench.boards.values() if board.ended]
            ended = why(ends[0]) if ends else ""
            return Snapshot(bench.now_ns, self.circuit.controls(), ended)

        return self.ask(look)

    def faults(self) -> list[Fault]:
        """What would have damaged a real board until now."""
        return self.ask(lambda _bench: self.circuit.faults())

    @property
    def running(self) -> bool:
        """Whether it has neither been closed nor failed."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the bench is closed. Raises: BenchError when it fails."""
        while self._thread.is_alive():
            self._thread.join(SLICE_S)
        if self._failure:
            raise self._error()

    def ask(self, question: Callable[[InteractiveBench], T]) -> T:
        """Call `question(bench)` in the bench's thread and return its result (a trace, a drawing).

        Raises:
            BenchError: the bench is closed or has failed. And what `question` raises.
        """
        answer: Future[T] = Future()
        self._todo.put(_resolving(answer, lambda: question(self._bench)))
        self._need_thread()
        os.eventfd_write(self._wake, 1)
        return self._wait_for(answer)

    def ask_now(self, question: Callable[[InteractiveBench], T]) -> T:
        """As `ask`, but first the boards tell what they have done until now, and they see at once
        what `question` changes."""
        answer: Future[T] = Future()
        self._need_thread()
        self._bench.soon(_resolving(answer, lambda: question(self._bench)))
        return self._wait_for(answer)

    def _wait_for(self, answer: Future[T]) -> T:
        while not answer.done():
            wait([answer], SLICE_S)
            if not answer.done():
                self._need_thread()
        return answer.result()

    def _need_thread(self) -> None:
        """Raises: BenchError when the bench's thread has ended."""
        if not self._thread.is_alive():
            raise self._error()

    # -- the thread

    def _run(self) -> None:
        try:
            while not self._closing:
                self._serve_once()
        except BaseException as error:
            self._failure = error
        finally:
            self._release()

    def _release(self) -> None:
        self._lines.close()
        self._bench.close()
        self._host_network.close()
        for flash in self._flashes.values():
            flash.close()

    def _serve_once(self) -> None:
        """Wait for work, then serve calls, endpoints and boards once."""
        lags = self._lines.lags()
        self._wait_for_work(lags)
        while not self._todo.empty():
            self._todo.get()()
        self._lines.serve()
        if not lags:
            self._bench.serve_once(0.0)
            self._restart_ended()
        self._lines.send_on()

    def _wait_for_work(self, lags: bool) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for fd, events in self._lines.watch():
            poll.register(fd, events)
        if not lags:
            poll.register(self._bench.fileno(), select.POLLIN)
        # A line that lagged a moment ago may lag no more; nothing else would wake the bench.
        times = [self._bench.idle_s(), self._lines.idle_s(), LAG_S if lags else None]
        idle_s = min((time for time in times if time is not None), default=None)
        if idle_s is not None and 0 < idle_s < POLL_S:
            sleep(idle_s)  # the last bytes on a wire
            idle_s = 0.0
        ready = poll.poll(None if idle_s is None else idle_s * 1000)
        if any(fd == self._wake for fd, _events in ready):
            os.eventfd_read(self._wake)

    def _restart_ended(self) -> None:
        """Restart boards that ended, as a chip restarts after a panic; at most once per second."""
        for key, board in self._bench.boards.items():
            if board.ended and board.ended.cause == frames.END_LOADER:
                self._lines.enter_loader(key)
            elif board.ended and monotonic() - self._restarted_s > RESTART_S:
                self._restarted_s = monotonic()
                note = _("The board stopped ({why}) and restarts.")
                text = f"\r\n[bench] {note.format(why=why(board.ended))}\r\n"
                self._lines.of(key).from_board(text.encode())
                self._bench.reset(board=key)

    def _error(self) -> BenchError:
        if failure := self._failure:
            error = BenchError(_("The bench failed: {error}.").format(error=failure))
            if isinstance(failure, HardwareError):
                error = BenchError(failure.cause, failure.cure)
            error.__cause__ = failure
            return error
        cure = _(
            "Open it again: `%board connect diagram.json` in a notebook, "
            "`warsha bench diagram.json` in a terminal."
        )
        return BenchError(_("The bench is closed."), cure)

    def close(self) -> None:
        """Switch the boards off and close all endpoints; the second time nothing happens."""
        self._closing = True
        if self._wake < 0:
            return
        os.eventfd_write(self._wake, 1)
        self._thread.join(CLOSE_S)
        os.close(self._wake)
        self._wake = -1


def _resolving(answer: Future[T], question: Callable[[], T]) -> Callable[[], None]:
    """A function that calls `question` and puts its result, or its exception, into `answer`."""

    def work() -> None:
        try:
            answer.set_result(question())
        except Exception as error:
            answer.set_exception(error)

    return work


def _image_paths(boards: Iterable[str], file: str | Path | None) -> dict[str, Path]:
    """The file of each board's flash, by board id; without a file, all are in memory.

    The first board's flash is in the file; those of the others are next to it, with the board id
    before the suffix.
    """
    paths: dict[str, Path] = {}
    for board_id in boards if file else ():
        path = Path(file or "")
        paths[board_id] = path.with_stem(f"{path.stem}-{board_id}") if paths else path
    return paths


def _open_flashes(boards: Mapping[str, BoardType], paths: Mapping[str, Path]) -> dict[str, Flash]:
    """The flash of each board, by board id. Raises: HardwareError."""
    flashes: dict[str, Flash] = {}
    with ExitStack() as stack:
        for board_id, board in boards.items():
            flashes[board_id] = stack.enter_context(Flash(board, paths.get(board_id)))
        stack.pop_all()
    return flashes


def open_bench(url: str) -> Port:
    """Open the bench of a `bench:` URL; closing the port closes the bench.

    Raises: BoardNotFound, and as `LiveBench`.
    """
    at = address.parse(url)
    bench = LiveBench(at.circuit, mode=at.mode, seed=at.seed, flash=at.flash, baud=at.baud)
    return bench._port(url, bench.close)
