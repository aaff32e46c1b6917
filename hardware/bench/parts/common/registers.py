"""An I2C chip with registers and a register pointer, as most sensors are."""

from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar

from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, Stamp

FAULTS = {"silent": FAULT, "stuck": FAULT}
"""Faults of every such chip, as controls: it does not answer; it holds SDA low."""
BOARD_V = 3.3
"""The output of the regulator on a small module, for the chip and the pull-ups of the bus."""


class RegisterTarget(Module, I2cPart):
    """The first byte of a write sets the pointer. Each further byte, written or read, moves it
    on."""

    ADDRESS: ClassVar[int]
    FIXED_ADDRESS = True
    COUNT: ClassVar[int] = 256
    """Number of registers; after the last one the pointer is 0 again."""
    PULL_OHMS: ClassVar[float] = 4700.0
    """The module's pull-ups from SCL and SDA to its 3.3 V."""
    OUTPUTS: ClassVar[dict[str, bool | None]] = {"SDA": None}

    _pointer = 0
    _expects_pointer = False

    @abstractmethod
    def read_register(self, register: int) -> int:
        """The value that a read of a register gives."""

    @abstractmethod
    def write_register(self, register: int, value: int) -> None:
        """A write to a register."""

    def latch(self) -> None:
        """The chip is addressed: the bytes that are read from now on belong together."""

    def i2c_addresses(self) -> Collection[int]:
        return () if self.values["silent"] or self.values["stuck"] else (self.ADDRESS,)

    def i2c_start(self, address: int, read: bool) -> bool:
        self._expects_pointer = not read
        self.latch()
        return True

    def i2c_write(self, byte: int) -> bool:
        if self._expects_pointer:
            self._pointer, self._expects_pointer = byte % self.COUNT, False
        else:
            self.write_register(self._pointer, byte)
            self._step()
        return True

    def i2c_read(self) -> int:
        value = self.read_register(self._pointer)
        self._step()
        return value

    def _step(self) -> None:
        self._pointer = (self._pointer + 1) % self.COUNT

    def begin(self) -> None:
        self._pointer = 0
        if self.values["stuck"]:
            self.driven[self.SDA] = False

    def moved(self, name: str, value: float) -> None:
        if name == "stuck" and self.powered:
            self.drive(self.SDA, False if value else None)

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        for pin in (self.SCL, self.SDA):
            net.source(pin, min(BOARD_V, self.supply_v), self.PULL_OHMS)
