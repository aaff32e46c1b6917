"""The buses of a board, each transfer as a short text for people."""

from collections.abc import Iterator
from typing import NamedTuple

from hardware.bench.decode.i2c import I2cTransfer, i2c
from hardware.bench.decode.onewire import onewire_buses
from hardware.bench.decode.pixels import pixels
from hardware.bench.decode.spi import SpiTransfer, spi
from hardware.bench.decode.uart import writes
from hardware.bench.peripherals.spi import NO_PIN
from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace

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
    answer`; SPI shows sent and received bytes; UART shows text; for 1-Wire see `OneWire.text`.
    """
    found: dict[tuple[str, tuple[int, ...]], list[BusText]] = {}
    for kind, pins, text in sorted(_all(trace, limit), key=lambda one: one[2].t_ns):
        found.setdefault((kind, pins), []).append(text)
    return [Bus(kind, pins, texts) for (kind, pins), texts in found.items()]


def _all(trace: Trace, limit: int | None) -> Iterator[tuple[str, tuple[int, ...], BusText]]:
    for made in i2c(trace, limit=limit):
        yield "I2C", (made.scl, made.sda), BusText(made.t_ns, made.end_ns, _i2c_text(made))
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
