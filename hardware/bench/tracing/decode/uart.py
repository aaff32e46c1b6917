"""UART: the bytes that left each TX pin, each with the time of its start bit."""

from typing import NamedTuple

from hardware.bench import frames
from hardware.bench.peripherals.uart import BREAK_BITS, NO_PIN
from hardware.bench.tracing.decode.calls import CallAt, calls
from hardware.bench.tracing.trace import Trace

S = 1_000_000_000


class UartByte(NamedTuple):
    """A byte on its way; times in virtual ns. A break is `is_break`, its byte 0."""

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


def uart(trace: Trace, tx: int | str | None = None) -> list[UartByte]:
    """What was sent on all TX pins, or on this one, in the order of sending."""
    wanted = None if tx is None else trace.gpio(tx)
    setups: dict[int, CallAt] = {}
    free_ns: dict[int, int] = {}
    made: list[UartByte] = []
    for call in calls(trace, frames.CALL_UART_SETUP, frames.CALL_UART_WRITE):
        if call.op == frames.CALL_UART_SETUP:
            setups[call.b] = call
        elif (setup := setups.get(call.b)) and setup.c:
            start_ns = max(call.t_ns, free_ns.get(call.b, 0)) if call.data else call.t_ns
            free_ns[call.b] = start_ns + len(call.data) * _length(call, setup) * S // setup.c
            if wanted in (None, setup.data[0]):
                made += _bytes(call, setup, start_ns)
    return [byte for byte in made if byte.tx != NO_PIN]


def _length(call: CallAt, setup: CallAt) -> int:
    """Bits of a byte on the line."""
    _tx, _rx, bits, parity, stop, _invert = setup.data
    return BREAK_BITS if call.c == 1 else 1 + bits + bool(parity) + stop


def _bytes(call: CallAt, setup: CallAt, start_ns: int) -> list[UartByte]:
    tx, _rx, bits, parity, stop, invert = setup.data
    length = _length(call, setup)
    rest = (tx, setup.c)
    return [
        UartByte(
            start_ns + count * length * S // setup.c,
            start_ns + (count + 1) * length * S // setup.c,
            call.b,
            *rest,
            byte,
            bits,
            parity,
            stop,
            bool(invert & 1),
            call.c == 1,
        )
        for count, byte in enumerate(call.data)
    ]


def levels_of(sent: UartByte) -> list[bool]:
    """The level of each bit time, start to stop, as it is at the pin."""
    if sent.is_break:
        bits = [False] * (BREAK_BITS - 1) + [True]
    else:
        bits = [False, *(bool(sent.byte >> place & 1) for place in range(sent.bits))]
        if sent.parity:
            bits.append((sent.byte.bit_count() & 1) == (sent.parity == 2))
        bits += [True] * sent.stop
    return [level != sent.inverted for level in bits]
