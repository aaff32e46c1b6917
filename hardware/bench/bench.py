"""The virtual bench: one virtual time, what happens in it, and the board that lives in it.

    with Bench(circuit, seed=7, flash=flash) as bench:
        bench.control("btn1", "pressed", 1, ms(500))
        bench.run(until_ns=2_000_000_000)
        print(bench.trace.lines())

The board runs ahead on its own clock as far as the bench has granted; whatever it asks is answered
after everything up to that time has happened, in the order of time. *Headless* benches (grading)
are driven by `run` and never wait for the wall clock. Interactive ones are driven by `serve_once`
in a thread of their own; other threads reach them through `soon`.
"""

from collections.abc import Callable
from itertools import count
from math import inf
from time import monotonic
from typing import Any, Literal

from hardware.bench import frames
from hardware.bench.affinity import together
from hardware.bench.events import NEVER, EventQueue
from hardware.bench.flash import Flash
from hardware.bench.inbox import Inbox
from hardware.bench.intake import Ask
from hardware.bench.limits import INTERACTIVE, Limits
from hardware.bench.station import POWER_ON_CAUSE, Station
from hardware.bench.tracing.trace import Control, End, Trace
from hardware.bench.wiring.circuit import Circuit

Mode = Literal["virtual", "realtime"]

REPORT_NS = 500_000_000
"""An interactive board reports so often, or a program that only writes would do so for ever
unseen."""

CHECK_EVERY = 1024
"""Of so many things that happen in one go, the wall clock is looked at once."""


class Bench:
    """A circuit with its board, in virtual time (ns since the bench was switched on)."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        seed: int = 0,
        mode: Mode = "virtual",
        headless: bool = True,
        flash: Flash | None = None,
        limits: Limits | None = None,
        ticks0_ms: int = 0,
    ) -> None:
        self.now_ns = 0
        self.ended: End | None = None
        """Why the board is no more; None while it is on."""
        self.limits = limits or (Limits() if headless else INTERACTIVE)
        self.commons: dict[type, Any] = {}
        """What all boards share, by its class: the network, once a radio is on."""
        self._headless = headless
        self._flags = (frames.FLAG_REALTIME if mode == "realtime" else 0) | (
            frames.FLAG_HEADLESS if headless else 0
        )
        self._ticks0_ms = ticks0_ms
        self._events = EventQueue()
        self._controls: list[Control] = []
        self._flash = flash or Flash(circuit.board)
        self._owns_flash = flash is None
        self._listeners: list[Callable[[bytes, int], None]] = []
        self._started = self._stopping = False
        self._left_s = inf if self.limits.wall_s is None else self.limits.wall_s
        self._over_s = inf
        """When the present `run` will have used up what is left of the wall time (monotonic)."""
        self.circuit = circuit
        side = circuit.sides[circuit.board_id]
        self.station = Station(self, side, self._flash, seed, self.limits)
        circuit.start(self.station)
        self.station.hear = self._hear
        self._inbox = Inbox(self.station)

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Switches the board on. Raises: BenchError when it cannot run on this machine."""
        if not self._started:
            self._started = True
            self.station.power_on(ticks0_ms=self._ticks0_ms)

    def close(self) -> None:
        """Ends the board's process and gives everything back; the trace can still be read."""
        with self._inbox.lock:
            self.station.close()
        if self._owns_flash:
            self._flash.close()
        self._inbox.close()

    def __enter__(self) -> "Bench":
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def reset(self, cause: int = POWER_ON_CAUSE) -> None:
        """A hard reset, now: a new process, in the same virtual time. Also of a board that
        ended."""
        with self._inbox.lock:
            self.station.power_off(frames.END_RESET)
            self.ended = None
            self.station.power_on(cause)

    # -- what happens -----------------------------------------------------------------------

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time is there; what lies in the past comes next."""
        self._events.add(max(t_ns, self.now_ns), fn)

    def control(self, part: str, name: str, value: float, t_ns: int | None = None) -> None:
        """Moves a part's control, now or at a time. Raises: HardwareError for a wrong name or
        value."""
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: self._move(part, name, value))
        else:
            self._move(part, name, value)

    def send(self, data: bytes, t_ns: int | None = None) -> None:
        """Serial input for the board, now or at a time."""
        if t_ns is not None and t_ns > self.now_ns:
            self.at(t_ns, lambda: self.station.serial.push(data))
        else:
            self.station.serial.push(data)

    def on_tx(self, listener: Callable[[bytes, int], None]) -> Callable[[], None]:
        """Tells a listener the serial output: at most a line, and the time of its last byte.

        While anybody listens the board asks after each piece that it prints, which costs much more
        than printing: call what is returned as soon as enough was heard.
        """
        self._listeners.append(listener)
        self.station.pins.listening = True

        def leave() -> None:
            self._listeners.remove(listener)
            self.station.pins.listening = bool(self._listeners)

        return leave

    def on_output(self, listener: Callable[[bytes], None]) -> None:
        """Tells the one listener of a live line the serial output when it comes in: without its
        time, and at no cost for the board (unlike `on_tx`)."""
        self.station.intake.said = listener

    def soon(self, fn: Callable[[], None]) -> None:
        """Thread-safe: has `fn` run by the bench when the board asks next, and makes it ask."""
        self._inbox.put(fn)

    def stop(self) -> None:
        """Ends `run` at the present virtual time; from a listener or an event."""
        self._stopping = True

    @property
    def trace(self) -> Trace:
        """What has happened until now."""
        board = self.circuit.board
        return Trace(
            board=board.name,
            records=self.station.recorder.records(self.now_ns),
            controls=list(self._controls),
            end_ns=self.now_ns,
            nets={pin.name: pin.gpio for pin in board.pins.values() if pin.gpio is not None},
            end_detail=self.ended.detail if self.ended else "",
            bits=self.station.intake.bits,
        )

    # -- driving it -------------------------------------------------------------------------

    def run(self, until_ns: int) -> None:
        """Serves the board until a virtual time, or until it ends, or until `stop` is called.

        All that happens up to and at `until_ns` is in the trace; a later `run` goes on from there.
        """
        self.start()
        self._stopping = False
        self._over_s = monotonic() + self._left_s
        with together(self.station.pid):
            while self.ended is None and self.now_ns < until_ns and not self._stopping:
                if self.station.turn:
                    self._deal(until_ns)
                    continue
                self.station.receive(wait=True)
                self._check_wall()
        self._left_s = self._over_s - monotonic()

    def serve_once(self, timeout_s: float) -> bool:
        """Interactive: waits so long for the board, serves it once; False if nothing came."""
        self.start()
        if not self.station.turn:
            self._inbox.wait(timeout_s)
            if self.ended is not None:
                return self._inbox.run()
            if not self.station.receive(wait=False):
                return False
        if self.station.turn:
            self._deal(NEVER)
        self._forget()
        return True

    def fileno(self) -> int:
        """For `select`: readable when the board said something."""
        return self._inbox.fileno()

    # -- inside -----------------------------------------------------------------------------

    def _deal(self, until_ns: int) -> None:
        """Lets everything happen up to the board's turn, and answers it unless that is too
        late."""
        turn = self.station.turn
        assert turn
        if not self._advance(min(turn.t_ns, until_ns)):
            return
        if isinstance(turn, Ask):
            if self._inbox.run():
                self.station.pins.look()
            if turn.kind == frames.REC_CALL and turn.t_ns < until_ns:
                self.station.put_through()
                self.station.pins.look()
            if turn.t_ns < until_ns and self.station.turn is turn:
                self._inbox.answer(self._horizon_ns(until_ns), self._flags)
        elif turn.t_ns <= until_ns:
            self._bury(turn.cause, turn.detail, turn.restart)

    def _advance(self, t_ns: int) -> bool:
        """What the board did and what happens to it, in the order of time; False when stopped."""
        pins, events = self.station.pins, self._events
        for number in count(1):
            if self._stopping or (number % CHECK_EVERY == 0 and self._check_wall()):
                break
            due = min(pins.next_ns, events.next_ns)
            if due > t_ns:
                pins.settle(t_ns)
                self.now_ns = t_ns
                pins.look()
                return True
            self.now_ns = due
            if pins.next_ns <= events.next_ns:
                pins.step()
            else:
                pins.settle(due)
                events.pop()()
            pins.look()
        return False

    def _horizon_ns(self, until_ns: int) -> int:
        """Nothing that the board could see happens before, unless it causes it itself."""
        horizon_ns = min(self._events.next_ns, until_ns)
        return horizon_ns if self._headless else min(horizon_ns, self.now_ns + REPORT_NS)

    def _bury(self, cause: int, detail: str, restart: int | None) -> None:
        if restart is not None:
            self.reset(restart)
            return
        with self._inbox.lock:
            self.station.power_off(cause)
            self.ended = End(self.now_ns, cause, detail)

    def _check_wall(self) -> bool:
        """Ends the board when `run` has taken too long; whether it has."""
        if monotonic() <= self._over_s:
            return False
        self.station.condemn(frames.END_WALL, f"more than {self.limits.wall_s:g} s of wall time")
        return True

    def _move(self, part: str, name: str, value: float) -> None:
        self.circuit.set_control(part, name, value)
        self._controls.append(Control(self.now_ns, part, name, value))
        self.station.pins.look()

    def _hear(self, data: bytes) -> None:
        for listener in list(self._listeners):
            listener(data, self.now_ns)

    def _forget(self) -> None:
        most = self.limits.records
        if not self._headless and most is not None and len(self.station.recorder) > most // 2:
            self.station.recorder.forget()
