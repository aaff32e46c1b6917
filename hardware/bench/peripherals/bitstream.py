"""`machine.bitstream`: bytes for the LEDs on a pin's net. Each bit is a high and a low, with
lengths for 0 and for 1."""

from collections.abc import Mapping
from typing import NamedTuple

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.parts.common.pixels import LATCH_NS, ONE_NS, PixelPart
from hardware.bench.peripherals.peripheral import (
    MOST_BUSY_NS,
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

HEAD = frames.LAYOUT_BITSTREAM
MOST_FRAME = 1 << 16
"""The most bytes of a frame that comes in several calls: no chain of LEDs is longer."""


class Timing(NamedTuple):
    """Nanoseconds of high and low of a 0 and of a 1."""

    high_0: int
    low_0: int
    high_1: int
    low_1: int

    def length_ns(self, data: bytes) -> int:
        """How long the bytes take."""
        ones = int.from_bytes(data, "big").bit_count()
        zeros = 8 * len(data) - ones
        return ones * (self.high_1 + self.low_1) + zeros * (self.high_0 + self.low_0)

    def as_seen(self, data: bytes) -> bytes:
        """The bytes that the LEDs read: for them only the length of a pulse counts."""
        if max(self.low_0, self.low_1) >= LATCH_NS:
            return b""
        zero, one = self.high_0 > ONE_NS, self.high_1 > ONE_NS
        if one and not zero:
            return data
        if zero and not one:
            return bytes(byte ^ 0xFF for byte in data)
        return (b"\xff" if one else b"\0") * len(data)


class BitstreamSent(NamedTuple):
    """The last bytes that were sent on a pin, and their end."""

    data: bytes
    end_ns: int


class Bitstream(Peripheral):
    """Passes the bytes to the LEDs. A frame may come in several calls."""

    CALLS = (frames.CALL_BITSTREAM,)
    TELLS = True

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._on: dict[int, list[PixelPart]] = {}
        self._sent: dict[int, BitstreamSent] = {}

    def reset(self) -> None:
        self._sent.clear()

    def call(self, call: Call) -> Answer:
        if call.b >= GPIOS or len(call.data) < HEAD.size:
            raise BadCallError("a bit stream with impossible values")
        timing = Timing(*HEAD.unpack_from(call.data))
        data = call.data[HEAD.size :]
        busy_ns = min(timing.length_ns(data), MOST_BUSY_NS)
        self._show(call.b, timing.as_seen(data), call.t_ns, busy_ns)
        return Answer(busy_ns=busy_ns)

    def told(self) -> Mapping[int, bytes]:
        return {frames.FLAG_STREAMS: b""}

    def may_be_told(self, call: Call) -> bool:
        return True

    def _show(self, gpio: int, data: bytes, t_ns: int, busy_ns: int) -> None:
        before = self._sent.get(gpio)
        if before and t_ns - before.end_ns < LATCH_NS:
            data = (before.data + data)[:MOST_FRAME]
        self._sent[gpio] = BitstreamSent(data, t_ns + busy_ns)
        for part in self._parts(gpio):
            part.send(data, t_ns + busy_ns)

    def _parts(self, gpio: int) -> list[PixelPart]:
        if gpio not in self._on:
            self._on[gpio] = self.board.circuit.parts_on(PixelPart, lambda part: {part.DIN: gpio})
        return self._on[gpio]
