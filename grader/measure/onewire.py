"""1-Wire: the bytes on the wire after each reset, and the temperature of a DS18B20."""

from dataclasses import dataclass

import numpy as np

from grader.lab.run import Run
from grader.lab.units import Celsius, us
from grader.measure.answers import refuse_driven
from hardware.bench.decode.onewire import onewire as decoded
from hardware.bench.parts.common.onewire import MATCH_ROM, READ_ROM, SKIP_ROM, crc8

READ_SCRATCHPAD = 0xBE
SCRATCHPAD = 9
"""Its length in bytes; the last one is the CRC of the others (DS18B20 data sheet, "Memory")."""
STEPS = 16
"""Steps in a degree, of the number in the first two bytes."""
ROM = 8
"""The bytes that address one chip."""
SLOT, BEGIN = us(60), us(15)
"""A slot of one bit, and for how long a host pulls the wire low at most to begin one that reads
(the same data sheet, AC characteristics)."""


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
        return self.data[1 : 1 + ROM] if self.data[:1] == bytes([MATCH_ROM]) else b""

    @property
    def command(self) -> bytes:
        """The bytes after the address: the function (`0x44` converts, `0xBE` reads) and its data;
        empty when no chip was addressed (a search)."""
        skips = self.data[:1] == bytes([SKIP_ROM])
        return self.data[1:] if skips else self.data[1 + ROM :] if self.rom else b""

    @property
    def answered(self) -> range:
        """The range of the bytes that no master sends, only a chip: its address (`0x33` asks for
        it), or the memory of a DS18B20."""
        if self.data[:1] == bytes([READ_ROM]):
            return range(len(self.data))[1 : 1 + ROM]
        begin = len(self.data) - len(self.command) + 1
        asked = self.command[:1] == bytes([READ_SCRATCHPAD])
        return range(len(self.data))[begin : begin + SCRATCHPAD] if asked else range(0)

    @property
    def temperature(self) -> Celsius | None:
        """The answer of a DS18B20 to `0xBE`; None without a right answer."""
        memory = self.command[1 : 1 + SCRATCHPAD]
        asked = self.command[:1] == bytes([READ_SCRATCHPAD])
        if not asked or len(memory) < SCRATCHPAD or crc8(memory):
            return None
        return Celsius(int.from_bytes(memory[:2], "little", signed=True) / STEPS, self.at_ns)


def onewire(run: Run, role: str) -> list[OneWireTransaction]:
    """The transactions on a 1-Wire bus from t = 0 on, each from one reset to the next.

    Raises: DrivenWire when the program itself made a presence pulse or an answer."""
    found = run.once(("onewire", role), lambda: decoded(run.trace, run.pins[role]))
    found = [one for one in found if one.t_ns >= run.zero_ns]
    made = [OneWireTransaction(o.t_ns - run.zero_ns, o.present, o.bytes()) for o in found]
    answers = [one.presence_ns for one in found if one.present]
    for one, talk in zip(found, made, strict=True):
        answers += [slot for index in talk.answered for slot in one.data[index].slots_ns]
    begin = np.array(answers, np.int64) - run.zero_ns
    refuse_driven(run.signal(role), begin, begin + SLOT.ns, BEGIN.ns)
    return made
