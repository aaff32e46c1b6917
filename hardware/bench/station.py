"""One board on the bench: its process, its pins, its serial line, and the records of what it did.

The bench owns the time; a station says what its board waits for, and answers it.
"""

import hashlib
import random
import signal
import struct
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hardware.bench import frames
from hardware.bench.calls import Answer, BadCallError
from hardware.bench.events import NEVER
from hardware.bench.exchange import Exchange
from hardware.bench.flash import Flash
from hardware.bench.intake import Ask, Fate, Intake
from hardware.bench.limits import Limits
from hardware.bench.pins import Pins, Wiring
from hardware.bench.process import BoardProcess, Exit
from hardware.bench.serialline import SerialLine
from hardware.bench.tracing.recorder import Recorder
from hardware.bench.tracing.records import Row
from hardware.boards import BoardType
from hardware.errors import BenchError
from hardware.say import _

POWER_ON_CAUSE = 1
"""What `machine.reset_cause()` says after power on and the reset button, on both families."""
SEED_STEP = 0x9E3779B9
"""Each boot has chance of its own; the golden ratio keeps neighbouring benches apart."""
REFILL_NS = 10_000_000
"""While serial input waits for room, the board is made to come back so soon."""
FOREVER = 2**64 - 1
"""How a board is told that nothing is going to happen (VB_NEVER of the port)."""
REPLY = struct.Struct("<B3xI8Q")


class Side(Wiring, Protocol):
    """What a station needs of the circuit, as its board sees it."""

    @property
    def board(self) -> BoardType: ...
    def power(self, on: bool) -> None: ...
    def microvolts(self, gpio: int) -> int: ...


class Clock(Protocol):
    """What a station needs of its bench."""

    @property
    def now_ns(self) -> int: ...
    @property
    def commons(self) -> dict[type, Any]: ...
    def at(self, t_ns: int, fn: Callable[[], None]) -> None: ...


def uid_of(seed: int) -> str:
    """The chip's own number on a bench with that seed: 6 bytes, a maker's prefix first."""
    return "240ac4" + hashlib.sha256(f"{seed}/uid".encode()).hexdigest()[:6]


class Station:
    """A board with its circuit. The bench calls `receive` until `turn` is set, then deals with
    it."""

    def __init__(
        self, clock: Clock, circuit: Side, flash: Flash, seed: int, limits: Limits
    ) -> None:
        self.circuit = circuit
        self.flash = flash
        self.turn: Ask | Fate | None = None
        """What the bench has to deal with when virtual time is there."""
        self.recorder = Recorder()
        self.intake = Intake(limits, self.recorder)
        self.serial = SerialLine()
        self.hear: Callable[[bytes], None] = lambda data: None
        self.pins = Pins(circuit, self._note_level, lambda data: self.hear(data))
        self.exchange = Exchange(self, self.recorder)
        self._batch = b""
        self._answer: Answer | None = None
        """To the call that the board waits with, once it was put through."""
        self._clock = clock
        self._seed = seed
        self._limits = limits
        self._boots = 0
        self._cpu_s = 0.0
        self._process: BoardProcess | None = None

    # -- the world of the circuit -----------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._clock.now_ns

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time is there."""
        self._clock.at(t_ns, fn)

    def rng(self, name: str) -> random.Random:
        """Chance for one purpose, from the bench's seed."""
        return random.Random(f"{self._seed}/{name}")

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Notes an electrical fault."""
        self.recorder.note(frames.REC_FAULT, kind, gpio, detail, self.now_ns)

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[Row]:
        """What the board did to pads (see `World` of part.py)."""
        return self.recorder.pad_rows(gpios, since_ns, self.now_ns)

    @property
    def commons(self) -> dict[type, Any]:
        """What all boards of the bench share, by its class."""
        return self._clock.commons

    @property
    def board(self) -> BoardType:
        """The board's type."""
        return self.circuit.board

    def mail(self, channel: int, there: bool) -> None:
        """Whether a channel has something for the board."""
        bit = 1 << channel
        self.exchange.mail = self.exchange.mail | bit if there else self.exchange.mail & ~bit

    def _note_level(self, gpio: int, level: bool) -> None:
        self.recorder.note(frames.REC_IN, gpio, 0, level, self.now_ns)

    # -- power ------------------------------------------------------------------------------

    def power_on(self, cause: int = POWER_ON_CAUSE, ticks0_ms: int = 0) -> None:
        """Starts the board's process, now. Raises: BenchError when it cannot run here."""
        board, now = self.circuit.board, self.now_ns
        options = {
            "--seed": (self._seed + SEED_STEP * self._boots) % 2**32,
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
        self._boots += 1
        self.intake.begin(board.min_write_ns, now)
        self.recorder.power(True, frames.END_RESET, now)
        self.exchange.reset()
        self.circuit.power(True)
        self.pins.look()

    def power_off(self, why: int) -> None:
        """Ends the process, if there is one, and all that the board drove."""
        if self._process is None:
            return
        self._cpu_s += self._process.kill().cpu_s
        self._process = None
        self.turn = None
        self.serial.clear()
        self.recorder.power(False, why, self.now_ns)
        self.pins.reset()
        self.exchange.reset()
        self.circuit.power(False)

    def close(self) -> None:
        """Ends the process without a word in the trace: the bench is put away."""
        if self._process:
            self._process.kill()
            self._process = None

    # -- what the board says ----------------------------------------------------------------

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
        if self.turn is None:
            self._turn(Fate(self.intake.warden.last_ns, cause, detail))
        else:
            self.turn = Fate(self.now_ns, cause, detail)

    def _turn(self, turn: Ask | Fate) -> None:
        if isinstance(turn, Ask) and turn.kind == frames.REC_HELLO and turn.a != frames.VERSION:
            cause = _("The board speaks version {theirs} of the frames, the bench version {ours}.")
            cure = _("Run `make setup` in the Warsha folder.")
            raise BenchError(cause.format(theirs=turn.a, ours=frames.VERSION), cure)
        if self.turn is None:
            self._batch = self.intake.batch()
            self._answer = None
            self.pins.feed(self._batch)
        self.turn = turn._replace(t_ns=max(turn.t_ns, self.now_ns))

    def _lost(self, process: BoardProcess) -> Fate:
        """The process closed its line: to be restarted, by a limit, or by a crash."""
        end, t_ns, most = process.kill(), self.intake.warden.last_ns, self._limits.cpu_s
        if end.code == -signal.SIGXCPU or (most is not None and self._cpu_s + end.cpu_s >= most):
            return Fate(t_ns, frames.END_CPU, f"more than {most} s of CPU")
        if process.torn:
            return Fate(t_ns, frames.END_CRASH, "died in the middle of a record")
        restart = self.intake.hard_reset if end.code == 0 else None
        return Fate(t_ns, frames.END_CRASH, _how(end), restart)

    # -- what the board is told -------------------------------------------------------------

    def put_through(self) -> None:
        """If the board waits with a call, now is its time: what it does to the bench is done, and
        its answer waits. Who calls for nonsense has met its fate."""
        ask = self.turn
        if isinstance(ask, Ask) and ask.kind == frames.REC_CALL and self._answer is None:
            try:
                self._answer = self.exchange.put_through(ask.a, ask.b, ask.c, self._batch)
            except BadCallError as error:
                self.turn = Fate(ask.t_ns, frames.END_FORGED, str(error))

    def answer(self, horizon_ns: int, flags: int) -> None:
        """Grants the request: nothing that the board could see changes before the horizon."""
        ask = self.turn
        assert isinstance(ask, Ask) and self._process
        if self._answer:
            value = self._answer.status & 0xFFFFFFFF | self._answer.busy_ns << 32
            received = self._answer.data
        else:
            value = self.circuit.microvolts(ask.a) if ask.kind == frames.REC_ADC else 0
            received = self.serial.take(ask.b, ask.c)
            if received:
                self.recorder.note_text(frames.REC_RX, received, self.now_ns)
        if len(self.serial):
            horizon_ns = min(horizon_ns, self.now_ns + REFILL_NS)
        told = FOREVER if horizon_ns >= NEVER else horizon_ns
        seen = (self.pins.levels, *self.pins.edges(), self.pins.coupled())
        head = REPLY.pack(
            frames.REPLY_GRANT, len(received), told, *seen, value, flags, self.exchange.mail
        )
        self.turn = None
        self.intake.warden.granted(horizon_ns)
        self._process.send(head + received)

    def poke(self) -> None:
        """Tells the board that something is new, unless it waits for an answer anyway."""
        if self._process and self.turn is None:
            self._process.send(REPLY.pack(frames.REPLY_POKE, 0, *[0] * 8))


def _how(end: Exit) -> str:
    return f"exit code {end.code}" if end.code >= 0 else f"signal {-end.code}"
