"""The circuit as one of its boards sees it: its own pads, by their GPIO numbers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.prediction import Prediction, foresee
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.parts.common.part import Part
from hardware.boards import RESET_PAD, BoardType

if TYPE_CHECKING:
    from hardware.bench.circuit.circuit import Circuit

MASK = (1 << GPIOS) - 1
PINS = MASK >> 1
"""Without the one that resets the board (`RESET_PAD`)."""


class BoardSide:
    """What the bench and the peripherals of one board need of the circuit."""

    def __init__(self, circuit: "Circuit", board_id: str, board: BoardType) -> None:
        self.circuit = circuit
        self.board_id = board_id
        self.board = board
        self._first = circuit.netlist.first_pad(board_id)
        self._shared = circuit.zones.shared >> self._first & MASK
        self.resets = self.net(RESET_PAD) in circuit.netlist.wired
        """Whether its reset pin is wired to anything."""

    @property
    def parts(self) -> Mapping[str, Part]:
        """Every part of the circuit but the boards, by id."""
        return self.circuit.parts

    def near(self) -> frozenset[str]:
        """The boards that can reach this one by wire, itself too."""
        return self.circuit.zones.near(self.board_id)

    def exposed(self) -> bool:
        """Whether the program can see, as its pads are now, what another board does."""
        return bool(self._shared and self._shared & self.circuit.reading() >> self._first)

    def power(self, on: bool) -> None:
        """The board's supply comes or goes."""
        self.circuit.power(on, self.board_id)

    def held(self) -> bool:
        """Whether something holds the board in reset; without power nothing has to."""
        low = not self.circuit.levels() >> self._first + RESET_PAD & 1
        return low and self.resets and self.board_id in self.circuit.electric.powered

    def levels(self) -> int:
        """Bit n: the level at GPIO n."""
        return self.circuit.levels() >> self._first & PINS

    def coupled(self) -> int:
        """Mask of the outputs that somebody listens to (see `Circuit.coupled`)."""
        return self.circuit.coupled() >> self._first & PINS

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

    def foresee(self, step: OutputStep) -> Prediction | None:
        """The levels after a step that a part has foretold, if they are known."""
        c = self.circuit
        seen = foresee(c.electric, c.pads, c.threshold, step)
        return seen and Prediction(*(mask >> self._first & PINS for mask in seen))

    def net(self, gpio: int) -> int:
        """The net that a GPIO lies on: the same number for all that is joined by wire."""
        return self.circuit.netlist.gpio_net[self._first + gpio]

    def attached(self, part: str, pin: str, gpio: int) -> bool:
        """Whether a pin of a part lies on the net of a GPIO."""
        return self.circuit.attached(part, pin, self._first + gpio)
