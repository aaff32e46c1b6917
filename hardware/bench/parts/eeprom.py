"""The I2C memories 24LC32 and 24LC256."""

from collections.abc import Collection
from typing import NamedTuple

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.logic import Logic, dip, dip_size, dip_svg
from hardware.bench.parts.common.part import FAULT, PartView, Stamp
from hardware.i18n import both

WRITE_NS = 5_000_000
"""The time of a write cycle (at most)."""
FIRST_ADDRESS = 0x50
ERASED = 0xFF
PULL_OHMS = 100_000.0


class Memory(NamedTuple):
    """Bytes of a chip, and of a page that it writes at once."""

    size: int
    page: int


MEMORIES = {"warsha-24lc256": Memory(32_768, 64), "warsha-24lc32": Memory(4_096, 32)}


class Eeprom(Logic, I2cPart):
    """Pins `A0 A1 A2 GND SDA SCL WP VCC` of a memory of 32 KB (24LC256) or 4 KB (24LC32). Open
    pins A0 to A2 and WP are low, as on the modules (100 kΩ): I2C address 0x50. The parts are ours:
    Wokwi has none.

    Two bytes of address come first; a write stays within its page of 64 (32) bytes and wraps
    around in it. After the stop the chip works for 5 ms and does not answer; a program that writes
    at once loses the bytes. While WP is high, it takes none. A new chip has FF everywhere, and
    keeps what is written also without power. It has no pull-ups. The fault `silent` (no answer) is
    ours. Source: Microchip 24LC256 data sheet (DS20001203), sections 5 to 8; 24LC32A (DS20001713).
    """

    TYPES = tuple(MEMORIES)
    TITLE = both("Memory (24LC EEPROM)")
    GROUP = "modules"
    PINS = dip(("A0", "A1", "A2", "GND", "SDA", "SCL", "WP", "VCC"))
    SIZE = dip_size(8)
    LISTENS = ("A0", "A1", "A2", "WP")
    SUPPLY = ("VCC", "GND", 2.5)
    CONTROLS = {"silent": FAULT}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.size_bytes, self.page = MEMORIES[spec.type]
        self.memory = bytearray([ERASED] * self.size_bytes)
        self._at = 0
        self._address = bytearray()
        self._written: dict[int, int] = {}
        self._busy_until_ns = 0

    def stamp(self, net: Stamp) -> None:
        for pin in self.LISTENS:
            net.source(pin, 0.0, PULL_OHMS)

    def begin(self) -> None:
        self._at, self._busy_until_ns = 0, 0
        self._address.clear()
        self._written.clear()

    def i2c_addresses(self) -> Collection[int]:
        busy = self.world.now_ns < self._busy_until_ns
        pins = sum(self.level[f"A{n}"] << n for n in range(3))
        return () if busy or self.values["silent"] else (FIRST_ADDRESS + pins,)

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
        if self._written and not self.level["WP"]:
            for at, value in self._written.items():
                self.memory[at] = value
            self._busy_until_ns = self.world.now_ns + WRITE_NS
        self._written.clear()

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, self.spec.type.removeprefix("warsha-").upper())
