"""One board on the bench: its process, its pins, its serial line, and the records of what it did.

The bench owns the time; a station says what its board waits for, and answers it.
"""

import hashlib
import signal
from collections.abc import Callable
from math import inf

from hardware.bench.board import end_reason
from hardware.bench.board.board_host import Clock, Place, Side
from hardware.bench.board.pins import Pins
from hardware.bench.board.process import BoardProcess, Exit
from hardware.bench.board.record_reader import RecordReader, Request, Termination
from hardware.bench.board.serial_input import SerialInput
from hardware.bench.events import NEVER
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.peripherals.peripheral import Answer, BadCallError
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End
from hardware.errors import BenchError
from hardware.i18n import _

POWER_ON_CAUSE = 1
"""What `machine.reset_cause()` says after power on and the reset button, on both families."""
SEED_STEP = 0x9E3779B9
"""Each boot has chance of its own; the golden ratio keeps neighbouring benches apart."""
REFILL_NS = 10_000_000
"""While serial input waits for room, the board is made to come back so soon."""
FOREVER = 2**64 - 1
"""How a board is told that nothing is going to happen (VB_NEVER of the port)."""
REPLY = frames.LAYOUT_GRANT
POKE = REPLY.pack(frames.REPLY_POKE, *[0] * 10)


def uid_of(seed: int) -> str:
    """The chip's own number on a bench with that seed: 6 bytes, a maker's prefix first."""
    return "240ac4" + hashlib.sha256(f"{seed}/uid".encode()).hexdigest()[:6]


class VirtualBoard(Place):
    """A board with its side of the circuit. The bench calls `receive` until `turn` is set, then
    deals with it when time has come to `due_ns`."""

    def __init__(
        self, clock: Clock, circuit: Side, flash: Flash, seed: int, limits: Limits
    ) -> None:
        super().__init__(clock, circuit, flash, seed)
        self.turn: Request | Termination | None = None
        """What the bench has to deal with when virtual time is there."""
        self.due_ns = NEVER
        """When that is: a board that sleeps is woken by what happens, or at its deadline. NEVER
        while it runs, and without a board."""
        self.ended: End | None = None
        """Why the board is no more; None while it is on."""
        self.held = False
        """Something holds it in reset."""
        self.left_s = inf if limits.wall_s is None else limits.wall_s
        """What is left of its wall time."""
        self.intake = RecordReader(limits, self.recorder)
        self.serial = SerialInput()
        self.hear: Callable[[bytes], None] = lambda data: None
        self.pins = Pins(circuit, self._note_level, lambda data: self.hear(data))
        self._batch = b""
        self._answer: Answer | None = None
        """To the call that the board waits with, once it was put through."""
        self._told_mail = 0
        self._poked = False
        self._limits = limits
        self.boots = 0
        """How often it was switched on."""
        self._cpu_s = 0.0
        self._process: BoardProcess | None = None

    # -- power ------------------------------------------------------------------------------

    def power_on(self, cause: int = POWER_ON_CAUSE, ticks0_ms: int = 0) -> None:
        """Starts the board's process, now. Raises: BenchError when it cannot run here."""
        board, now = self.circuit.board, self.now_ns
        options = {
            "--seed": (self._seed + SEED_STEP * self.boots) % 2**32,
            "--uid": uid_of(self._seed),
            "--ticks0": ticks0_ms,
            "--t0": now,
            "--cause": cause,
        }
        args = [str(word) for option in options.items() for word in option]
        limits = self._limits.after(self._cpu_s)
        self._process = BoardProcess(
            board.family, self.flash.fileno(), [*args, *board.port_args], limits
        )
        self.boots += 1
        self.ended = None
        self.held = False
        self._poked = False
        self.intake.begin(board.min_write_ns, now)
        self.recorder.power(True, frames.END_RESET, now)
        self.exchange.reset()
        self.circuit.power(True)
        self.pins.look()

    def hold(self) -> None:
        """The board is held in reset: its chip does nothing, what has its supply keeps it."""
        self.held = True
        self.power_off(frames.END_RESET, supply=True)

    def power_off(self, why: int, *, supply: bool = False) -> None:
        """Ends the process, if there is one, and all that the board drove; unless the supply
        stays, parts lose theirs."""
        if self._process is None:
            return
        self._cpu_s += self._process.kill().cpu_s
        self._process = None
        self.turn, self.due_ns = None, NEVER
        self.serial.clear()
        self.recorder.power(False, why, self.now_ns)
        self.pins.reset()
        self.exchange.reset()
        self.circuit.power(supply)

    def _began_anew(self) -> None:
        """The board has reset itself, in its process. The circuit keeps its supply."""
        self.boots += 1
        self.serial.clear()
        self.recorder.power(False, frames.END_RESET, self.now_ns)
        self.recorder.power(True, frames.END_RESET, self.now_ns)
        self.pins.note_again()
        self.exchange.reset()

    def close(self) -> None:
        """Ends the process without a word in the trace: the bench is put away."""
        if self._process:
            self._process.kill()
            self._process = None

    def bury(self, cause: int, detail: str) -> None:
        """The board is no more."""
        self.power_off(cause)
        self.ended = End(self.now_ns, cause, detail)

    # -- what the board says ----------------------------------------------------------------

    @property
    def runs(self) -> bool:
        """Whether there is a board that does not wait for an answer."""
        return self._process is not None and self.turn is None

    @property
    def pid(self) -> int | None:
        """The process of the board, None without a board."""
        return self._process.pid if self._process else None

    def fileno(self) -> int | None:
        """A descriptor that is readable when the board said something; None without a board."""
        return self._process.fileno() if self._process else None

    def receive(self, wait: bool) -> bool:
        """Takes what has come, sets `turn` if the board asks or is gone; False if nothing came."""
        if self._process is None:
            raise BenchError(_("The board is off."), _("Reset it."))
        data = self._process.receive(wait)
        if data == b"":
            return False
        turn = self._lost(self._process) if data is None else self.intake.take(data)
        if turn:
            self._turn(turn)
        return True

    def condemn(self, cause: int, detail: str) -> None:
        """The bench itself ends the board: at the latest time that it knows of, or now when it
        does not get through what happens before the board's turn."""
        if self._process is None:
            return
        if self.turn is None:
            self._turn(Termination(self.intake.warden.last_ns, cause, detail))
        else:
            self.turn, self.due_ns = Termination(self.now_ns, cause, detail), self.now_ns

    def _turn(self, turn: Request | Termination) -> None:
        if (
            isinstance(turn, Request)
            and turn.kind == frames.REC_HELLO
            and turn.a != frames.VERSION
        ):
            cause = _("The board speaks version {theirs} of the frames, the bench version {ours}.")
            cure = _("Run `make setup` in the Warsha folder.")
            raise BenchError(cause.format(theirs=turn.a, ours=frames.VERSION), cure)
        if self.turn is None:
            self._batch = self.intake.batch()
            self._answer = None
            self.pins.feed(self._batch)
        t_ns = max(turn.t_ns, self._clock.now_ns)
        self.turn, self.due_ns = turn if turn.t_ns == t_ns else turn._replace(t_ns=t_ns), t_ns
        if isinstance(turn, Request) and turn.kind == frames.REC_WAIT:
            self._sleep(t_ns, turn)

    def _sleep(self, t_ns: int, ask: Request) -> None:
        """The board asks to be woken: at its deadline, or when there is room for what was sent."""
        self.due_ns = NEVER if ask.c == frames.WAIT_FOREVER else t_ns + ask.c * 1000
        if len(self.serial):
            self.due_ns = min(self.due_ns, t_ns + REFILL_NS)
        self._rouse()

    def look(self) -> bool:
        """Notes what changed at the pins, which may wake the board; whether there is news for
        it."""
        changed = self.pins.look()
        if isinstance(self.turn, Request) and self.turn.kind == frames.REC_WAIT:
            self._rouse()
        return changed or self.exchange.mail & ~self._told_mail != 0

    def _rouse(self) -> None:
        """Wakes the board if there is something that it has not been told."""
        ask = self.turn
        assert isinstance(ask, Request)
        mail = self.exchange.mail & ~self._told_mail
        if mail or self.pins.interrupts or self.serial.fits(ask.b, ask.a):
            self.due_ns = min(self.due_ns, max(ask.t_ns, self._clock.now_ns))

    def _lost(self, process: BoardProcess) -> Termination:
        """The process closed its line: by a limit, or by a crash."""
        end, t_ns, most = process.kill(), self.intake.warden.last_ns, self._limits.cpu_s
        if end.code == -signal.SIGXCPU or (most is not None and self._cpu_s + end.cpu_s >= most):
            return Termination(t_ns, frames.END_CPU, end_reason.CPU.format(n=most))
        if process.torn:
            return Termination(t_ns, frames.END_CRASH, end_reason.TORN)
        return Termination(t_ns, frames.END_CRASH, _how(end))

    # -- what the board is told -------------------------------------------------------------

    def put_through(self) -> None:
        """If the board waits with a call, now is its time: what it does to the bench is done, and
        its answer waits. Who calls for nonsense has met its fate."""
        ask = self.turn
        if isinstance(ask, Request) and ask.kind == frames.REC_CALL and self._answer is None:
            try:
                self._answer = self.exchange.put_through(ask.a, ask.b, ask.c, self._batch)
                if self._answer.busy_ns:
                    self.intake.warden.called(self._answer.busy_ns)
            except BadCallError as error:
                self.turn = Termination(ask.t_ns, frames.END_FORGED, str(error))

    def answer(self, horizon_ns: int, flags: int) -> None:
        """Grants the request: nothing that the board could see changes before the horizon."""
        ask = self.turn
        assert isinstance(ask, Request) and self._process
        if self.intake.again and ask.kind == frames.REC_HELLO:
            self._began_anew()
        if self._answer:
            value = self._answer.status & 0xFFFFFFFF | self._answer.busy_ns << 32
            received = self._answer.data
        else:
            value = self._value(ask)
            received = self.serial.take(ask.b, ask.a if ask.kind == frames.REC_WAIT else ask.c)
            if received:
                self.recorder.note_text(frames.REC_RX, received, self.now_ns)
        if ask.kind == frames.REC_ADC and (holds_ns := self.circuit.holds_ns(ask.a)):
            flags |= frames.FLAG_STEADY
            horizon_ns = min(horizon_ns, self.now_ns + holds_ns)
        if len(self.serial):
            horizon_ns = min(horizon_ns, self.now_ns + REFILL_NS)
        if ask.kind == frames.REC_ADC:
            horizon_ns = min(horizon_ns, self.foretold.next_ns)
        steps, horizon_ns = self.foretold.before(horizon_ns, self.circuit, self.pins)
        told = FOREVER if horizon_ns >= NEVER else horizon_ns
        seen = (self.pins.levels, *self.pins.edges(), self.pins.coupled())
        head = REPLY.pack(
            frames.REPLY_GRANT, len(steps), len(received), told, *seen, value, flags,
            self.exchange.mail,
        )  # fmt: skip
        self.turn, self.due_ns = None, NEVER
        self._told_mail, self._poked = self.exchange.mail, False
        since_ns = self.now_ns if ask.kind == frames.REC_WAIT else 0
        self.intake.warden.granted(horizon_ns, since_ns)
        if not self._process.send(head + received + b"".join(steps)) and self._process.deaf:
            self.condemn(frames.END_FORGED, "asks, and does not listen")

    def _value(self, ask: Request) -> int:
        if ask.kind == frames.REC_ADC:
            microvolts = self.circuit.microvolts(ask.a)
            self.recorder.note(frames.REC_CONVERTED, ask.a, 0, microvolts, self.now_ns)
            return microvolts
        return self.now_ns if ask.kind == frames.REC_WAIT else 0

    def poke(self) -> None:
        """Tells the board that something is new, once until it asks."""
        if self._process and self.turn is None and not self._poked:
            self._poked = True
            self._process.send(POKE)


def _how(end: Exit) -> str:
    if end.code >= 0:
        return end_reason.CODE.format(n=end.code)
    return end_reason.SIGNAL.format(n=-end.code)
