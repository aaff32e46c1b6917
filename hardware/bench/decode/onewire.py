"""1-Wire, from the edges at its pin: resets, and the bytes between them.

Source: DS18B20 data sheet, "1-Wire signaling": a low of 480 us or more is a reset, one of less
than 15 us a 1 (or a read slot that answers 1), a longer one a 0.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hardware.bench.trace.trace import Trace

RESET_NS = 400_000
"""Some real hosts hold the line for a little less than 480 us."""
ZERO_NS = 20_000
PRESENCE_NS = 60_000
"""A presence pulse lasts 60 to 240 us and begins within 60 us of the reset's end."""


class OneWireByte(NamedTuple):
    """A byte, and when the slot of each of its bits began (virtual ns)."""

    slots_ns: tuple[int, ...]
    byte: int


@dataclass
class OneWire:
    """One transaction: a reset and what follows it."""

    t_ns: int
    present: bool = False
    presence_ns: int = 0
    """When the presence pulse began."""
    data: list[OneWireByte] = field(default_factory=list)

    def bytes(self) -> bytes:
        """The bytes of host and targets, in order."""
        return bytes(byte for _slots, byte in self.data)


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
            made.append(OneWire(fall))
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
