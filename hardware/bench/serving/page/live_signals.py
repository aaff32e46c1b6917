"""The levels of the pins as they change, and the last transfers on the buses, for viewers that
come and go.

A pin's line is a list of points: from a time on it has a value, 0 or 1; a value between is the
share of a PWM, or of edges that are too many to be shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.buses import readable
from hardware.bench.decode.calls import calls
from hardware.bench.decode.i2c import i2c
from hardware.bench.decode.onewire import OneWire, onewire_buses
from hardware.bench.decode.pixels import pixels
from hardware.bench.decode.spi import spi
from hardware.bench.protocol import frames
from hardware.bench.protocol.payloads import STORED
from hardware.bench.protocol.records import Records, among
from hardware.bench.trace.edges import DRIVING
from hardware.bench.trace.trace import Trace
from hardware.boards import BoardType

KINDS = (frames.REC_MODE, frames.REC_OUT, frames.REC_IN, frames.REC_PWM)
CALLS = (frames.REC_CALL, frames.REC_RESULT)
BUSES = (*CALLS, *(kind | STORED for kind in CALLS))
LAG_NS = 3_000_000
"""Records of the last moment may still be on their way: boards that follow the wall clock agree to
about 2 ms."""
MOST_POINTS = 40
"""New points of a pin at one look: with more, it gets their mean."""
MOST_KEPT = 4000
LONGEST_NS = 200_000_000
"""Transfers that take longer are not shown."""
QUIET_NS = 5_000_000
"""A transaction on 1-Wire has ended when nothing follows in this time."""
MOST_TRANSFERS = 20
"""At one look."""
MOST_BYTES = 16
"""Bytes of a transfer that are shown."""
MOST_TEXT = 80
"""Bytes of a text on a UART that are shown."""
MOST_PIXELS = 8


class PinPoint(NamedTuple):
    """From a time on, a pin (`BOARD:PIN`) has this value."""

    pin: str
    t_ms: float
    value: float


@dataclass
class _PinState:
    driving: bool | None = False
    """None: not known, because the records of its mode are gone."""
    value: float = 0.0


@dataclass
class _Drain:
    since_ns: int
    changed_ns: int
    """Its last record."""


class LiveSignals:
    """`update` belongs to the bench's thread; its calls must not overlap with those of
    `since`."""

    def __init__(self, boards: Mapping[str, VirtualBoard], types: Mapping[str, BoardType]) -> None:
        self._boards = {
            key: _BoardSignals(key, board, types[key]) for key, board in boards.items()
        }
        self._points: list[PinPoint] = []
        self._transfers: list[str] = []
        self._dropped = self._gone = 0
        """How many points and transfers are not kept any more."""

    def update(self, now_ns: int) -> None:
        """Look at what all boards have done until now."""
        for board in self._boards.values():
            points, transfers = board.look(now_ns - LAG_NS)
            self._points += points
            self._transfers += transfers
        old = max(0, len(self._points) - MOST_KEPT)
        del self._points[:old]
        self._dropped += old
        old = max(0, len(self._transfers) - MOST_TRANSFERS)
        del self._transfers[:old]
        self._gone += old

    def since(self, places: tuple[int, int]) -> tuple[list[PinPoint], list[str], tuple[int, int]]:
        """The points and transfers behind two places ((0, 0): all that are kept), and the places
        behind them."""
        points = self._points[max(0, places[0] - self._dropped) :]
        transfers = self._transfers[max(0, places[1] - self._gone) :]
        ends = self._dropped + len(self._points), self._gone + len(self._transfers)
        return points, transfers, ends


class _BoardSignals:
    def __init__(self, board_id: str, board: VirtualBoard, kind: BoardType) -> None:
        self._board, self._kind = board, kind
        self._names = {gpio: f"{board_id}:{kind.pin_of(gpio)}" for gpio in kind.gpios}
        self._pins = {gpio: _PinState() for gpio in kind.gpios}
        self._cycle = board.recorder.power_cycles
        self._until_ns = 0
        self._received: dict[int, bytes] = {}
        """By UART: what the program has read of a line that is not complete."""
        self._drains: dict[int, _Drain] = {}
        """The pins that are an open drain, as 1-Wire is."""

    def look(self, until_ns: int) -> tuple[list[PinPoint], list[str]]:
        """What is new up to a time."""
        recorder, since_ns = self._board.recorder, self._until_ns
        points: list[PinPoint] = []
        if recorder.power_cycles != self._cycle:  # all pins are low until the program sets them up
            self._cycle, since_ns = recorder.power_cycles, 0
            points += [self._set(gpio, until_ns, 0.0) for gpio, p in self._pins.items() if p.value]
            self._pins = {gpio: _PinState() for gpio in self._pins}
            self._drains.clear()
        if until_ns <= since_ns:
            return points, []
        self._until_ns = until_ns
        rows = recorder.recent(since_ns, until_ns)
        of_pins = rows[among(rows["kind"], KINDS)]
        for gpio in np.unique(of_pins["a"]).tolist():
            if gpio in self._pins:
                points += self._points_of(gpio, of_pins[of_pins["a"] == gpio])
        self._note_drains(of_pins)
        talking = any(pin.changed_ns + QUIET_NS > since_ns for pin in self._drains.values())
        if not among(rows["kind"], BUSES).any() and not self._received and not talking:
            return points, []
        return points, self._transfers(since_ns, until_ns)

    def _note_drains(self, rows: Records) -> None:
        modes = rows[rows["kind"] == frames.REC_MODE]
        for _kind, gpio, mode, _c, t_ns in modes.tolist():
            if mode & 15 != frames.MODE_OPEN_DRAIN:
                self._drains.pop(gpio, None)
            elif gpio not in self._drains:
                self._drains[gpio] = _Drain(t_ns, t_ns)
        for gpio, pin in self._drains.items():
            if len(times := rows["t"][rows["a"] == gpio]):
                pin.changed_ns = int(times[-1])

    def _set(self, gpio: int, t_ns: int, value: float) -> PinPoint:
        self._pins[gpio].value = value
        return PinPoint(self._names[gpio], round(t_ns / 1e6, 3), round(value, 3))

    def _points_of(self, gpio: int, rows: Records) -> Iterable[PinPoint]:
        pin, was = self._pins[gpio], self._pins[gpio].value
        steps: list[tuple[int, float]] = []
        latest = rows[-MOST_POINTS * 100 :]
        if len(latest) < len(rows):
            modes = rows["b"][: -len(latest)][rows["kind"][: -len(latest)] == frames.REC_MODE]
            pin.driving = int(modes[-1]) & 15 in DRIVING if len(modes) else None
        for kind, _a, b, c, t_ns in latest.tolist():
            if kind == frames.REC_PWM:
                now = b / DUTY_MAX if c else was
            elif kind == frames.REC_MODE:
                pin.driving = b & 15 in DRIVING
                now = float(c != 0) if pin.driving else was
            elif kind == frames.REC_OUT and pin.driving is False:
                continue
            else:
                now = float(c != 0)
            if now != was:
                steps.append((t_ns, now))
                was = now
        if len(steps) > MOST_POINTS:
            t_ns, values = np.array([t for t, _v in steps]), np.array([v for _t, v in steps])
            share = float(np.diff(t_ns) @ values[:-1]) / max(1, int(t_ns[-1] - t_ns[0]))
            steps = [(steps[0][0], share), steps[-1]]
        return [self._set(gpio, t_ns, value) for t_ns, value in steps]

    def _transfers(self, since_ns: int, until_ns: int) -> list[str]:
        """The transfers that ended in this time, as lines of text."""
        begin_ns = max(0, since_ns - LONGEST_NS)
        recorder = self._board.recorder
        records = recorder.recent(begin_ns, until_ns)
        trace = Trace(self._kind.name, records, end_ns=until_ns, payloads=recorder.payloads)
        found = [*_texts(trace), *self._lines(trace, since_ns, until_ns)]
        ended = [(t, text) for t, text in found if since_ns < t <= until_ns]
        older = [gpio for gpio, pin in self._drains.items() if pin.since_ns <= begin_ns]
        ended += _talks(onewire_buses(trace, older), since_ns, until_ns)
        return [f"{t / 1e9:.6f} s  {text}" for t, text in sorted(ended)[-MOST_TRANSFERS:]]

    def _lines(self, trace: Trace, since_ns: int, until_ns: int) -> Iterator[tuple[int, str]]:
        """What the program reads from UARTs. It comes byte by byte: bytes are put together until
        a line ends, or none has come since the last look."""
        came = [
            call
            for call in calls(trace, frames.CALL_UART_READ)
            if since_ns < call.end_ns <= until_ns and call.answer
        ]
        for number in self._received.keys() - {call.b for call in came}:
            yield until_ns, _uart_text(number, "←", self._received.pop(number))
        for call in came:
            data = self._received.pop(call.b, b"") + call.answer
            if data.endswith(b"\n") or len(data) >= MOST_TEXT:
                yield call.end_ns, _uart_text(call.b, "←", data)
            else:
                self._received[call.b] = data


def _texts(trace: Trace) -> Iterator[tuple[int, str]]:
    """End and content of each transfer: `I2C 0x3c → 00 ae ← 12`, `UART 1 → hello↵`."""
    for call in calls(trace, frames.CALL_UART_WRITE):
        yield call.end_ns, _uart_text(call.b, "→", call.data)
    for strip in pixels(trace):
        colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in strip.colours()]
        rest = " …" if len(colours) > MOST_PIXELS else ""
        yield strip.end_ns, f"NeoPixel {strip.pin} → {' '.join(colours[:MOST_PIXELS])}{rest}"
    for wire in i2c(trace):
        if wire.address is not None:
            moved = _bytes("→", wire.written) + _bytes("←", wire.read)
            lost = "" if wire.found else " NACK"
            yield wire.end_ns, f"I2C 0x{wire.address:02x}{moved}{lost}"
    for exchange in spi(trace):
        sent, received = _bytes("→", exchange.sent), _bytes("←", exchange.received)
        yield exchange.end_ns, f"SPI{sent}{received}"


def _talks(
    buses: Mapping[int, list[OneWire]], since_ns: int, until_ns: int
) -> Iterator[tuple[int, str]]:
    """End and content of each transaction on 1-Wire, once it is certain that it has ended."""
    for gpio, talks in buses.items():
        # A reset is known as one when its low ends.
        known_ns = [after.t_ns + after.low_ns for after in talks[1:]]
        known_ns.append(talks[-1].end_ns + QUIET_NS)
        for talk, t_ns in zip(talks, known_ns, strict=True):
            if since_ns < min(t_ns, talk.end_ns + QUIET_NS) <= until_ns:
                yield talk.end_ns, f"1-Wire {gpio}: {talk.text()}"


def _uart_text(number: int, arrow: str, data: bytes) -> str:
    """Text, or the bytes of what is none."""
    text = readable(data[:MOST_TEXT])
    if "\ufffd" in text.strip("\ufffd"):  # at the ends, a character may have been cut
        return f"UART {number}{_bytes(arrow, data)}"
    return f"UART {number} {arrow} {text}{'…' if len(data) > MOST_TEXT else ''}"


def _bytes(arrow: str, data: bytes) -> str:
    if not data:
        return ""
    rest = " …" if len(data) > MOST_BYTES else ""
    return f" {arrow} {data[:MOST_BYTES].hex(' ')}{rest}"
