"""1-Wire, from the edges at its pin: resets, and the bytes between them; and what they mean.

Source: DS18B20 data sheet, "1-Wire signaling": a low of 480 us or more is a reset, one of less
than 15 us a 1 (or a read slot that answers 1), a longer one a 0.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from hardware.bench.parts.common.onewire import (
    ALARM_SEARCH,
    MATCH_ROM,
    READ_ROM,
    SEARCH_ROM,
    SKIP_ROM,
    crc8,
)
from hardware.bench.parts.ds18b20 import CONVERT, COPY, READ, READ_POWER, RECALL, WRITE
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import RECORD
from hardware.bench.trace.trace import Trace

RESET_NS = 400_000
"""Some real hosts hold the line for a little less than 480 us."""
LONGEST_RESET_NS = 1_000_000
"""A longer low at a pin is another protocol: that of a DHT22 begins with 1 ms or more."""
ZERO_NS = 20_000
PRESENCE_NS = 60_000
"""A presence pulse lasts 60 to 240 us and begins within 60 us of the reset's end."""
SLOT_NS, RESET_TIME_NS = 60_000, 960_000
"""A slot of one bit, and a whole reset with its presence pulse."""
MOST_BYTES = 24
"""Bytes that a text shows."""
ROM_BYTES, SCRATCHPAD_BYTES = 8, 9
"""What ends with a CRC: an address, and the memory of a DS18B20."""
ROM_COMMANDS = {
    READ_ROM: "read ROM",
    MATCH_ROM: "match ROM",
    SKIP_ROM: "skip ROM",
    SEARCH_ROM: "search ROM",
    ALARM_SEARCH: "alarm search",
}
FUNCTIONS = {
    CONVERT: "convert",
    WRITE: "write",
    READ: "read",
    COPY: "copy",
    RECALL: "recall",
    READ_POWER: "read power",
}
"""The function commands of a DS18B20."""


class OneWireByte(NamedTuple):
    """A byte, and when the slot of each of its bits began (virtual ns)."""

    slots_ns: tuple[int, ...]
    byte: int


@dataclass
class OneWire:
    """One transaction: a reset and what follows it."""

    t_ns: int
    low_ns: int = 0
    """How long the host held the line low."""
    present: bool = False
    presence_ns: int = 0
    """When the presence pulse began."""
    data: list[OneWireByte] = field(default_factory=list)

    def bytes(self) -> bytes:
        """The bytes of host and targets, in order."""
        return bytes(byte for _slots, byte in self.data)

    @property
    def end_ns(self) -> int:
        """The end of its last byte, or of its reset."""
        return self.data[-1].slots_ns[-1] + SLOT_NS if self.data else self.t_ns + RESET_TIME_NS

    @property
    def is_plain(self) -> bool:
        """Whether it can be nothing else than 1-Wire: a reset as it should be, and then a ROM
        command."""
        ours = not self.data or self.data[0].byte in ROM_COMMANDS
        return ours and self.low_ns < LONGEST_RESET_NS

    def text(self) -> str:
        """For people: `presence, skip ROM cc, read be: 50 05 …, CRC right`; bytes are
        hexadecimal."""
        if not self.present:
            return "reset, no presence"
        data = self.bytes()
        if not data:
            return "presence"
        rom, rest = data[0], data[1:]
        if rom in (SEARCH_ROM, ALARM_SEARCH):
            shown = _with_crc(_searched(rest), ROM_BYTES)
        elif rom == READ_ROM:
            shown = _with_crc(rest, ROM_BYTES)
        elif rom == MATCH_ROM:
            shown = _with_crc(rest[:ROM_BYTES], ROM_BYTES) + _function(rest[ROM_BYTES:])
        else:
            shown = _function(rest)
        return f"presence, {ROM_COMMANDS.get(rom, '')} {rom:02x}{shown}".replace("  ", " ")


def _function(data: bytes) -> str:
    """A function command with its bytes."""
    if not data:
        return ""
    size = SCRATCHPAD_BYTES if data[0] == READ else 0
    return f", {FUNCTIONS.get(data[0], '')} {data[0]:02x}{_with_crc(data[1:], size)}"


def _with_crc(data: bytes, size: int) -> str:
    """Bytes; when there are as many as belong to a CRC, also whether it is right."""
    if not data:
        return ""
    shown = f": {data[:MOST_BYTES].hex(' ')}{' …' if len(data) > MOST_BYTES else ''}"
    if len(data) != size:
        return shown
    return f"{shown}, CRC {'wrong' if crc8(data) else 'right'}"


def _searched(data: bytes) -> bytes:
    """The address that a search has found. For each of its bits there are three: what the chips
    have, its complement, and what the host chooses."""
    bits = [byte >> place & 1 for byte in data for place in range(8)][2::3]
    count = len(bits) // 8
    return bytes(
        sum(bits[8 * number + place] << place for place in range(8)) for number in range(count)
    )


def onewire_buses(trace: Trace, drains: Collection[int] = ()) -> dict[int, list[OneWire]]:
    """The transactions by GPIO, on all pins that were an open drain and had any; `drains` are
    those that were one before the trace begins.

    An idle bus is high. So it counts as high before its pin becomes an open drain: a driver that
    sets up the pin may pull the bus low at once, and its first reset begins with that.
    """
    records = trace.records
    if not len(records):
        return {}
    set_up = (records["kind"] == frames.REC_MODE) & (records["b"] & 15 == frames.MODE_OPEN_DRAIN)
    begin_ns = max(0, int(records["t"][0]) - 1)
    rows = [(frames.REC_MODE, gpio, frames.MODE_OPEN_DRAIN, 1, begin_ns) for gpio in drains]
    at = [0] * len(rows)
    for index in np.flatnonzero(set_up).tolist():
        _kind, gpio, _mode, _c, t_ns = records[index].item()
        rows.append((frames.REC_IN, gpio, 0, 1, max(0, t_ns - 1)))
        at.append(index)
    idle = replace(trace, records=np.insert(records, at, np.array(rows, RECORD)))
    found = {
        gpio: [one for one in onewire(idle, gpio) if one.is_plain]
        for gpio in sorted({row[1] for row in rows})
    }
    return {gpio: talks for gpio, talks in found.items() if talks}


def onewire(trace: Trace, pin: int | str) -> list[OneWire]:
    """The transactions on a 1-Wire bus, each from its reset on. Bits that make no whole byte are
    dropped."""
    edges = trace.edges(pin)
    falls = edges.falling()
    rises = edges.rising()
    made: list[OneWire] = []
    bits: list[tuple[int, bool]] = []
    reset_ns = 0
    for fall in falls.tolist():
        at = int(np.searchsorted(rises, fall))
        if at == len(rises):
            break
        low_ns = int(rises[at]) - fall
        if low_ns >= RESET_NS:
            made.append(OneWire(fall, low_ns))
            bits, reset_ns = [], int(rises[at])
        elif made and fall <= reset_ns + PRESENCE_NS:
            made[-1].present, made[-1].presence_ns = low_ns >= PRESENCE_NS, fall
        elif made:
            bits.append((fall, low_ns < ZERO_NS))
            if len(bits) == 8:
                slots_ns, ones = zip(*bits, strict=True)
                byte = sum(bit << place for place, bit in enumerate(ones))
                made[-1].data.append(OneWireByte(slots_ns, byte))
                bits = []
    return made
