"""What is measured on a board type: one TOML file for each board in `plans/`, over the file of its
chip in `plans/chips/`, over that of its family in `plans/families/`.

Pins that a test must not touch are left out: those of the flash, of the serial line, and those
that decide how the chip starts (`hardware/boards/` has them).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot
from pathlib import Path
from typing import Any

from hardware import boards
from hardware.boards import BoardType
from hardware.i18n import _
from station.certify.measurement import ValueRange
from station.errors import StationError

FOLDER = Path(__file__).parent / "plans"
TOUCH_MM = 2.6
"""Two pins of a header that are so close are neighbours: solder can join them."""


@dataclass(frozen=True)
class UartLoop:
    """A UART whose TX and RX the jig joins."""

    number: int
    tx: int
    rx: int
    baud: int
    bytes: int


@dataclass(frozen=True)
class I2cPartOfJig:
    """The I2C part on the jig, and the register that identifies it."""

    number: int
    sda: int
    scl: int
    address: int
    register: int


@dataclass(frozen=True)
class Jig:
    """The loop-back jig of a board, in GPIO numbers."""

    pairs: tuple[tuple[int, int], ...]
    """A resistor joins the two pins."""
    ladder: tuple[int, ...]
    """ADC pins at a chain of equal resistors from 3V3 to GND."""
    uart: UartLoop
    i2c: I2cPartOfJig

    def ladder_v(self, gpio: int, supply_v: float) -> float:
        """The voltage at a pin of the ladder."""
        steps = len(self.ladder) + 1
        return supply_v * (steps - 1 - self.ladder.index(gpio)) / steps


@dataclass(frozen=True)
class TestPlan:
    """All data of the self test of one board type."""

    __test__ = False  # pytest: this is no class of tests

    board: BoardType
    limits: Mapping[str, ValueRange]
    jig: Jig
    clock_s: float
    flash_test_bytes: int
    wifi: bool
    adc_reference: int | None = None
    """The ADC channel of the chip's own temperature sensor."""
    untouched: Sequence[int] = ()
    """GPIOs on a header that some boards of this type use themselves."""

    @property
    def free_pins(self) -> tuple[int, ...]:
        """GPIOs on a header that a test may drive, ascending."""
        board = self.board
        console = {board.gpio(pin) for pin in board.console}
        kept = board.flash_pins | board.strapping | board.no_pull | board.input_only | console
        kept |= board.usb_pins | {*self.untouched}
        on_header = {pin.gpio for pin in board.pins.values() if not pin.hidden}
        return tuple(gpio for gpio in board.gpios if gpio in on_header - kept)

    def tested_pins(self, *, with_jig: bool) -> tuple[int, ...]:
        """GPIOs whose levels are read: with the jig also those that cannot drive, and not those
        at its ladder."""
        if not with_jig:
            return self.free_pins
        wired = {gpio for pair in self.jig.pairs for gpio in pair}
        return tuple(sorted((wired | set(self.free_pins)) - set(self.jig.ladder)))

    def are_neighbours(self, one: int, other: int) -> bool:
        """Whether two GPIOs are side by side on a header."""
        a, b = (self.board.pins[self.board.pin_of(gpio)] for gpio in (one, other))
        return 0 < hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm) < TOUCH_MM


@cache
def load_plan(board_name: str) -> TestPlan:
    """The plan of a board type. Raises: BoardNotFound, StationError when it has no plan."""
    board = boards.load(board_name)
    file = FOLDER / f"{board_name}.toml"
    if not file.is_file():
        cause = _("there is no self test for the board type {name}").format(name=board_name)
        raise StationError(cause, _("add the file {file}").format(file=file))
    facts = {
        **_read(FOLDER / "families" / f"{board.family}.toml"),
        **_read(FOLDER / "chips" / f"{board.chip}.toml"),
        **_read(file),
    }
    limits = {name: ValueRange(**limit) for name, limit in facts.pop("limits").items()}
    jig = facts.pop("jig")
    return TestPlan(
        board=board,
        limits=limits,
        jig=Jig(
            pairs=tuple((a, b) for a, b in jig["pairs"]),
            ladder=tuple(jig["ladder"]),
            uart=UartLoop(**jig["uart"]),
            i2c=I2cPartOfJig(**jig["i2c"]),
        ),
        **facts,
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
