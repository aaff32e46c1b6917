"""UART: the bytes that were sent on each TX pin, each with the time of its start bit.

The layout of a call is that of `peripherals/uart.py`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hardware.bench.decode.calls import CallAt, calls
from hardware.bench.peripherals.uart import BREAK_BITS, NO_PIN
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace

S = 1_000_000_000


class UartByte(NamedTuple):
    """One byte on the wire; times in virtual ns. A break has `is_break`, and its byte is 0."""

    t_ns: int
    end_ns: int
    number: int
    tx: int
    baud: int
    byte: int
    bits: int
    parity: int
    stop: int
    inverted: bool
    is_break: bool


class UartWrite(NamedTuple):
    """Bytes that are sent on a TX pin one after the other; times in virtual ns."""

    t_ns: int
    number: int
    tx: int
    baud: int
    data: bytes
    bits: int
    parity: int
    stop: int
    inverted: bool
    is_break: bool

    @property
    def byte_bits(self) -> int:
        """Bit times of a byte, with start and stop bits."""
        return BREAK_BITS if self.is_break else 1 + self.bits + bool(self.parity) + self.stop

    def end_ns(self, count: int) -> int:
        """The time when this many of its bytes are sent."""
        return self.t_ns + count * self.byte_bits * S // self.baud


def writes(
    trace: Trace, tx: int | str | None = None, limit: int | None = None
) -> Iterator[UartWrite]:
    """The writes on all TX pins, or on this pin, in the order of sending, in the first `limit`
    calls."""
    wanted = None if tx is None else trace.gpio(tx)
    setups: dict[int, CallAt] = {}
    free_ns: dict[int, int] = {}
    for call in calls(trace, frames.CALL_UART_SETUP, frames.CALL_UART_WRITE, limit=limit):
        if call.op == frames.CALL_UART_SETUP:
            setups[call.b] = call
        elif (setup := setups.get(call.b)) and setup.c:
            write = _write(call, setup, max(call.t_ns, free_ns.get(call.b, 0)))
            free_ns[call.b] = write.end_ns(len(write.data)) if write.data else call.t_ns
            if write.tx != NO_PIN and wanted in (None, write.tx):
                yield write


def uart(trace: Trace, tx: int | str | None = None) -> list[UartByte]:
    """The same as `writes`, byte by byte."""
    return [
        UartByte(
            write.end_ns(count),
            write.end_ns(count + 1),
            write.number,
            write.tx,
            write.baud,
            byte,
            *write[5:],
        )
        for write in writes(trace, tx)
        for count, byte in enumerate(write.data)
    ]


def _write(call: CallAt, setup: CallAt, start_ns: int) -> UartWrite:
    tx, _rx, bits, parity, stop, invert = setup.data
    form = bits, parity, stop, bool(invert & 1), call.c == 1
    return UartWrite(start_ns, call.b, tx, setup.c, call.data, *form)


def levels_of(sent: UartByte) -> list[bool]:
    """The level at the pin in each bit time, from the start bit to the stop bits."""
    if sent.is_break:
        bits = [False] * (BREAK_BITS - 1) + [True]
    else:
        bits = [False, *(bool(sent.byte >> place & 1) for place in range(sent.bits))]
        if sent.parity:
            bits.append((sent.byte.bit_count() & 1) == (sent.parity == 2))
        bits += [True] * sent.stop
    return [level != sent.inverted for level in bits]
