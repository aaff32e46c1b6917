"""The virtual bench: one virtual time, what happens in it, and the boards that live in it.

    with Bench(circuit, seed=7, flash=flash) as bench:
        bench.control("btn1", "pressed", 1, ms(500))
        bench.run(until_ns=2_000_000_000)
        print(bench.trace.lines())

A board runs ahead on its own clock as far as the bench has granted; whatever it asks is answered
after everything up to that time has happened, in the order of time (`timeline.py`). *Headless*
benches (grading) are driven by `run` and never wait for the wall clock. Interactive ones are
driven by `serve_once` in a thread of their own; other threads reach them through `soon`.

With several boards, what is said of a board is said by its id in the diagram; without one, of the
first. In realtime each board follows the wall clock and is answered when it asks: their times then
agree only to about 2 ms.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

from hardware.bench.board.virtual_board import POWER_ON_CAUSE, VirtualBoard
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.drive import Drive
from hardware.bench.flash import Flash
from hardware.bench.limits import INTERACTIVE, Limits
from hardware.bench.network.lan import Lan, lan_of
from hardware.bench.timeline import REACT_NS, Timeline
from hardware.bench.trace.trace import ControlAt, End, Trace

Mode = Literal["virtual", "realtime"]


class Bench:
    """A circuit with its boards, in virtual time (ns since the bench was switched on)."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        seed: int = 0,
        mode: Mode = "virtual",
        headless: bool = True,
        flash: Flash | Mapping[str, Flash] | None = None,
        limits: Limits | None = None,
        ticks0_ms: int = 0,
    ) -> None:
        """
        Args:
            seed: chance on the bench; every board has its own, made from it.
            flash: the first board's, or those of several by board id; others are empty.
            limits: of each board.
        """
        self.circuit = circuit
        self.limits = limits or (Limits() if headless else INTERACTIVE)
        self._ticks0_ms = ticks0_ms
        self._time = Timeline(mode == "realtime")
        self._controls: list[ControlAt] = []
        self._own_flashes: list[Flash] = []
        self._listeners: dict[str, list[Callable[[bytes, int], None]]] = {}
        self._started = self._hearing = False
        given = {circuit.board_id: flash} if isinstance(flash, Flash) else flash or {}
        self.stations = {key: self._station(key, seed, given) for key in circuit.sides}
        self._time.stations = tuple(self.stations.values())
        circuit.start(*self._time.stations)
        self._drive = Drive(self._time, self.limits, headless)

    def _station(self, board_id: str, seed: int, given: Mapping[str, Flash]) -> VirtualBoard:
        side = self.circuit.sides[board_id]
        if (flash := given.get(board_id)) is None:
            flash = Flash(side.board)
            self._own_flashes.append(flash)
        seed = seed if board_id == self.circuit.board_id else seed_of(seed, board_id)
        station = VirtualBoard(self._time, side, flash, seed, self.limits)
        self._listeners[board_id] = []
        station.hear = lambda data: self._hear(board_id, data)
        return station

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._time.now_ns

    @property
    def commons(self) -> dict[type, Any]:
        """What all boards share, by its class: the network, once a radio is on."""
        return self._time.commons

    @property
    def station(self) -> VirtualBoard:
        """The first board's."""
        return self._time.stations[0]

    @property
    def ended(self) -> End | None:
        """Why the board that ended last is no more; None while any is on."""
        ends = [station.ended for station in self._time.stations]
        return None if None in ends else max((end for end in ends if end), key=lambda e: e.t_ns)

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Switches the boards on. Raises: BenchError when they cannot run on this machine."""
        if not self._started:
            self._started = True
            for station in self._time.stations:
                station.power_on(ticks0_ms=self._ticks0_ms)

    def close(self) -> None:
        """Ends the boards' processes and gives everything back; the traces can still be read."""
        self._drive.close()
        for flash in self._own_flashes:
            flash.close()

    def __enter__(self) -> "Bench":
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def reset(self, cause: int = POWER_ON_CAUSE, board: str = "") -> None:
        """A hard reset, now: a new process, in the same virtual time. Also of a board that
        ended."""
        self._drive.reset(self._of(board), cause)

    def _of(self, board: str) -> VirtualBoard:
        return self.stations[board] if board else self._time.stations[0]

    # -- what happens -----------------------------------------------------------------------

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time is there; what lies in the past comes next."""
        self._time.events.add(max(t_ns, self.now_ns), fn)

    def control(self, part: str, name: str, value: float, t_ns: int | None = None) -> None:
        """Moves a part's control, now or at a time. Raises: HardwareError for a wrong name or
        value."""
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: self._move(part, name, value))
        else:
            self._move(part, name, value)

    def send(self, data: bytes, t_ns: int | None = None, board: str = "") -> None:
        """Serial input for a board, now or at a time."""
        serial = self._of(board).serial
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: serial.push(data))
        else:
            serial.push(data)
            self._time.look()

    def on_tx(self, listener: Callable[[bytes, int], None], board: str = "") -> Callable[[], None]:
        """Tells a listener the serial output: at most a line, and the time of its last byte.

        While anybody listens the board asks after each piece that it prints, which costs much more
        than printing: call what is returned as soon as enough was heard.
        """
        station = self._of(board)
        listeners = self._listeners[station.id]
        listeners.append(listener)
        station.pins.listening = True

        def leave() -> None:
            listeners.remove(listener)
            station.pins.listening = bool(listeners)

        return leave

    def on_output(self, listener: Callable[[bytes], None], board: str = "") -> None:
        """Tells the one listener of a live line the serial output when it comes in: without its
        time, and at no cost for the board (unlike `on_tx`)."""
        self._of(board).intake.said = listener

    def soon(self, fn: Callable[[], None]) -> None:
        """Thread-safe: has `fn` run by the bench when a board asks next, and makes them ask."""
        self._drive.inbox.put(fn)

    def stop(self) -> None:
        """Ends `run` at the present virtual time; from a listener or an event. With several boards
        a listener's stop comes 1 ms later (`REACT_NS`)."""
        if self._hearing and len(self._time.stations) > 1:
            self.at(self.now_ns + REACT_NS, self._halt)
        else:
            self._halt()

    def _halt(self) -> None:
        self._time.stopping = True

    @property
    def network(self) -> Lan:
        """What its boards' radios reach: `network.broker.publish(...)` speaks to their clients."""
        return lan_of(self.station)

    @property
    def trace(self) -> Trace:
        """What has happened on the first board until now."""
        return self._trace(self.station)

    @property
    def traces(self) -> dict[str, Trace]:
        """What has happened on each board until now, by its id."""
        return {key: self._trace(station) for key, station in self.stations.items()}

    def _trace(self, station: VirtualBoard) -> Trace:
        board = station.board
        return Trace(
            board=board.name,
            records=station.recorder.records(self.now_ns),
            controls=list(self._controls),
            end_ns=self.now_ns,
            nets={pin.name: pin.gpio for pin in board.pins.values() if pin.gpio is not None},
            end_detail=station.ended.detail if station.ended else "",
            bits=station.intake.bits,
        )

    # -- driving it -------------------------------------------------------------------------

    def run(self, until_ns: int) -> None:
        """Serves the boards until a virtual time, or until all have ended, or until `stop`.

        What happens up to and at `until_ns` is in the traces; a later `run` goes on from there.
        """
        self.start()
        self._drive.run(until_ns)

    def serve_once(self, timeout_s: float) -> bool:
        """Interactive: waits so long for a board, serves it once; False if nothing came."""
        self.start()
        return self._drive.serve_once(timeout_s)

    def idle_s(self) -> float | None:
        """`serve_once` must be called at least this often; None: only when `fileno` is ready."""
        return self._drive.idle_s()

    def fileno(self) -> int:
        """For `select`: readable when a board said something."""
        return self._drive.inbox.fileno()

    # -- inside -----------------------------------------------------------------------------

    def _move(self, part: str, name: str, value: float) -> None:
        self.circuit.set_control(part, name, value)
        self._controls.append(ControlAt(self.now_ns, part, name, value))
        self._time.look()

    def _hear(self, board_id: str, data: bytes) -> None:
        self._hearing = True
        try:
            for listener in list(self._listeners[board_id]):
                listener(data, self.now_ns)
        finally:
            self._hearing = False


def seed_of(seed: int, board_id: str) -> int:
    """The seed of a board that is not the first one on a bench with that seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/board/{board_id}".encode()).digest()[:4])
