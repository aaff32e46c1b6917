"""Displays: the pixels and the text that a display showed over time.

The recorded signals of its wires go to the same part that the bench simulates, so bench and checks
use one model of a display.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.lab.units import Millis, millis_of_ns
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.decode.i2c import I2cTransfer, i2c
from hardware.bench.decode.spi import spi
from hardware.bench.decode.wire_edges import wire_edges
from hardware.bench.diagram import PartSpec
from hardware.bench.parts import find
from hardware.bench.parts.common.buses import I2cPart, SpiPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Part
from hardware.bench.peripherals.i2c_transfer import Transfer
from hardware.bench.protocol import frames

SUPPLY_V = 5.0


class _PartEvent(NamedTuple):
    """Something that a part receives at a time: power, an edge, or a transfer."""

    t_ns: int
    apply: Callable[[Part], None]


class _Levels:
    """What a part measures in a bench without wires: it always has its supply, and a pin has the
    level of its last edge; before that it is high."""

    def __init__(self) -> None:
        self.last: dict[str, bool] = {}

    def volts(self, part: str, pin: str) -> float:
        return SUPPLY_V

    def high(self, part: str, pin: str) -> bool:
        return self.last.get(pin, True)


class Screen:
    """A display at any time of the run.

    Ask in the order of time: for an earlier time than that of the last call, the display is
    computed from power-on again.
    """

    def __init__(
        self,
        run: Run,
        part_type: str,
        pins: Mapping[str, str],
        attrs: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            part_type: as in diagram.json, `board-ssd1306`.
            pins: the role of each pin of the part, `{"SCL": "SCL", "SDA": "SDA"}`.
            attrs: its attributes, as in diagram.json.
        """
        self._run = run
        self._spec = PartSpec(id="screen", type=part_type, attrs=dict(attrs or {}))
        self._pins = pins
        self._begin()

    def pixels(self, t_ns: int) -> Pixels:
        """The pixels at a time (ns since t = 0), rows by columns; 0 is dark."""
        return self._at(t_ns).pixels()

    def text(self, t_ns: int) -> list[str]:
        """The lines of a character or digit display at a time (ns since t = 0)."""
        return self._at(t_ns).text().splitlines()

    def first(self, shows: Callable[[Display], bool], from_ns: int, to_ns: int) -> Millis | None:
        """How long after `from_ns` the function `shows` is first true for the display; None if it
        is not true before `to_ns`."""
        if shows(self._at(from_ns)):
            return millis_of_ns(0, from_ns)
        while self._next is not None and self._next.t_ns - self._run.zero_ns < to_ns:
            t_ns = self._next.t_ns - self._run.zero_ns
            if shows(self._at(t_ns)):
                return millis_of_ns(t_ns - from_ns, from_ns)
        return None

    def _begin(self) -> None:
        self._world = StillWorld()
        levels = _Levels()
        self._part = _made(self._spec, self._world, levels)
        self._events = _events(self._run, self._part, self._pins, levels)
        self._next = next(self._events, None)

    def _at(self, t_ns: int) -> Display:
        t_ns += self._run.zero_ns
        if t_ns < self._world.now_ns:
            self._begin()
        while self._next is not None and self._next.t_ns <= t_ns:
            self._world.run(self._next.t_ns)
            self._next.apply(self._part)
            self._next = next(self._events, None)
        self._world.run(t_ns)
        assert isinstance(self._part, Display)
        return self._part


def _made(spec: PartSpec, world: StillWorld, levels: _Levels) -> Part:
    kind = find(spec.type)
    assert kind is not None and issubclass(kind, Display), f"{spec.type} is no display"
    part: Part = kind(spec)
    part.probe = levels
    part.start(world)
    part.powered = False
    return part


def _events(
    run: Run, part: Part, pins: Mapping[str, str], levels: _Levels
) -> Iterator[_PartEvent]:
    """All that a part receives, in the order of time."""
    sources = [_power(run)]
    bus = {part.SCK, part.MOSI, part.MISO} if isinstance(part, SpiPart) else set(pins)
    sources += [
        _edges(run, pin, run.pins[role], levels)
        for pin, role in pins.items()
        if pin in part.listens or pin not in bus
    ]
    if isinstance(part, SpiPart) and part.SCK in pins:
        sources.append(_exchanges(run, part, pins))
    if isinstance(part, I2cPart) and part.SCL in pins:
        sources.append(_transfers(run, part, run.pins[pins[part.SCL]], run.pins[pins[part.SDA]]))
    return merge(*sources, key=itemgetter(0))


def _power(run: Run) -> Iterator[_PartEvent]:
    """Its supply goes on and off with the board's. A board that resets itself keeps its supply."""
    records = run.trace.records
    chosen = records[np.isin(records["kind"], (frames.REC_POWER, frames.REC_STATE))]
    resets_itself = False
    for kind, a, _b, c, t_ns in chosen.tolist():
        if kind == frames.REC_STATE:
            resets_itself = a == frames.STATE_HARD_RESET
        elif not resets_itself:
            yield _PartEvent(t_ns, partial(_switch_power, bool(c)))


def _switch_power(on: bool, part: Part) -> None:
    part.powered = on
    part.power(on)


def _edges(run: Run, pin: str, gpio: int, levels: _Levels) -> Iterator[_PartEvent]:
    try:
        edges = wire_edges(run.trace, gpio)
    except ValueError:  # a bus with millions of edges: no normal program sends so much
        return
    for t_ns, level in zip(edges.t_ns.tolist(), edges.level.tolist(), strict=True):
        yield _PartEvent(t_ns, partial(_send_edge, levels, pin, level))


def _send_edge(levels: _Levels, pin: str, level: bool, part: Part) -> None:
    levels.last[pin] = level
    if pin in part.listens:
        part.level_changed(pin, level)


def _exchanges(run: Run, part: SpiPart, pins: Mapping[str, str]) -> Iterator[_PartEvent]:
    """What the board sent on SPI while the part was selected."""
    mosi = run.pins[pins[part.MOSI]]
    for one in spi(run.trace, run.pins[pins[part.SCK]], MOST_CALLS):
        if one.mosi == mosi and one.mode in part.SPI_MODES:
            yield _PartEvent(one.t_ns, partial(_exchange, part, part.CS in pins, one.sent))


def _exchange(spi_part: SpiPart, can_be_off: bool, sent: bytes, part: Part) -> None:
    if part.powered and not (can_be_off and part.high(spi_part.CS)):
        spi_part.spi_exchange_all(sent)


def _transfers(run: Run, part: I2cPart, scl: int, sda: int) -> Iterator[_PartEvent]:
    bus = _Bus(part)
    for one in i2c(run.trace, scl, MOST_CALLS):
        if one.sda == sda:
            yield _PartEvent(one.t_ns, partial(bus.carry, one))


class _Bus:
    """A bus with one part on it."""

    def __init__(self, part: I2cPart) -> None:
        self._alone = [part]
        self._addressed: list[I2cPart] = []

    def carry(self, one: I2cTransfer, _part: Part) -> None:
        transfer = Transfer(self._alone, self._addressed)
        transfer.run(one.flags, one.address or 0, len(one.read), one.written)
        self._addressed = transfer.addressed
