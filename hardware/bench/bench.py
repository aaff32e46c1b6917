"""The virtual bench: one virtual time, what happens in it, and the boards that live in it.

    with Bench(circuit, seed=7, flash=flash) as bench:
        bench.control("btn1", "pressed", 1, ms(500))
        bench.run(until_ns=2_000_000_000)
        print(bench.trace.lines())

A board runs ahead on its own clock as far as the bench has granted. The bench answers a request
after everything up to the time of the request has happened, in order of time (`scheduler.py`).
`run` never waits for the wall clock. Benches that people use while they run are
`InteractiveBench`es (`serving/interactive_bench.py`).

With several boards, a method means the board with the given id; without an id, the first one of
the diagram. In realtime each board follows the wall clock and is answered when it asks: their
times then agree only to about 2 ms."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

from hardware.bench.board.board_process import Platform
from hardware.bench.board.virtual_board import POWER_ON_CAUSE, VirtualBoard
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.events import VirtualTime
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.network.lan import Lan, lan_of
from hardware.bench.scheduler import STOP_DELAY_NS, Inbox, Scheduler
from hardware.bench.trace.trace import ControlAt, End, Trace
from hardware.seed import Seed

Mode = Literal["virtual", "realtime"]


class Bench:
    """A circuit with its boards, in virtual time (ns since the bench was switched on)."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        seed: int = 0,
        mode: Mode = "virtual",
        flash: Flash | Mapping[str, Flash] | None = None,
        limits: Limits | None = None,
        ticks0_ms: int = 0,
        platform: Platform | None = None,
        inbox: Inbox | None = None,
    ) -> None:
        """
        Args:
            seed: chance on the bench; every board has its own seed, made from it.
            flash: of the first board, or of several boards by id. The others get empty ones.
            limits: of each board.
            ticks0_ms: what `time.ticks_ms()` returns at power on.
            platform: starts the boards; without one they are processes of this machine.
            inbox: the work of other threads, for an interactive bench.
        """
        self.circuit = circuit
        self.limits = limits or Limits()
        self._ticks0_ms = ticks0_ms
        self._time = VirtualTime()
        self._controls: list[ControlAt] = []
        self._own_flashes: list[Flash] = []
        self._listeners: dict[str, list[Callable[[bytes, int], None]]] = {}
        self._started = self._in_listener = False
        self._platform = platform or this_machine()
        flashes = {circuit.board_id: flash} if isinstance(flash, Flash) else flash or {}
        self.boards = {key: self._board(key, Seed(int(seed)), flashes) for key in circuit.sides}
        """By id, in the order of the diagram."""
        boards = tuple(self.boards.values())
        circuit.start(*boards)
        realtime = mode == "realtime"
        self._scheduler = Scheduler(
            self._time, boards, self.limits, self._platform, realtime=realtime, inbox=inbox
        )

    def _board(self, board_id: str, seed: Seed, flashes: Mapping[str, Flash]) -> VirtualBoard:
        side = self.circuit.sides[board_id]
        if (flash := flashes.get(board_id)) is None:
            flash = Flash(side.board)
            self._own_flashes.append(flash)
        own = seed if board_id == self.circuit.board_id else seed.child(f"board/{board_id}")
        board = VirtualBoard(self._time, side, flash, own, self.limits, self._platform)
        self._listeners[board_id] = []
        board.on_output = lambda data: self._tell_listeners(board_id, data)
        return board

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._time.now_ns

    @property
    def commons(self) -> dict[type, Any]:
        """Objects that all boards share, by their class: the network, once a radio is on."""
        return self._time.commons

    @property
    def board(self) -> VirtualBoard:
        """The first board."""
        return self._scheduler.boards[0]

    @property
    def ended(self) -> End | None:
        """Why the board that ended last has ended; None while any board is on."""
        ends = [board.ended for board in self.boards.values()]
        return None if None in ends else max((end for end in ends if end), key=lambda e: e.t_ns)

    # -- life ---------------------------------------------------------------------------------

    def start(self, tell: Callable[[int], None] = lambda count: None) -> None:
        """Switches the boards on; `tell` gets how many are on, after each. Raises: BenchError when
        they cannot run on this machine."""
        if not self._started:
            self._started = True
            for count, board in enumerate(self.boards.values(), 1):
                board.power_on(ticks0_ms=self._ticks0_ms)
                tell(count)

    def close(self) -> None:
        """Ends the boards' processes and releases everything. The traces can still be read."""
        self._scheduler.close()
        if (lan := self.commons.get(Lan)) is not None:
            lan.close()
        for flash in self._own_flashes:
            flash.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def reset(
        self,
        cause: int = POWER_ON_CAUSE,
        board: str = "",
        while_off: Callable[[], None] = lambda: None,
    ) -> None:
        """A hard reset, now: a new process, in the same virtual time. Also for a board that has
        ended. `while_off` is called before the new process starts: it may change the flash."""
        self._scheduler.reset(self._find(board), cause, while_off)

    def plug(self, board: str = "", *, plugged: bool = True) -> None:
        """Puts the cable of a board in, or pulls it: the board and its parts have no supply."""
        self._scheduler.plug(self._find(board), plugged)

    def _find(self, board_id: str) -> VirtualBoard:
        return self.boards[board_id] if board_id else self.board

    # -- what happens -------------------------------------------------------------------------

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time reaches `t_ns`; if that is past, next."""
        # A time from the columns of a trace is numpy's; compiled modules take Python's.
        self._time.events.add(max(int(t_ns), self.now_ns), fn)

    def control(self, part: str, name: str, value: float, t_ns: int | None = None) -> None:
        """Moves a control of a part, or the boot button of a board (`BOOTSEL`, 1 holds it), now or
        at a time. Raises: HardwareError for a wrong name or value."""
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: self._move(part, name, value))
        else:
            self._move(part, name, value)

    def wave(
        self,
        part: str,
        name: str,
        hertz: float,
        amplitude: float,
        t_ns: int | None = None,
        *,
        degrees: float = 0.0,
    ) -> None:
        """Lets a control of a part follow a sine around its value, from now or from a time on. The
        sine begins at an angle of `degrees`; an amplitude of 0 ends it. Raises: HardwareError for
        a wrong name or number."""

        def swing() -> None:
            self.circuit.set_wave(part, name, hertz, amplitude, degrees)
            text = f"±{amplitude:.3g} {hertz:.3g} Hz" if amplitude else "0"
            self._controls.append(ControlAt(self.now_ns, part, f"{name} ~", text))
            self._scheduler.update()

        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, swing)
        else:
            swing()

    def send(self, data: bytes, t_ns: int | None = None, board: str = "") -> None:
        """Serial input for a board, now or at a time."""
        serial = self._find(board).serial
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: serial.push(data))
        else:
            serial.push(data)
            self._scheduler.update()

    def on_tx(self, listener: Callable[[bytes, int], None], board: str = "") -> Callable[[], None]:
        """Calls a listener with the serial output: at most a line, and the time of its last byte.
        Returns a function that removes the listener.

        While there is a listener, the board asks after each piece that it prints. That costs much
        more than printing: remove the listener as soon as it has enough.
        """
        found = self._find(board)
        listeners = self._listeners[found.id]
        listeners.append(listener)
        found.pins.listening = True

        def remove() -> None:
            listeners.remove(listener)
            found.pins.listening = bool(listeners)

        return remove

    def on_output(self, listener: Callable[[bytes], None], board: str = "") -> None:
        """Calls the one listener of a live line with the serial output when it comes in: without
        its time, and at no cost for the board (unlike `on_tx`)."""
        self._find(board).reader.on_output = listener

    def stop(self) -> None:
        """Ends `run` at the present virtual time; from a listener or an event. With several
        boards, a listener's stop comes 1 ms later (`STOP_DELAY_NS`)."""
        if self._in_listener and len(self.boards) > 1:
            self.at(self.now_ns + STOP_DELAY_NS, self._stop_now)
        else:
            self._stop_now()

    def _stop_now(self) -> None:
        self._scheduler.stopping = True

    @property
    def network(self) -> Lan:
        """The network of its boards' radios: `network.broker.publish(...)` reaches their clients,
        `network.services.set(...)` the services that they use."""
        return lan_of(self.board)

    @property
    def trace(self) -> Trace:
        """What has happened on the first board until now."""
        return self._trace(self.board)

    @property
    def traces(self) -> dict[str, Trace]:
        """What has happened on each board until now, by its id."""
        return {key: self._trace(board) for key, board in self.boards.items()}

    def _trace(self, board: VirtualBoard) -> Trace:
        pins = board.board.pins.values()
        return Trace(
            board=board.board.name,
            records=board.recorder.records(self.now_ns),
            controls=list(self._controls),
            end_ns=self.now_ns,
            nets={pin.name: pin.gpio for pin in pins if pin.gpio is not None},
            end_detail=board.ended.detail if board.ended else "",
            bits=board.reader.bits,
            joined=board.circuit.joined(),
            payloads=board.recorder.payloads,
            begin_ns=board.recorder.begin_ns,
        )

    def run(self, until_ns: int) -> None:
        """Serves the boards until a virtual time, or until all have ended, or until `stop`.

        What happens up to and at `until_ns` is in the traces. A later `run` goes on from there.
        """
        self.start()
        self._scheduler.run(int(until_ns))

    # -- inside -------------------------------------------------------------------------------

    def _move(self, part: str, name: str, value: float) -> None:
        self.circuit.set_control(part, name, float(value))
        self._controls.append(ControlAt(self.now_ns, part, name, value))
        self._scheduler.update()

    def _tell_listeners(self, board_id: str, data: bytes) -> None:
        self._in_listener = True
        try:
            for listener in list(self._listeners[board_id]):
                listener(data, self.now_ns)
        finally:
            self._in_listener = False


def this_machine() -> Platform:
    """Boards as processes of this machine. Imported here, because it needs Linux."""
    from hardware.bench.board.process import LinuxPlatform

    return LinuxPlatform()
