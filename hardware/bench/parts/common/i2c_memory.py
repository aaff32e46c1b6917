"""The I2C side of an EEPROM of the 24LC family, for each part that has one."""

from abc import abstractmethod
from collections.abc import Collection
from typing import NamedTuple

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart

WRITE_NS = 5_000_000
"""The time of a write cycle (at most)."""
FIRST_ADDRESS = 0x50
ERASED = 0xFF


class Memory(NamedTuple):
    """Bytes of a chip, and of a page that it writes at once."""

    size: int
    page: int


class I2cMemory(I2cPart):
    """Two bytes of address come first; a write stays within its page and wraps around in it. After
    the stop the chip works for 5 ms and does not answer. Source: Microchip 24LC256 data sheet
    (DS20001203), sections 5 to 8."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.size_bytes, self.page = self.chip(spec)
        self.memory = bytearray([ERASED] * self.size_bytes)
        self._at = 0
        self._address = bytearray()
        self._written: dict[int, int] = {}
        self._busy_until_ns = 0

    @abstractmethod
    def chip(self, spec: PartSpec) -> Memory:
        """Which chip it has."""

    @property
    def memory_address(self) -> int:
        """Its 7-bit address now."""
        return FIRST_ADDRESS

    @property
    def is_protected(self) -> bool:
        """Whether it takes no bytes now."""
        return False

    def reset_memory(self) -> None:
        """Power has come: the bytes are kept, a transfer is not."""
        self._at, self._busy_until_ns = 0, 0
        self._address.clear()
        self._written.clear()

    def i2c_addresses(self) -> Collection[int]:
        busy = self.world.now_ns < self._busy_until_ns
        return () if busy else (self.memory_address,)

    def i2c_start(self, address: int, read: bool) -> bool:
        if not read:
            self._address.clear()
        return True

    def i2c_write(self, byte: int) -> bool:
        if len(self._address) < 2:
            self._address.append(byte)
            self._at = int.from_bytes(self._address, "big") % self.size_bytes
        else:
            self._written[self._at] = byte
            first = self._at - self._at % self.page
            self._at = first + (self._at + 1) % self.page
        return True

    def i2c_read(self) -> int:
        value = self.memory[self._at]
        self._at = (self._at + 1) % self.size_bytes
        return value

    def i2c_stop(self) -> None:
        if self._written and not self.is_protected:
            for at, value in self._written.items():
                self.memory[at] = value
            self._busy_until_ns = self.world.now_ns + WRITE_NS
        self._written.clear()
