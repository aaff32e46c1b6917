"""1-Wire: what was said on the wire after each reset, and the temperature of a DS18B20."""

from dataclasses import dataclass

from grader.lab.run import Run
from grader.lab.units import Celsius
from hardware.bench.decode.onewire import onewire as decoded
from hardware.bench.parts.common.onewire import MATCH_ROM, SKIP_ROM, crc8

READ_SCRATCHPAD = 0xBE
SCRATCHPAD = 9
"""Bytes, the last one the CRC of the others (DS18B20 data sheet, "Memory")."""
STEPS = 16
"""Of a degree, in the first two bytes."""


@dataclass(frozen=True)
class OneWireTransaction:
    """What follows one reset (ns since t = 0): whether a presence pulse came, and all bytes,
    whoever sent them."""

    at_ns: int
    is_present: bool
    data: bytes

    @property
    def rom(self) -> bytes:
        """The eight bytes by which a chip was addressed; empty: all of them, or none."""
        return self.data[1:9] if self.data[:1] == bytes([MATCH_ROM]) else b""

    @property
    def said(self) -> bytes:
        """What follows the addressing: the function (`0x44` converts, `0xBE` reads) and its
        bytes; empty where nobody was addressed (a search)."""
        skips = self.data[:1] == bytes([SKIP_ROM])
        return self.data[1:] if skips else self.data[9:] if self.rom else b""

    @property
    def temperature(self) -> Celsius | None:
        """What a DS18B20 answered to `0xBE`; None without a sound answer."""
        memory = self.said[1 : 1 + SCRATCHPAD]
        asked = self.said[:1] == bytes([READ_SCRATCHPAD])
        if not asked or len(memory) < SCRATCHPAD or crc8(memory):
            return None
        return Celsius(int.from_bytes(memory[:2], "little", signed=True) / STEPS, self.at_ns)


def onewire(run: Run, role: str) -> list[OneWireTransaction]:
    """What was said on a 1-Wire bus from t = 0 on, from reset to reset."""
    return [
        OneWireTransaction(one.t_ns - run.zero_ns, one.present, one.bytes())
        for one in run.once(("onewire", role), lambda: decoded(run.trace, run.pins[role]))
        if one.t_ns >= run.zero_ns
    ]
