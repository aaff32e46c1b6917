"""Chains of LEDs on one data line: WS2812 (NeoPixel) and similar chips.

When the board sends a frame with `machine.bitstream`, they get its bytes at once. Edges that a
program, PIO or RMT makes are read bit by bit (WS2812B data sheet, "Data transfer time").
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from hardware.bench.parts.common.part import Part

ONE_NS = 550
"""A high time above this is a 1: between the 400 ns of a 0 and the 800 ns of a 1."""
MOST_BITS = 8 * 3 * 4096
"""The most bits of a frame: no chain is longer."""
LATCH_NS = 50_000
"""A low of this length ends a frame: the LEDs show it."""


class PixelPart(Part):
    """A chain of LEDs, or one LED. Override `din`."""

    DIN: ClassVar[str] = "DIN"
    DOUT: ClassVar[str] = "DOUT"
    LISTENS: ClassVar[tuple[str, ...]] = ("DIN",)

    behind: "tuple[PixelPart, ...]" = ()
    """The parts that get their data from this one's output. `link` sets it."""
    _rose_ns = _fell_ns = 0
    _bits = ""

    def din(self, data: bytes, t_ns: int) -> bytes:
        """A whole frame that is shown from a time on. Returns what is passed on to the next
        part."""
        return b""

    def send(self, data: bytes, t_ns: int) -> None:
        """Takes a frame, and passes the rest on through the chain."""
        rest = self.din(data, t_ns) if self.powered else b""
        if len(rest) < len(data):  # else a ring of parts would pass it on for ever
            for part in self.behind:
                part.send(rest, t_ns)

    def level_changed(self, pin: str, high: bool) -> None:
        """An edge at the input. The length of each pulse is a bit."""
        now = self.world.now_ns
        if high:
            self._rose_ns = now
            return
        if not self._bits:
            self.world.at(now + LATCH_NS, self._latch)
        if len(self._bits) < MOST_BITS:
            self._bits += "1" if now - self._rose_ns > ONE_NS else "0"
        self._fell_ns = now

    def _latch(self) -> None:
        """Ends the frame if the line was low for long enough."""
        quiet_ns = self._fell_ns + LATCH_NS
        if self.world.now_ns < quiet_ns or self._rose_ns > self._fell_ns:
            self.world.at(max(quiet_ns, self.world.now_ns + LATCH_NS), self._latch)
            return
        bits, self._bits = self._bits, ""
        whole = len(bits) // 8
        if whole:
            self.send(int(bits[: 8 * whole], 2).to_bytes(whole, "big"), self.world.now_ns)


def link(net: Callable[[str, str], int], parts: Iterable[Part]) -> None:
    """Sets `behind` of all chains of a circuit.

    Args:
        net: the number of the net at a pin of a part.
    """
    chains = [part for part in parts if isinstance(part, PixelPart)]
    for chain in chains:
        if chain.DOUT in chain.pins:
            out = net(chain.id, chain.DOUT)
            chain.behind = tuple(p for p in chains if net(p.id, p.DIN) == out)
