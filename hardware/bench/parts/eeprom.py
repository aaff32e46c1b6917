"""The I2C memories 24LC32 and 24LC256."""

from collections.abc import Collection

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.i2c_memory import FIRST_ADDRESS, I2cMemory, Memory
from hardware.bench.parts.common.logic import Logic, dip, dip_size, dip_svg
from hardware.bench.parts.common.part import FAULT, PartView, Stamp
from hardware.i18n import both

PULL_OHMS = 100_000.0
MEMORIES = {"warsha-24lc256": Memory(32_768, 64), "warsha-24lc32": Memory(4_096, 32)}


class Eeprom(Logic, I2cMemory):
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

    def chip(self, spec: PartSpec) -> Memory:
        return MEMORIES[spec.type]

    def stamp(self, net: Stamp) -> None:
        for pin in self.LISTENS:
            net.source(pin, 0.0, PULL_OHMS)

    def begin(self) -> None:
        self.reset_memory()

    @property
    def memory_address(self) -> int:
        return FIRST_ADDRESS + sum(self.level[f"A{n}"] << n for n in range(3))

    @property
    def is_protected(self) -> bool:
        return self.level["WP"]

    def i2c_addresses(self) -> Collection[int]:
        return () if self.values["silent"] else super().i2c_addresses()

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, self.spec.type.removeprefix("warsha-").upper())
