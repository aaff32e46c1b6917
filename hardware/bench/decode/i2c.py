"""I2C: the transfers with their addresses, bytes and acknowledgements.

The layout of a call is that of `peripherals/i2c.py`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hardware.bench.decode.calls import Rest, calls
from hardware.bench.peripherals.i2c import HEAD
from hardware.bench.peripherals.i2c_transfer import BITS_A_BYTE
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class I2cTransfer(NamedTuple):
    """One transfer from start to stop; times in virtual ns.

    `address` is None for the primitive operations of SoftI2C. `acked` is the number of bytes of
    `written` that were acknowledged; `found` says whether a target acknowledged the address.
    """

    t_ns: int
    end_ns: int
    scl: int
    sda: int
    hz: int
    flags: int
    address: int | None
    written: bytes
    acked: int
    read: bytes
    found: bool


def i2c(trace: Trace, scl: int | str | None = None, limit: int | None = None) -> list[I2cTransfer]:
    """The transfers on all buses, or on the bus with this clock pin, in the first `limit`
    calls."""
    clock = None if scl is None else trace.gpio(scl)
    made, rest = [], Rest(HEAD.size)
    for call in calls(trace, frames.CALL_I2C, limit=limit):
        flags, address, count = HEAD.unpack_from(call.data)
        if clock is not None and clock != call.b & 0xFF:
            continue
        found = call.status >= 0
        made.append(
            I2cTransfer(
                call.t_ns,
                call.end_ns,
                call.b & 0xFF,
                call.b >> 8,
                call.c,
                flags,
                None if flags & frames.I2C_RAW else address,
                rest[call.data],
                max(call.status, 0),
                call.answer[:count],
                found,
            )
        )
    return made


class Bit(NamedTuple):
    """One clock period: the level of SDA, or else a start or stop condition."""

    sda: bool
    condition: str = ""


def bits_of(transfer: I2cTransfer) -> Iterator[Bit]:
    """The clock periods of a transfer on the wire."""
    raw, reads = transfer.address is None, bool(transfer.flags & frames.I2C_READ)
    if raw and transfer.flags & frames.I2C_START:
        yield Bit(False, "start")
    if transfer.address is not None:
        yield Bit(False, "start")
        only_reads = reads and not transfer.written
        yield from _byte(transfer.address << 1 | only_reads, transfer.found)
    if transfer.found:
        for number, byte in enumerate(transfer.written):
            yield from _byte(byte, number < transfer.acked)
            if number >= transfer.acked:
                break
        if transfer.address is not None and reads and transfer.written:
            yield Bit(False, "start")
            yield from _byte(transfer.address << 1 | 1, True)
        last_ack = bool(transfer.flags & frames.I2C_ACK_LAST)
        for number, byte in enumerate(transfer.read):
            yield from _byte(byte, number + 1 < len(transfer.read) or last_ack)
    if transfer.flags & frames.I2C_STOP or not transfer.found:
        yield Bit(False, "stop")


def _byte(byte: int, ack: bool) -> Iterator[Bit]:
    for place in range(BITS_A_BYTE - 2, -1, -1):
        yield Bit(bool(byte >> place & 1))
    yield Bit(not ack)
