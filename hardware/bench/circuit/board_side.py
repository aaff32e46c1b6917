"""The circuit as one of its boards sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.prediction import Prediction, predict
from hardware.bench.circuit.private_lines import PadSlots, PrivateLine
from hardware.bench.circuit.pulse_answers import PadAnswer
from hardware.bench.circuit.read_tables import ReadTable
from hardware.bench.circuit.waves import LevelOutcome, Wave
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.parts.common.part import Part
from hardware.bench.protocol.frames import MODE_OPEN_DRAIN
from hardware.boards import RESET_PAD, BoardType
from hardware.errors import HardwareError
from hardware.i18n import _

if TYPE_CHECKING:
    from hardware.bench.circuit.circuit import Circuit
    from hardware.bench.circuit.register_columns import Changes

MASK = (1 << GPIOS) - 1
PINS = MASK >> 1
"""Mask of all pads of a board except the last, the reset pad (`RESET_PAD`)."""

Kind = TypeVar("Kind", bound=Part)


class BoardSide:
    """The circuit as one of its boards sees it: its own pads, by their GPIO numbers."""

    def __init__(self, circuit: Circuit, board_id: str, board: BoardType) -> None:
        self.circuit = circuit
        self.board_id = board_id
        self.board = board
        self._first = circuit.netlist.first_pad(board_id)
        self._shared = circuit.zones.shared >> self._first & MASK
        self.resets = self.net(RESET_PAD) in circuit.netlist.wired
        """Whether its reset pin is wired to anything."""
        self.boot_held = False
        """Whether somebody holds its boot button."""

    def set_control(self, name: str, value: float) -> None:
        """Moves the boot button: 1 holds it. Raises: HardwareError for another name or value."""
        button = self.board.boot_button
        if name != button or not name or value not in (0, 1):
            what = _("board {board} has no control {name} with the value {value:g}")
            cure = _("Its control is {name}: 1 or 0.").format(name=button) if button else ""
            board = repr(self.board_id)
            raise HardwareError(what.format(board=board, name=repr(name), value=value), cure)
        self.boot_held = value == 1

    @property
    def parts(self) -> Mapping[str, Part]:
        """Every part of the circuit but the boards, by id."""
        return self.circuit.parts

    def near(self) -> frozenset[str]:
        """The ids of the boards that can reach this one by wire, and its own."""
        return self.circuit.zones.near(self.board_id)

    def shared_inputs(self) -> int:
        """Mask of the pads at which the program can see what another board does, as they are
        now."""
        return self._shared and self._shared & self.circuit.reading() >> self._first

    def power(self, on: bool) -> None:
        """Switches the board's supply on or off."""
        self.circuit.power(on, self.board_id)

    def held(self) -> bool:
        """Whether its reset pin is low while it has power."""
        low = not self.circuit.levels() >> self._first + RESET_PAD & 1
        return low and self.resets and self.board_id in self.circuit.electric.powered

    def levels(self) -> int:
        """Bit n: the level at GPIO n."""
        return self.circuit.levels() >> self._first & PINS

    def coupled(self) -> int:
        """Mask of the coupled outputs (see `Circuit.coupled`)."""
        return self.circuit.coupled() >> self._first & PINS

    def silent(self) -> int:
        """See `Circuit.silent`."""
        return self.circuit.silent() >> self._first & PINS

    def asked_at_read(self, watched: int) -> int:
        """See `Circuit.asked_at_read`."""
        found = self.circuit.asked_at_read((watched | 1 << RESET_PAD) << self._first)
        return found >> self._first & PINS

    def lazy(self) -> int:
        """See `Circuit.lazy`."""
        return self.circuit.lazy() >> self._first & PINS

    def line(self, gpio: int) -> PrivateLine | None:
        """See `Announcements`."""
        return self.circuit.announcements.line(gpio)

    def move_line(self, line: PrivateLine, level: bool) -> None:
        """See `Circuit`."""
        self.circuit.move_line(line, level)

    def pulse_answer(self) -> PadAnswer | None:
        """See `Announcements`."""
        return self.circuit.announcements.pulse_answer()

    def table(self, written: int) -> ReadTable | None:
        """See `Announcements`; with this board's numbers of the pads."""
        first = self._first
        table = self.circuit.announcements.table(written << first)
        if table is None or not first:
            return table
        writes = [gpio - first for gpio in table.writes]
        return ReadTable(writes, table.reads >> first, [row >> first for row in table.rows])

    def posts_calls(self) -> bool:
        """Whether the board need not wait for the answers to calls that it knows. With other
        boards on the bench it waits: one of them may change the answers."""
        return self.circuit.SHORTCUTS.posted_calls and len(self.circuit.sides) == 1

    def are_open_drain(self, *gpios: int) -> bool:
        """Whether these pads are in open drain mode."""
        pads = self.circuit.pads
        return all(pads[self._first + gpio].mode == MODE_OPEN_DRAIN for gpio in gpios)

    def pin_out_later(self, gpio: int, level: bool) -> None:
        """See `Circuit`."""
        self.circuit.pin_out_later(self._first + gpio, level)

    def pins_out_later(self, changes: Changes, last: Mapping[int, bool]) -> bool:
        """See `Circuit`."""
        gpios, levels, t_ns = changes
        pads = {self._first + gpio: level for gpio, level in last.items()}
        return self.circuit.pins_out_later((gpios + self._first, levels, t_ns), pads)

    def catch_up(self) -> None:
        """See `Circuit`."""
        self.circuit.catch_up()

    def used(self) -> int:
        """Mask of the GPIOs that are wired to anything."""
        return self.circuit.used() >> self._first & PINS

    def pin_mode(self, gpio: int, mode: int, pull: int, level: bool) -> None:
        """See `Circuit`."""
        self.circuit.pin_mode(self._first + gpio, mode, pull, level)

    def pin_out(self, gpio: int, level: bool) -> None:
        """See `Circuit`."""
        self.circuit.pin_out(self._first + gpio, level)

    def pin_pwm(self, gpio: int, freq_hz: int, duty_u16: int) -> None:
        """See `Circuit`."""
        self.circuit.pin_pwm(self._first + gpio, freq_hz, duty_u16)

    def pin_dac(self, gpio: int, step: int) -> None:
        """See `Circuit`."""
        self.circuit.pin_dac(self._first + gpio, step)

    def microvolts(self, gpio: int) -> int:
        """The voltage at a pad now."""
        return self.circuit.microvolts(self._first + gpio)

    def holds_ns(self, gpio: int) -> int:
        """See `Circuit`."""
        return self.circuit.holds_ns(self._first + gpio)

    def same_readings(self) -> int:
        """See `Circuit.same_readings`."""
        return self.circuit.same_readings() >> self._first & PINS

    def predict(self, step: OutputStep) -> Prediction | None:
        """The levels after a step of a part, if nothing else would come of it."""
        c = self.circuit
        prediction = predict(c.electric, c.pads, c.threshold, step)
        return prediction and Prediction(*(mask >> self._first & PINS for mask in prediction))

    def slots(self) -> PadSlots | None:
        """See `Announcements`."""
        return self.circuit.announcements.slots()

    def wave(self, step: OutputStep) -> Wave | None:
        """See `Circuit`."""
        return self.circuit.wave(step)

    def put_wave(
        self, wave: Wave, step: OutputStep, passed: Sequence[tuple[int, LevelOutcome]]
    ) -> list[tuple[int, int]]:
        """See `Circuit`."""
        steps = self.circuit.put_wave(wave, step, passed)
        return [(t_ns, levels >> self._first & PINS) for t_ns, levels in steps]

    def net(self, gpio: int) -> int:
        """The net of a GPIO: the same number for all pins that wires join."""
        return self.circuit.netlist.gpio_net[self._first + gpio]

    def monitored(self, gpio: int) -> bool:
        """Whether a wire leads from this pin to the receiver of the serial monitor."""
        return self.net(gpio) in self.circuit.netlist.monitored

    def joined(self) -> list[list[int]]:
        """The GPIOs that wires join with each other: a list for each net that has several."""
        nets: dict[int, list[int]] = {}
        for gpio in range(RESET_PAD):
            nets.setdefault(self.net(gpio), []).append(gpio)
        return [gpios for gpios in nets.values() if len(gpios) > 1]

    def attached(self, part: str, pin: str, gpio: int) -> bool:
        """Whether a pin of a part lies on the net of a GPIO."""
        return self.circuit.attached(part, pin, self._first + gpio)

    def parts_on(self, kind: type[Kind], pins: Callable[[Kind], Mapping[str, int]]) -> list[Kind]:
        """The parts of a kind that are wired to these GPIOs, in the diagram's order, with power or
        without.

        Args:
            pins: for a part, the GPIO that each of its pins has to be wired to.
        """
        return [
            part
            for part in self.parts.values()
            if isinstance(part, kind)
            and all(
                pin in part.pins and self.attached(part.id, pin, gpio)
                for pin, gpio in pins(part).items()
            )
        ]
