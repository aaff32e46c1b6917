"""One board on the bench: its process, its pins, its serial line, its peripherals, and the records
of what it did.

The bench controls virtual time. A board runs by itself until it sends a request. The bench answers
the request when virtual time has reached `due_ns`."""

import random
from collections.abc import Callable, Sequence
from math import inf
from typing import Any

from hardware.bench.board import end_reason
from hardware.bench.board.board_process import BoardProcess, Platform
from hardware.bench.board.grant_extras import GrantExtras
from hardware.bench.board.lookahead import Lookahead
from hardware.bench.board.peripheral_bus import PeripheralBus
from hardware.bench.board.pins import Pins
from hardware.bench.board.promises import Promises
from hardware.bench.board.record_reader import RecordReader, Request, Termination
from hardware.bench.board.record_validation import WAITS
from hardware.bench.board.serial_input import SerialInput
from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.events import NEVER, EventQueue, VirtualTime
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.peripherals.peripheral import Answer, BadCallError
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Row
from hardware.bench.trace.recorder import Recorder
from hardware.bench.trace.trace import End
from hardware.boards import BoardType
from hardware.errors import BenchError
from hardware.i18n import _
from hardware.seed import Seed

POWER_ON_CAUSE = 1
"""What `machine.reset_cause()` returns after power on and the reset button, on both families."""
REFILL_NS = 10_000_000
"""While serial input waits for room in the board's receive buffer, the board has to ask again
after at most this time."""
FOREVER = 2**64 - 1
"""The horizon of a board (the time until which its inputs are known) when nothing is planned. The
port calls it VB_NEVER."""
MOST_HELD_NS = frames.HELD_FOREVER - 1
"""The longest time with an end for which an answer can say that the ADC reads the same."""
UARTS = (1 << frames.CHANNEL_RADIO) - 1
"""The channels of the UARTs: they have their numbers."""
REPLY = frames.LAYOUT_GRANT
WAKE = REPLY.pack(frames.REPLY_WAKE, *[0] * 12)


def uid_of(seed: int) -> str:
    """The unique id of the chip on a bench with that seed: 6 bytes, a maker's prefix first."""
    return "240ac4" + Seed(seed).hex("uid", 6)


def _deadline_ns(wait: Request) -> int:
    """When a wait ends, if nothing ends it before."""
    if wait.kind == frames.REC_WAIT_NS:
        return wait.t_ns + wait.c
    return NEVER if wait.c == frames.WAIT_FOREVER else wait.t_ns + wait.c * 1000


class VirtualBoard:
    """A board and its side of the circuit. It is the `World` (part.py) of the parts on that side,
    and the `PeripheralHost` (peripheral.py) of its peripherals.

    The bench calls `receive` until `pending` is set, and answers that request when virtual time
    has reached `due_ns`."""

    def __init__(
        self,
        time: VirtualTime,
        circuit: BoardSide,
        flash: Flash,
        seed: Seed,
        limits: Limits,
        platform: Platform,
    ) -> None:
        self.id = circuit.board_id
        """As the diagram calls the board."""
        self.circuit = circuit
        self.flash = flash
        self.pending: Request | Termination | None = None
        """What the bench has to deal with at `due_ns`."""
        self.due_ns = NEVER
        """A board that sleeps is due when something wakes it, or at its deadline. NEVER while it
        runs, and when it is off."""
        self.ended: End | None = None
        """Why the board has ended; None while it is on."""
        self.ends: list[End] = []
        """All its ends so far: after each, somebody may have reset it."""
        self.in_reset = False
        """Whether its reset pin is low."""
        self.plugged = True
        """Whether its cable is in."""
        self.in_loader = False
        """Whether it is on, but a loader of its chip runs instead of its program."""
        self.starts: Callable[[], bool] = lambda: not circuit.boot_held
        """Asked at each power on: whether the chip starts its program."""
        self.program_bytes: Callable[[int, int], bytes] = lambda _at, _size: b""
        """Reads the flash where the program is, if the bench has it: place and size."""
        self.uid = uid_of(seed.value)
        """The unique id of the chip, in hexadecimal; on an ESP32 its MAC."""
        self.wall_left_s = inf if limits.wall_s is None else limits.wall_s
        """What is left of its limit of wall time."""
        self.queued_s = 0.0
        """What it was given back of that, because it had waited for a processor."""
        self.boots = 0
        """How often it was switched on or has reset itself."""
        self.neighbours = circuit.near()
        """The ids of the boards that can reach it by wire."""
        self.wire_delay_ns = NEVER
        """The shortest time in which it can reach those by other means than levels."""
        self.events = EventQueue(time.order)
        """What will happen on this board's side of the bench."""
        self.news = EventQueue(time.order)
        """Events that only set an interrupt of this board: no level changes, and no other board
        notices them."""
        self.lookahead = Lookahead(time.order)
        """Steps of parts there that can be announced to the board in advance."""
        self.recorder = Recorder()
        self._converted: dict[int, int] = {}
        """The last ADC reading at each pin, in microvolts: the board records equal ones."""
        self.reader = RecordReader(limits, self.recorder)
        self.serial = SerialInput()
        self.on_output: Callable[[bytes], None] = lambda data: None
        """Gets the serial output at its own time, while `pins.listening`."""
        self.pins = Pins(
            circuit,
            self.recorder.note_levels,
            lambda data: self.on_output(data),
            self._do_posted,
            self._do_reading,
        )
        self.peripherals = PeripheralBus(self, self.recorder)
        self._extras = GrantExtras(circuit, self.pins, self.peripherals)
        self.promises = Promises(seed.rng("promises"))
        self._time = time
        self._seed = seed
        self._limits = limits
        self._platform = platform
        self._process: BoardProcess | None = None
        self._cpu_s = 0.0
        """CPU seconds of the processes that have ended."""
        self._batch = b""
        self._answer: Answer | None = None
        """The answer to the call that the board waits with, once there is one."""
        self._known_interrupts = 0
        """The interrupt lines of the last answer."""
        self._woken = False

    # -- the world of its parts, the host of its peripherals ----------------------------------

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._time.now_ns

    @property
    def board(self) -> BoardType:
        """The board's type."""
        return self.circuit.board

    @property
    def commons(self) -> dict[type, Any]:
        """Objects that all boards of the bench share, by their class."""
        return self._time.commons

    @property
    def waits(self) -> bool:
        """Whether the board sleeps without a deadline: only input or an interrupt wakes it."""
        request = self.pending
        if not isinstance(request, Request) or request.kind not in WAITS:
            return False
        return _deadline_ns(request) == NEVER

    @property
    def next_event_ns(self) -> int:
        """When something happens next on this board's side that others may notice."""
        return min(self.events.next_ns, self.lookahead.next_ns)

    @property
    def acts_ns(self) -> int:
        """When the board, which waits for an answer, can do something next, as far as known."""
        pauses = isinstance(self.pending, Request) and self.pending.kind == frames.REC_PAUSE
        return self.due_ns if pauses else min(self.due_ns, self.news.next_ns)

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time reaches `t_ns`; if that is past, next."""
        self.events.add(max(t_ns, self._time.now_ns), fn)

    def at_news(self, t_ns: int, fn: Callable[[], None]) -> None:
        """As `at`, for something that only sets an interrupt of the board."""
        self.news.add(max(t_ns, self._time.now_ns), fn)

    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None:
        """As `at`, for something that any board may notice at that time."""
        self._time.events.add(max(t_ns, self._time.now_ns), fn)

    def show(self, data: bytes) -> None:
        """Serial output that the program does not print: a pin sends it to the serial monitor."""
        shown = self.reader.take_text(data, self.now_ns)
        if len(shown) < len(data):
            self.terminate(frames.END_OUTPUT, end_reason.OUTPUT)
        self.on_output(shown)

    def announce(self, steps: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """Like `at`, for `OutputStep`s: they may be announced to the board in advance."""
        self.lookahead.add_all(steps)

    def rng(self, name: str) -> random.Random:
        """Chance for one purpose, from the board's seed."""
        return self._seed.rng(name)

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Records an electrical fault."""
        self.recorder.note(frames.REC_FAULT, kind, gpio, detail, self.now_ns)

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[Row]:
        """What the board did to pads (see `World` of part.py)."""
        return self.recorder.pad_rows(gpios, since_ns, self.now_ns)

    def set_interrupt(self, channel: int, pending: bool) -> None:
        """Whether a channel has something that the board has not fetched."""
        self.peripherals.set_interrupt(channel, pending)

    def noticed_after(self, wire_ns: int = NEVER, radio_ns: int = NEVER) -> None:
        """The shortest time after which others notice what the board does, by other means than the
        levels of pins: boards on its wires (a serial line works in bytes), and all boards."""
        self.wire_delay_ns = min(self.wire_delay_ns, wire_ns)
        self._time.radio_delay_ns = min(self._time.radio_delay_ns, radio_ns)

    def read_rarely(self, gpio: int, on: bool) -> None:
        """Whether a peripheral has this pad as its input: the port asks at each read of it."""
        self.pins.read_rarely(gpio, on)

    # -- power --------------------------------------------------------------------------------

    def power_on(self, cause: int = POWER_ON_CAUSE, ticks0_ms: int = 0) -> None:
        """Starts the board's process, now, if its chip starts the program. Raises: BenchError when
        it cannot run here."""
        board, now = self.circuit.board, self.now_ns
        self.plugged, self.in_reset = True, False
        self.in_loader = not self.starts()
        if self.in_loader:
            self.ended = None
            self.circuit.power(True)
            return
        options = {
            # A hash: from its own seed a program cannot compute the chances of the bench.
            "--seed": self._seed.child("boots").of_boot(self.boots).value,
            "--uid": self.uid,
            "--ticks0": ticks0_ms,
            "--t0": now,
            "--cause": cause,
        }
        args = [str(word) for option in options.items() for word in option]
        limits = self._limits.after(self._cpu_s)
        args += board.port_args
        self._process = self._platform.start(board.port, self.flash, args, limits)
        self.boots += 1
        self.ended = None
        self._woken = False
        self.reader.begin(board.min_write_ns, now)
        self._extras.forget()
        self.recorder.power(True, frames.END_RESET, now)
        self._converted.clear()
        self.peripherals.reset()
        self.circuit.power(True)
        self.pins.update(now)

    def hold_in_reset(self) -> None:
        """The reset pin is low: the chip does nothing, but the parts keep their supply."""
        self.in_reset = True
        self.power_off(frames.END_RESET, supply=True)

    def unplug(self) -> None:
        """The cable is pulled: no reset has an effect until `power_on`."""
        self.plugged = False
        self.in_reset, self.in_loader, self.ended = True, False, None
        self.power_off(frames.END_OFF)
        self.circuit.power(False)

    def power_off(self, why: int, *, supply: bool = False) -> None:
        """Ends the process, if there is one, and all that the board drove. The parts lose their
        supply, too, unless `supply` is set."""
        if self._process is None:
            return
        self._cpu_s += self._process.end().cpu_s
        self._process = None
        self.pending, self.due_ns = None, NEVER
        self.serial.clear()
        self.circuit.catch_up()
        self.recorder.power(False, why, self.now_ns)
        self.pins.reset()
        self.peripherals.reset()
        self.circuit.power(supply)

    def _has_reset_itself(self) -> None:
        """The board starts again, in its process. The circuit keeps its supply."""
        self.boots += 1
        self.serial.clear()
        self.circuit.catch_up()
        self.recorder.power(False, frames.END_RESET, self.now_ns)
        self.recorder.power(True, frames.END_RESET, self.now_ns)
        self._converted.clear()
        self._extras.forget()
        self.pins.note_again(self.now_ns)
        self.peripherals.reset()

    def close(self) -> None:
        """Ends the process, but records nothing: the bench itself is closed."""
        if self._process:
            self._process.end()
            self._process = None

    def end(self, cause: int, detail: str) -> None:
        """The board has ended, now."""
        self.power_off(cause)
        self.ended = End(self.now_ns, cause, detail)
        self.ends.append(self.ended)

    def terminate(self, cause: int, detail: str) -> None:
        """Plans the end of a board that runs: at the latest time that it has named. A board that
        waits ends now: the bench may never come to its turn."""
        if self._process is None:
            return
        if self.pending is None:
            self._set_pending(Termination(self.reader.validator.last_ns, cause, detail))
        else:
            self.pending, self.due_ns = Termination(self.now_ns, cause, detail), self.now_ns

    # -- what the board sends -----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the board is on and does not wait for an answer."""
        return self._process is not None and self.pending is None

    @property
    def pid(self) -> int | None:
        """The process of the board; None when it is off."""
        return self._process.pid if self._process else None

    def fileno(self) -> int | None:
        """A descriptor that is readable when the board sent something; None when it is off."""
        return self._process.fileno() if self._process else None

    def receive(self, wait: bool) -> bool:
        """Takes what has come. Sets `pending` if the board asks or has ended. False if nothing
        came."""
        if self._process is None:
            raise BenchError(_("The board is off."), _("Reset it."))
        data = self._process.receive(wait)
        if data == b"":
            return False
        pending = self._lost(self._process) if data is None else self.reader.take(data)
        if pending:
            self._set_pending(pending)
        return True

    def _set_pending(self, pending: Request | Termination) -> None:
        if self.pending is None:
            self._batch = self.reader.batch()
            self._answer = None
            self.pins.feed(self._batch)
        self.due_ns = max(pending.t_ns, self._time.now_ns)
        if isinstance(pending, Termination):
            self.pending = pending._replace(t_ns=self.due_ns)
            return
        if pending.kind == frames.REC_HELLO and pending.a != frames.VERSION:
            cause = _("The board speaks version {theirs} of the frames, the bench version {ours}.")
            cure = _("Run `make setup` in the Warsha folder.")
            raise BenchError(cause.format(theirs=pending.a, ours=frames.VERSION), cure)
        self.pending, pending.t_ns = pending, self.due_ns
        if pending.kind in WAITS:
            self._sleep(pending)

    def _sleep(self, request: Request) -> None:
        """The board asks to be woken: at its deadline, or when there is room for serial input."""
        self.due_ns = _deadline_ns(request)
        if len(self.serial):
            self.due_ns = min(self.due_ns, request.t_ns + REFILL_NS)
        self._wake_up()

    def update(self) -> bool:
        """Records what changed at the pins, which may wake the board. Returns whether there is
        something that the board does not know yet."""
        changed = self.pins.update(self._time.now_ns)
        if isinstance(self.pending, Request) and self.pending.kind in WAITS:
            self._wake_up()
        return changed or self._new_interrupts != 0

    @property
    def has_news(self) -> bool:
        """Whether there is something that the next answer tells the board: a level that changed,
        an interrupt, or serial input."""
        return self.pins.have_changed or self._new_interrupts != 0 or len(self.serial) > 0

    @property
    def _new_interrupts(self) -> int:
        return self.peripherals.interrupts & ~self._known_interrupts

    def end_wait(self) -> None:
        """A board that waits for a later time is due now: it goes on to wait by the wall clock."""
        if isinstance(self.pending, Request) and self.pending.kind in WAITS:
            self.due_ns = min(self.due_ns, max(self.pending.t_ns, self._time.now_ns))

    def next_edge_ns(self) -> int:
        """When the board changes a level next, as far as is known while it waits for an answer."""
        return NEVER if self.pending is None else self.pins.next_edge_ns(self._batch, self.now_ns)

    def _wake_up(self) -> None:
        """Ends the sleep of the board if there is something that it does not know yet."""
        request = self.pending
        assert isinstance(request, Request)
        fits = self.serial.fits(request.b, request.a)
        interrupts = self._new_interrupts
        if request.kind == frames.REC_PAUSE:
            interrupts &= ~UARTS
        if interrupts or self.pins.interrupts or fits:
            self.due_ns = min(self.due_ns, max(request.t_ns, self._time.now_ns))

    def _lost(self, process: BoardProcess) -> Termination:
        """The process has closed its line: because of a limit, of a crash, or of this machine. No
        program runs before the answer to the hello, so an earlier end is none of its doing."""
        end, most = process.end(), self._limits.cpu_s
        t_ns = self.reader.validator.last_ns
        if end.over_cpu or (most is not None and self._cpu_s + end.cpu_s >= most):
            return Termination(t_ns, frames.END_CPU, end_reason.CPU.format(n=most))
        if end.from_outside or not self.reader.validator.has_said_hello:
            return Termination(t_ns, frames.END_KILLED, end_reason.how(end))
        if self.reader.validator.to_loader:
            return Termination(t_ns, frames.END_LOADER, "")
        if process.torn:
            return Termination(t_ns, frames.END_CRASH, end_reason.TORN)
        return Termination(t_ns, frames.END_CRASH, end_reason.how(end))

    # -- answers to the board -----------------------------------------------------------------

    def do_call(self) -> None:
        """If the board waits with a call, the peripheral does it now. An invalid call ends the
        board."""
        request = self.pending
        if not isinstance(request, Request) or request.kind != frames.REC_CALL or self._answer:
            return
        try:
            self._answer = self.peripherals.call(request.a, request.b, request.c, request.data)
        except BadCallError as error:
            self.pending = Termination(request.t_ns, frames.END_FORGED, str(error))
            return
        if self._answer.busy_ns:
            self.reader.validator.called(self._answer.busy_ns)

    def _do_posted(self, op: int, b: int, c: int) -> None:
        """Does a call for whose answer the board did not wait, at its own time."""
        try:
            self._may_post()
            answer = self.peripherals.do_posted(op, b, c, self.reader.posted.popleft())
            if not self.reader.validator.posted(self.now_ns, answer.busy_ns):
                raise BadCallError("calls in the middle of too many others")
        except BadCallError as error:
            self.terminate(frames.END_FORGED, str(error))
        self._known_interrupts &= self.peripherals.interrupts

    def _do_reading(self, gpio: int) -> None:
        """Does a conversion for whose answer the board did not wait, at its own time."""
        try:
            self._may_post()
            self._convert(gpio)
        except BadCallError as error:
            self.terminate(frames.END_FORGED, str(error))

    def _may_post(self) -> None:
        """A trust boundary: only a board that may be told answers need not wait for them. Others
        on the bench rely on the time of its next request. Raises: BadCallError."""
        if not self.circuit.posts_calls():
            raise BadCallError("does not wait for an answer that it was not told")

    def answer(self, horizon_ns: int, flags: int, *, is_watched: bool) -> None:
        """Answers the request. Nothing that the board could notice changes before the horizon,
        unless people watch, who act at any time."""
        request = self.pending
        assert isinstance(request, Request) and self._process
        if self.reader.validator.resetting and request.kind == frames.REC_HELLO:
            self._has_reset_itself()
        waited, is_adc = request.kind in WAITS, request.kind == frames.REC_ADC
        if self._answer:
            value = self._answer.status & 0xFFFFFFFF | self._answer.busy_ns << 32
            received = self._answer.data
        else:
            value = self._convert(request.a) if is_adc else self.now_ns if waited else 0
            received = self.serial.take(request.b, request.a if waited else request.c)
            if received:
                self.recorder.note_text(frames.REC_RX, received, self.now_ns)
        if is_adc:
            held_ns = self.circuit.holds_ns(request.a)
            value |= min(held_ns, MOST_HELD_NS if held_ns < NEVER else frames.HELD_FOREVER) << 32
            horizon_ns = min(horizon_ns, self.lookahead.next_ns)
        if len(self.serial):
            horizon_ns = min(horizon_ns, self.now_ns + REFILL_NS)
        steps, stepped, horizon_ns = self.lookahead.steps_until(
            horizon_ns, self.circuit, self.pins
        )
        self.reader.validator.granted(horizon_ns, self.now_ns if waited else 0)
        coupled, at_read = self.pins.asked_after()
        told, extras = 0, b""
        if flags == frames.FLAG_HEADLESS and not is_watched:
            told, extras = self._extras.pack(coupled & at_read, stepped, self._converted)
        interrupts = self.peripherals.interrupts
        head = REPLY.pack(
            frames.REPLY_GRANT,
            len(steps),
            len(received),
            FOREVER if horizon_ns >= NEVER else horizon_ns,
            self.pins.levels,
            *self.pins.edges(),
            coupled,
            at_read,
            self.circuit.same_readings() & ~stepped,
            value,
            flags | told,
            interrupts,
        )
        self.pending, self.due_ns = None, NEVER
        self._known_interrupts, self._woken = interrupts, False
        sent = self._process.send(head + received + b"".join(steps) + extras)
        if not sent and self._process.unresponsive:
            self.terminate(frames.END_FORGED, "asks, and does not listen")

    def _convert(self, gpio: int) -> int:
        """One conversion at a pad, in microvolts."""
        microvolts = self.circuit.microvolts(gpio)
        if self._converted.get(gpio) != microvolts:
            self._converted[gpio] = microvolts
            self.recorder.note(frames.REC_CONVERTED, gpio, 0, microvolts, self.now_ns)
        return microvolts

    def wake(self) -> None:
        """Makes a running board ask, once until it has asked."""
        if self._process and self.pending is None and not self._woken:
            self._woken = True
            self._process.send(WAKE)
