"""The host's half of the self test: it sends `self_test_board.py`, makes one step after the other,
and returns measurements, faults and errors.

Trust boundary: a board sends plain values only (`Board.eval`), and each step checks their form.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from hardware import boards
from hardware.boards import BoardType
from hardware.errors import DeviceError, HardwareError, ProtocolError
from hardware.i18n import _, sanitize
from hardware.wire.board import Board
from station.certify import clock
from station.certify.measurement import BoardFault, Measurement, StepError, ValueRange, Verdict
from station.certify.pin_faults import PIN_FAULTS, REACHES, PinLevels, PinTest
from station.certify.plan import TestPlan
from station.errors import StationBusy, StationError, UnknownType

PROGRAM = Path(__file__).with_name("self_test_board.py")
STEP_S = 60.0
"""The longest time of a step: a board with 8 MB of RAM tests them in about 20 s."""
STEPS = {
    "ram": lambda: _("memory"),
    "flash": lambda: _("flash"),
    "adc": lambda: _("analog inputs"),
    "pins": lambda: _("pins"),
    "clock": lambda: _("clock"),
    "wifi": lambda: _("WiFi scan"),
    "uart": lambda: _("UART loop"),
    "i2c": lambda: _("I2C bus"),
}
"""The steps in their order, and what people call them."""
SHIFT = "adc_shift"
"""Begins the names of measurements at neighbours of the ladder: their fault is a short circuit."""
AT_PINS = {*PIN_FAULTS, "adc_error", "uart_wrong", "i2c_content"}
"""Kinds of faults that are measured at pins which the jig joins."""
JigMistake = Literal["absent", "not named"]
OnStep = Callable[[str, int, int], None]
"""Gets the step that begins, how many are done, and how many there are."""


@dataclass(frozen=True)
class Identity:
    """Who a board says that it is."""

    mac: str
    """`24:0a:c4:00:01:10`; of a Pico the 8 bytes of its flash chip's id."""
    machine: str
    firmware: str
    flash_bytes: int
    """0: this MicroPython does not say it."""


@dataclass
class TestResult:
    """All that a self test found."""

    __test__ = False  # pytest: this is no class of tests

    identity: Identity
    plan: TestPlan
    with_jig: bool
    started: datetime
    seconds: float = 0.0
    measurements: list[Measurement] = field(default_factory=list)
    faults: list[BoardFault] = field(default_factory=list)
    errors: list[StepError] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """FAIL when something was measured outside its limits; else ERROR when a step could not be
        made. ERROR, too, when a mistake with the jig explains all that is wrong: the board was not
        tested."""
        if self.jig_mistake and not self.board_faults:
            return "ERROR"
        if not all(measurement.passed for measurement in self.measurements):
            return "FAIL"
        return "ERROR" if self.errors else "PASS"

    @property
    def jig_mistake(self) -> JigMistake | None:
        """What explains most faults at once: the board is not in its jig, or it is in one that the
        test does not know of."""
        if self.with_jig:
            joins = [one.value for one in self.measurements if REACHES in one.name]
            silent = {"uart_wrong", "i2c_content"} <= {fault.kind for fault in self.faults}
            return "absent" if silent and joins and not any(joins) else None
        jig = self.plan.jig
        shorts = {frozenset(fault.gpios) for fault in self.faults if fault.kind == "short"}
        tested = {*self.plan.tested_pins(with_jig=False)}
        pairs = {frozenset(pair) for pair in jig.pairs if tested.issuperset(pair)}
        held = {fault.gpios for fault in self.faults if fault.kind == "held_high"}
        bus = {(jig.i2c.sda,), (jig.i2c.scl,)}
        sure = len(pairs) > 1 or held & bus  # a single pair may be a true short
        return "not named" if pairs and pairs <= shorts and sure else None

    @property
    def board_faults(self) -> Sequence[BoardFault]:
        """The faults of the board itself: those at its pins do not count after a mistake with the
        jig."""
        if self.jig_mistake is None:
            return self.faults
        return [one for one in self.faults if one.kind.partition(".gpio")[0] not in AT_PINS]


class SelfTest:
    """The self test of one board."""

    def __init__(
        self,
        board: Board,
        identity: Identity,
        plan: TestPlan,
        *,
        with_jig: bool = False,
        host_ns: clock.HostClock = time.monotonic_ns,
    ) -> None:
        self._board, self._plan, self._with_jig, self._host_ns = board, plan, with_jig, host_ns
        self.result = TestResult(identity, plan, with_jig, datetime.now(UTC))
        self._supply_v = plan.board.v_supply
        self._beside_ladder: set[int] = set()
        """Pins that are shorted to the ladder of the jig: their levels mean nothing."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that this board and this jig allow, in order."""
        left_out = set() if self._plan.wifi else {"wifi"}
        if not self._with_jig:
            left_out |= {"uart", "i2c"}
            if self._plan.adc_reference is None:
                left_out.add("adc")
        return tuple(step for step in STEPS if step not in left_out)

    def run(self, on_step: OnStep = lambda _step, _done, _all: None) -> TestResult:
        """Make all steps. A step that cannot be made is an error of the result; when the board
        does not answer any more, the steps that follow are left out."""
        began = time.monotonic()
        for number, step in enumerate(self.steps):
            on_step(step, number, len(self.steps))
            try:
                self.make(step)
            except HardwareError as error:
                self.result.errors.append(StepError(step, error))
                if not isinstance(error, DeviceError | StationBusy):
                    break
        self.result.seconds = time.monotonic() - began
        return self.result

    def make(self, step: str) -> None:
        """Make one step. Raises: HardwareError when it cannot be made."""
        try:
            made = list(getattr(self, f"_{step}")())
        except (ValueError, TypeError, IndexError) as error:
            cause = _("the board sent an invalid answer: {error}").format(error=error)
            raise ProtocolError(cause, _("Flash MicroPython again, and start again.")) from error
        self.result.measurements += made
        if step != "pins":
            failed = (one.name for one in made if not one.passed)
            names = [name for name in failed if not name.startswith(SHIFT)]
            self.result.faults += map(BoardFault, names)

    # -- the steps

    def _ram(self) -> Iterator[Measurement]:
        tested, wrong = self._numbers("ram()")
        yield self._measured("ram_tested", tested)
        yield self._measured("ram_wrong", wrong)

    def _flash(self) -> Iterator[Measurement]:
        tested, wrong = self._numbers(f"flash({self._plan.flash_test_bytes})")
        yield self._measured("flash_tested", tested)
        yield self._measured("flash_wrong", wrong)
        if self.result.identity.flash_bytes and "flash_size" in self._plan.limits:
            yield self._measured("flash_size", self.result.identity.flash_bytes)

    def _pins(self) -> Iterator[Measurement]:
        plan = self._plan
        gpios = plan.tested_pins(with_jig=self._with_jig)
        pulled = [int(gpio not in plan.board.no_pull) for gpio in gpios]
        drives = [int(gpio not in plan.board.input_only) for gpio in gpios]
        up, down, high, low = self._eval(f"pins({list(gpios)}, {pulled}, {drives})")
        levels = PinLevels(gpios, int(up), int(down), [*map(int, high)], [*map(int, low)])
        judge = PinTest(plan, levels, with_jig=self._with_jig)
        found = judge.faults()
        self.result.faults += [one for one in found if not self._beside_ladder & {*one.gpios}]
        yield from judge.measurements()

    def _adc(self) -> Iterator[Measurement]:
        plan = self._plan
        if plan.adc_reference is not None:
            yield self._measured("adc_reference", self._volts(plan.adc_reference))
        for gpio in plan.jig.ladder if self._with_jig else ():
            missed = self._volts(gpio) - plan.jig.ladder_v(gpio, self._supply_v)
            name = f"adc_error.gpio{gpio}"
            yield Measurement(name, missed, plan.limits["adc_error"])
        if self._with_jig:
            yield from self._ladder_shorts()

    def _ladder_shorts(self) -> Iterator[Measurement]:
        """Whether a neighbour moves the voltage of a pin at the ladder. A neighbour without an
        output is moved by its partner in the jig. It moves the whole ladder, but most of all the
        pin that it is shorted to."""
        plan = self._plan
        partners = {a: b for pair in plan.jig.pairs for a, b in (pair, pair[::-1])}
        for other in plan.tested_pins(with_jig=True):
            driver = partners[other] if other in plan.board.input_only else other
            moved = {
                gpio: _number(self._eval(f"shift({gpio}, {driver}, {self._supply_v})"))
                for gpio in plan.jig.ladder
                if plan.are_neighbours(gpio, other)
            }
            if not moved:
                continue
            gpio = max(moved, key=lambda one: abs(moved[one]))
            name = f"{SHIFT}.gpio{gpio}.gpio{other}"
            measured = Measurement(name, moved[gpio], plan.limits["adc_error"])
            if not measured.passed:
                self._beside_ladder |= {other, partners.get(other, other)}
                pair = (min(gpio, other), max(gpio, other))
                self.result.faults.append(BoardFault("short", pair))
            yield measured

    def _clock(self) -> Iterator[Measurement]:
        plan = self._plan
        yield clock.measure(self._board, plan.clock_s, plan.limits["clock"], self._host_ns)

    def _wifi(self) -> Iterator[Measurement]:
        signals = self._numbers("wifi()")
        yield self._measured("wifi_networks", len(signals))
        if signals:
            yield self._measured("wifi_signal", max(signals))

    def _uart(self) -> Iterator[Measurement]:
        line = self._plan.jig.uart
        call = f"uart({line.number}, {line.tx}, {line.rx}, {line.baud}, {line.bytes})"
        yield self._measured("uart_wrong", _number(self._eval(call)))

    def _i2c(self) -> Iterator[Measurement]:
        part = self._plan.jig.i2c
        call = f"i2c({part.number}, {part.sda}, {part.scl}, {part.address}, {part.register})"
        _found, content = self._eval(call)
        yield self._measured("i2c_content", -1 if content is None else _number(content))

    # -- the board

    def _eval(self, call: str) -> Any:
        return self._board.eval(call, timeout_s=STEP_S)

    def _numbers(self, call: str) -> list[float]:
        return [_number(value) for value in self._eval(call)]

    def _volts(self, channel: int) -> float:
        return _number(self._eval(f"volts({channel}, {self._supply_v})"))

    def _measured(self, name: str, value: float) -> Measurement:
        return Measurement(name, value, self._plan.limits.get(name, ValueRange()))


def identify(board: Board) -> Identity:
    """Ask a board who it is; then the functions of the self test are on it.

    Raises: HardwareError when no MicroPython answers.
    """
    board.soft_reset()
    board.run(PROGRAM.read_text(encoding="utf-8"))
    answer: Any = board.eval("identity()")
    try:
        number, machine, firmware, flash_bytes = answer
        mac = bytes(number).hex(":")
        if len(number) not in (6, 8):
            raise ValueError(mac)
        return Identity(mac, sanitize(machine), sanitize(firmware), int(flash_bytes))
    except (ValueError, TypeError) as error:
        cause = _("the board sent an invalid answer: {error}").format(error=error)
        raise ProtocolError(cause, _("Flash MicroPython again, and start again.")) from error


def board_type(identity: Identity, wanted: str = "") -> BoardType:
    """The type of a board: as wanted, or the only one that fits to what the board says.

    Raises: UnknownType when several fit, or none; StationError when the wanted one has another
    chip.
    """
    title, _with, chip = identity.machine.rpartition(" with ")
    same_chip = [kind for kind in map(boards.load, boards.names()) if kind.mcu == chip]
    fitting = [kind for kind in same_chip if boards.same_title(kind.title, title)]
    fitting = fitting or same_chip
    if wanted:
        kind = boards.load(wanted)
        if kind in same_chip:
            return kind
        cause = _("this board says that it is {machine!r}, and not {title}")
        raise StationError(
            cause.format(machine=identity.machine, title=kind.title),
            _("give its own type with --type, or leave --type out"),
        )
    if len(fitting) == 1:
        return fitting[0]
    cause = _("{machine!r} may be several board types").format(machine=identity.machine)
    known = ", ".join(kind.name for kind in fitting or map(boards.load, boards.names()))
    raise UnknownType(cause, _("name its type: --type with one of {names}").format(names=known))


def _number(value: object) -> float:
    """A number that a board sent. Raises: ValueError when it is none."""
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    raise ValueError(value)
