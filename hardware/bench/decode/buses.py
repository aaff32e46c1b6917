"""The buses of a board, each transfer as a short text for people."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from hardware.bench.decode.i2c import I2cTransfer, i2c
from hardware.bench.decode.onewire import onewire_buses
from hardware.bench.decode.pixels import pixels
from hardware.bench.decode.spi import SpiTransfer, spi
from hardware.bench.decode.uart import writes
from hardware.bench.peripherals.spi import NO_PIN
from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace

LEAST_PROBES = 8
"""From this number on, addresses one after the other that are asked for nothing are a scan."""
MOST_BYTES = 24
"""Bytes of a transfer that its text shows."""


class BusText(NamedTuple):
    """One transfer; times in virtual ns."""

    t_ns: int
    end_ns: int
    text: str


class Bus(NamedTuple):
    """The transfers on one bus, in order."""

    kind: str
    """`I2C`, `SPI`, `UART`, `NeoPixel` or `1-Wire`."""
    pins: tuple[int, ...]
    """The GPIO numbers: SCL and SDA; SCK, MOSI and MISO as far as they are used; TX; data."""
    transfers: list[BusText]

    @property
    def name(self) -> str:
        """Kind and pins."""
        return " ".join(map(str, (self.kind, *self.pins)))

    def within(self, window: TimeWindow) -> "Bus":
        """With the transfers that are, wholly or in part, in the window."""
        begin_ns, end_ns = window
        texts = [one for one in self.transfers if one.t_ns < end_ns and one.end_ns >= begin_ns]
        return self._replace(transfers=texts)


def buses(trace: Trace, limit: int | None = None) -> list[Bus]:
    """The buses that had transfers, in the order of the first one; of each kind of bus, the first
    `limit` calls.

    The bytes are hexadecimal: `W 3c: 00 ae` writes to address 3c, `R 68: 4b` reads, `3c: no
    answer`; `scan: 3c 77` has the addresses that answered. SPI shows sent and received bytes; UART
    shows text; for 1-Wire see `OneWire.text`.
    """
    found: dict[tuple[str, tuple[int, ...]], list[BusText]] = {}
    for kind, pins, text in sorted(_all(trace, limit), key=lambda one: one[2].t_ns):
        found.setdefault((kind, pins), []).append(text)
    return [Bus(kind, pins, texts) for (kind, pins), texts in found.items()]


def _all(trace: Trace, limit: int | None) -> Iterator[tuple[str, tuple[int, ...], BusText]]:
    for group in _scans(i2c(trace, limit=limit)):
        first, last = group[0], group[-1]
        text = _scan_text(group) if len(group) > 1 else _i2c_text(first)
        yield "I2C", (first.scl, first.sda), BusText(first.t_ns, last.end_ns, text)
    for sent in spi(trace, limit=limit):
        pins = tuple(pin for pin in (sent.sck, sent.mosi, sent.miso) if pin != NO_PIN)
        yield "SPI", pins, BusText(sent.t_ns, sent.end_ns, _spi_text(sent))
    for pixel in pixels(trace, limit=limit):
        colours = (f"#{r:02x}{g:02x}{b:02x}" for r, g, b in pixel.colours()[:MOST_BYTES])
        yield "NeoPixel", (pixel.pin,), BusText(pixel.t_ns, pixel.end_ns, " ".join(colours))
    for gpio, talks in onewire_buses(trace).items():
        for talk in talks:
            yield "1-Wire", (gpio,), BusText(talk.t_ns, talk.end_ns, talk.text())
    for write in writes(trace, limit=limit):
        end = write.end_ns(len(write.data))
        shown = readable(write.data[:MOST_BYTES])
        yield "UART", (write.tx,), BusText(write.t_ns, end, shown)


def readable(data: bytes) -> str:
    """The bytes as text, with `↵` for a line end and escapes for what cannot be printed."""
    text = data.decode(errors="replace").replace("\r", "").replace("\n", "↵")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _scans(found: Sequence[I2cTransfer]) -> Iterator[Sequence[I2cTransfer]]:
    """The transfers; those of a scan together, all others alone."""
    ends = [n for n in range(1, len(found) + 1) if n == len(found) or not _goes_on(found, n)]
    for first, end in pairwise([0, *ends]):
        if end - first >= LEAST_PROBES:
            yield found[first:end]
        else:
            yield from ([one] for one in found[first:end])


def _goes_on(found: Sequence[I2cTransfer], n: int) -> bool:
    """Whether a transfer asks the address after that of the one before for nothing, as that one
    did."""
    before, one = found[n - 1], found[n]
    if before.address is None or one.address != before.address + 1 or before.scl != one.scl:
        return False
    return not (before.written or before.read or one.written or one.read)


def _scan_text(probes: Sequence[I2cTransfer]) -> str:
    answered = [f"{one.address:02x}" for one in probes if one.found]
    return f"scan: {' '.join(answered) or '-'}"


def _i2c_text(made: I2cTransfer) -> str:
    address = "" if made.address is None else f"{made.address:02x}"
    if not made.found:
        return f"{address}: no answer"
    parts = []
    if made.written or not made.read:
        parts.append(f"W {address}: {_hex(made.written)}")
    if made.read:
        parts.append(f"R {address}: {_hex(made.read)}")
    return " ".join(parts)


def _spi_text(sent: SpiTransfer) -> str:
    shown = _hex(sent.sent)
    return f"{shown} / {_hex(sent.received)}" if any(sent.received) else shown


def _hex(data: bytes) -> str:
    return data[:MOST_BYTES].hex(" ") + ("…" if len(data) > MOST_BYTES else "")
