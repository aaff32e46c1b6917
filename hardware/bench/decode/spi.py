"""SPI: the transfers with the bytes sent and received.

The layout of a call is that of `peripherals/spi.py`.
"""

from typing import NamedTuple

from hardware.bench.decode.calls import Rest, calls
from hardware.bench.peripherals.spi import HEAD
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class SpiTransfer(NamedTuple):
    """One transfer; times in virtual ns. `mode` is clock polarity * 2 + phase.

    A pin of 255 means that the bus has none. `received` is empty if the program did not read.
    """

    t_ns: int
    end_ns: int
    sck: int
    mosi: int
    miso: int
    hz: int
    mode: int
    lsb_first: bool
    sent: bytes
    received: bytes


def spi(trace: Trace, sck: int | str | None = None, limit: int | None = None) -> list[SpiTransfer]:
    """The transfers on all buses, or on the bus with this clock pin, in the first `limit`
    calls."""
    clock = None if sck is None else trace.gpio(sck)
    made, rest = [], Rest(HEAD.size)
    for call in calls(trace, frames.CALL_SPI, limit=limit):
        if clock is not None and clock != call.data[0]:
            continue
        mode = 2 * bool(call.b & frames.SPI_POLARITY) + bool(call.b & frames.SPI_PHASE)
        sck_pin, mosi, miso = HEAD.unpack_from(call.data)
        lsb = bool(call.b & frames.SPI_LSB)
        sent = rest[call.data]
        made.append(
            SpiTransfer(
                call.t_ns,
                call.end_ns,
                sck_pin,
                mosi,
                miso,
                call.c,
                mode,
                lsb,
                sent,
                call.answer,
            )
        )
    return made
