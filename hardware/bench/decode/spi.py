"""SPI: what was sent, and what came back."""

from typing import NamedTuple

from hardware.bench.decode.calls import calls
from hardware.bench.peripherals.spi import HEAD
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class SpiTransfer(NamedTuple):
    """One transfer; times in virtual ns. `mode` is clock polarity * 2 + phase; 255 is no pin.

    `received` is empty if the program did not want it.
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


def spi(trace: Trace, sck: int | str | None = None, most: int | None = None) -> list[SpiTransfer]:
    """The transfers on all buses, or on the one with this clock pin; of the first `most` calls."""
    clock = None if sck is None else trace.gpio(sck)
    made = []
    for call in calls(trace, frames.CALL_SPI, most=most):
        if clock is not None and clock != call.data[0]:
            continue
        mode = 2 * bool(call.b & frames.SPI_POLARITY) + bool(call.b & frames.SPI_PHASE)
        sck_pin, mosi, miso = HEAD.unpack_from(call.data)
        lsb = bool(call.b & frames.SPI_LSB)
        sent = call.data[HEAD.size :]
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
