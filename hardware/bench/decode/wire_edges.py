"""All edges at a pin, with those of its buses: for viewers, and for decoders of other programs.

A trace holds transfers, not their edges. Here each transfer becomes the edges that a logic
analyzer would see on the line, so that PulseView decodes our VCD files like those of a real board.
"""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from hardware.bench.decode.i2c import bits_of, i2c
from hardware.bench.decode.pixels import PixelData, pixels
from hardware.bench.decode.spi import SpiTransfer, spi
from hardware.bench.decode.uart import levels_of, uart
from hardware.bench.protocol import frames
from hardware.bench.trace.edges import Edges, clean
from hardware.bench.trace.pwm_edges import unfolded
from hardware.bench.trace.trace import Trace

Change = tuple[int, bool]
CHANGE = np.dtype([("t_ns", np.int64), ("level", np.bool_)])
MAX_PULSES = 10_000_000
MAX_BUS_EDGES = 2_000_000
S = 1_000_000_000


def wire_edges(trace: Trace, pin: int | str) -> Edges:
    """The level at a pin over time, with its buses; PWM is not expanded into pulses.

    Raises: ValueError when buses made more than `MAX_BUS_EDGES` edges there.
    """
    gpio = trace.gpio(pin)
    edges = trace.edges(gpio)
    buses = chain.from_iterable(bus(trace, gpio) for bus in (_i2c, _spi, _uart, _pixels))
    extra = np.fromiter(islice(buses, MAX_BUS_EDGES + 1), CHANGE)
    if not len(extra):
        return edges
    if len(extra) > MAX_BUS_EDGES:
        raise ValueError(f"more than {MAX_BUS_EDGES} edges of buses")
    extra = extra[np.lexsort((extra["level"], extra["t_ns"]))]
    t_ns = np.concatenate((edges.t_ns, extra["t_ns"]))
    level = np.concatenate((edges.level, extra["level"]))
    order = np.argsort(t_ns, kind="stable")
    return clean(t_ns[order], level[order])


def scope_edges(trace: Trace, pin: int | str, begin_ns: int, end_ns: int) -> Edges:
    """The level at a pin between two times, as an oscilloscope would show it: with buses and PWM.

    Raises: ValueError when PWM has more than `MAX_PULSES` pulses there, or as `wire_edges` does.
    """
    settings = trace.rows(frames.REC_PWM, pin)
    fastest = int(settings["c"].max(initial=0))
    if fastest * (end_ns - begin_ns) > MAX_PULSES * S:
        raise ValueError(f"more than {MAX_PULSES} pulses")
    edges = wire_edges(trace, pin)
    # The start of the window must not count as an edge: it starts 1 ns earlier.
    return unfolded(edges, settings, end_ns, begin_ns - 1) if len(settings) else edges


def _i2c(trace: Trace, gpio: int) -> Iterator[Change]:
    for transfer in i2c(trace):
        if gpio not in (transfer.scl, transfer.sda):
            continue
        bits = list(bits_of(transfer))
        period = (transfer.end_ns - transfer.t_ns) / max(1, len(bits))
        clock = gpio == transfer.scl
        for number, bit in enumerate(bits):
            t_ns = transfer.t_ns + number * period
            yield from (
                _scl(bit.condition, number, t_ns, period) if clock else _sda(bit, t_ns, period)
            )


def _scl(condition: str, number: int, t_ns: float, period: float) -> Iterator[Change]:
    """SCL: low in the first half of a bit, high in the second; it stays high only after a stop."""
    if not (condition == "start" and number == 0):
        yield round(t_ns), False
        yield round(t_ns + period / 2), True
    if condition != "stop":
        yield round(t_ns + period) - 1, False


def _sda(bit: tuple[bool, str], t_ns: float, period: float) -> Iterator[Change]:
    """SDA: it changes while the clock is low; a start falls and a stop rises while it is high."""
    level, condition = bit
    if condition:
        yield round(t_ns + period / 4), condition == "start"
        yield round(t_ns + 3 * period / 4), condition == "stop"
    else:
        yield round(t_ns + period / 4), level


def _spi(trace: Trace, gpio: int) -> Iterator[Change]:
    for transfer in spi(trace):
        if gpio == transfer.sck:
            yield from _clock(transfer)
        elif gpio == transfer.mosi:
            yield from _data(transfer, transfer.sent)
        elif gpio == transfer.miso:
            yield from _data(transfer, transfer.received)


def _clock(transfer: SpiTransfer) -> Iterator[Change]:
    idle, late = bool(transfer.mode & 2), bool(transfer.mode & 1)
    count = 8 * len(transfer.sent)
    period = (transfer.end_ns - transfer.t_ns) / max(1, count)
    for number in range(count):
        t_ns = transfer.t_ns + number * period
        yield round(t_ns + (0 if late else period / 2)), not idle
        yield round(t_ns + (period / 2 if late else period)), idle


def _data(transfer: SpiTransfer, data: bytes) -> Iterator[Change]:
    period = (transfer.end_ns - transfer.t_ns) / max(1, 8 * len(transfer.sent))
    places = range(8) if transfer.lsb_first else range(7, -1, -1)
    for number, byte in enumerate(data):
        for slot, place in enumerate(places):
            yield round(transfer.t_ns + (8 * number + slot) * period), bool(byte >> place & 1)


def _uart(trace: Trace, gpio: int) -> Iterator[Change]:
    for sent in uart(trace, gpio):
        for number, level in enumerate(levels_of(sent)):
            yield sent.t_ns + number * S // sent.baud, level


def _pixels(trace: Trace, gpio: int) -> Iterator[Change]:
    for sent in pixels(trace, gpio):
        yield from _pulses(sent)


def _pulses(sent: PixelData) -> Iterator[Change]:
    t_ns, timing = sent.t_ns, sent.timing
    for byte in sent.data:
        for place in range(7, -1, -1):
            one = byte >> place & 1
            high, low = (timing[2], timing[3]) if one else (timing[0], timing[1])
            yield t_ns, True
            yield t_ns + high, False
            t_ns += high + low
