"""1-Wire: the bytes on the wire after each reset, and the temperature of a DS18B20."""

from dataclasses import dataclass

from grader.lab.run import Run
from grader.lab.units import Celsius
from hardware.bench.decode.onewire import onewire as decoded
from hardware.bench.parts.common.onewire import MATCH_ROM, SKIP_ROM, crc8

READ_SCRATCHPAD = 0xBE
SCRATCHPAD = 9
"""Its length in bytes; the last one is the CRC of the others (DS18B20 data sheet, "Memory")."""
STEPS = 16
"""Steps in a degree, of the number in the first two bytes."""


@dataclass(frozen=True)
class OneWireTransaction:
    """What follows one reset (ns since t = 0): whether there was a presence pulse, and all bytes
    of both sides."""

    at_ns: int
    is_present: bool
    data: bytes

    @property
    def rom(self) -> bytes:
        """The eight bytes that address one chip; empty when all chips are addressed, or none."""
        return self.data[1:9] if self.data[:1] == bytes([MATCH_ROM]) else b""

    @property
    def command(self) -> bytes:
        """The bytes after the address: the function (`0x44` converts, `0xBE` reads) and its data;
        empty when no chip was addressed (a search)."""
        skips = self.data[:1] == bytes([SKIP_ROM])
        return self.data[1:] if skips else self.data[9:] if self.rom else b""

    @property
    def temperature(self) -> Celsius | None:
        """The answer of a DS18B20 to `0xBE`; None without a right answer."""
        memory = self.command[1 : 1 + SCRATCHPAD]
        asked = self.command[:1] == bytes([READ_SCRATCHPAD])
        if not asked or len(memory) < SCRATCHPAD or crc8(memory):
            return None
        return Celsius(int.from_bytes(memory[:2], "little", signed=True) / STEPS, self.at_ns)


def onewire(run: Run, role: str) -> list[OneWireTransaction]:
    """The transactions on a 1-Wire bus from t = 0 on, each from one reset to the next."""
    return [
        OneWireTransaction(one.t_ns - run.zero_ns, one.present, one.bytes())
        for one in run.once(("onewire", role), lambda: decoded(run.trace, run.pins[role]))
        if one.t_ns >= run.zero_ns
    ]
