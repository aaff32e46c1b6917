"""NeoPixel: the data that was sent to the pixels on a pin.

The layout of a call is that of `peripherals/bitstream.py`.
"""

from typing import NamedTuple

from hardware.bench.decode.calls import Rest, calls
from hardware.bench.peripherals.bitstream import HEAD, Timing
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class PixelData(NamedTuple):
    """One `machine.bitstream`; times in virtual ns."""

    t_ns: int
    end_ns: int
    pin: int
    timing: Timing
    data: bytes

    def colours(self) -> list[tuple[int, int, int]]:
        """(red, green, blue) of each pixel. A WS2812 takes green first."""
        triples = zip(*[iter(self.data)] * 3, strict=False)
        return [(red, green, blue) for green, red, blue in triples]


def pixels(
    trace: Trace, pin: int | str | None = None, limit: int | None = None
) -> list[PixelData]:
    """The data on all pins, or on this pin, in the first `limit` calls."""
    wanted = None if pin is None else trace.gpio(pin)
    rest = Rest(HEAD.size)
    return [
        PixelData(
            call.t_ns,
            call.end_ns,
            call.b,
            Timing(*HEAD.unpack_from(call.data)),
            rest[call.data],
        )
        for call in calls(trace, frames.CALL_BITSTREAM, limit=limit)
        if wanted is None or call.b == wanted
    ]
