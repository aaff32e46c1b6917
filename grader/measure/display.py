"""Displays: the dots and the text that one showed over time.

What went over its wires is told once more to the part that the bench simulates: one display is one
model, for the person who looks at the bench and for the check.
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
from hardware.bench.decode.wire_edges import wire_edges
from hardware.bench.diagram import PartSpec
from hardware.bench.parts import find
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Part
from hardware.bench.peripherals.i2c import Transfer
from hardware.bench.protocol import frames

SUPPLY_V = 5.0


class _Happening(NamedTuple):
    t_ns: int
    tell: Callable[[Part], None]


class _Supply:
    """What a part can measure on this bench without wires: it has its power."""

    def volts(self, part: str, pin: str) -> float:
        return SUPPLY_V

    def high(self, part: str, pin: str) -> bool:
        return True


class Screen:
    """A display as it was at any time of the run.

    Asking for a time before the last one begins from power-on again, so ask in order.
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
            pins: which pin of the part is at which role, `{"SCL": "SCL", "SDA": "SDA"}`.
            attrs: its attributes, as in diagram.json.
        """
        self._run = run
        self._spec = PartSpec(id="screen", type=part_type, attrs=dict(attrs or {}))
        self._pins = pins
        self._begin()

    def pixels(self, t_ns: int) -> Pixels:
        """Its dots at a time (ns since t = 0): rows by columns, 0 is dark."""
        return self._at(t_ns).pixels()

    def text(self, t_ns: int) -> list[str]:
        """The lines of a display of characters or digits at a time (ns since t = 0)."""
        return self._at(t_ns).text().splitlines()

    def first(self, shows: Callable[[Display], bool], from_ns: int, to_ns: int) -> Millis | None:
        """How long after a time it first shows something (a function of the display says
        whether), in ms; None if it does not before another time."""
        if shows(self._at(from_ns)):
            return millis_of_ns(0, from_ns)
        while self._next is not None and self._next.t_ns - self._run.zero_ns < to_ns:
            t_ns = self._next.t_ns - self._run.zero_ns
            if shows(self._at(t_ns)):
                return millis_of_ns(t_ns - from_ns, from_ns)
        return None

    def _begin(self) -> None:
        self._world = StillWorld()
        self._part = _made(self._spec, self._world)
        self._happenings = _happenings(self._run, self._part, self._pins)
        self._next = next(self._happenings, None)

    def _at(self, t_ns: int) -> Display:
        t_ns += self._run.zero_ns
        if t_ns < self._world.now_ns:
            self._begin()
        while self._next is not None and self._next.t_ns <= t_ns:
            self._world.run(self._next.t_ns)
            self._next.tell(self._part)
            self._next = next(self._happenings, None)
        self._world.run(t_ns)
        assert isinstance(self._part, Display)
        return self._part


def _made(spec: PartSpec, world: StillWorld) -> Part:
    kind = find(spec.type)
    assert kind is not None and issubclass(kind, Display), f"{spec.type} is no display"
    part: Part = kind(spec)
    part.probe = _Supply()
    part.start(world)
    part.powered = False
    return part


def _happenings(run: Run, part: Part, pins: Mapping[str, str]) -> Iterator[_Happening]:
    """All that a part feels and hears, in the order of time."""
    sources = [_power(run)]
    sources += [
        _edges(run, pin, run.pins[role]) for pin, role in pins.items() if pin in part.listens
    ]
    if isinstance(part, I2cPart) and part.SCL in pins:
        sources.append(_transfers(run, part, run.pins[pins[part.SCL]], run.pins[pins[part.SDA]]))
    return merge(*sources, key=itemgetter(0))


def _power(run: Run) -> Iterator[_Happening]:
    """Its supply comes and goes with the board's; a board that resets itself keeps it."""
    records = run.trace.records
    told = records[np.isin(records["kind"], (frames.REC_POWER, frames.REC_STATE))]
    by_itself = False
    for kind, a, _b, c, t_ns in told.tolist():
        if kind == frames.REC_STATE:
            by_itself = a == frames.STATE_HARD_RESET
        elif not by_itself:
            yield _Happening(t_ns, partial(_feed, bool(c)))


def _feed(on: bool, part: Part) -> None:
    part.powered = on
    part.power(on)


def _edges(run: Run, pin: str, gpio: int) -> Iterator[_Happening]:
    try:
        edges = wire_edges(run.trace, gpio)
    except ValueError:  # millions of edges of a bus: no honest program sends so much
        return
    for t_ns, level in zip(edges.t_ns.tolist(), edges.level.tolist(), strict=True):
        yield _Happening(t_ns, partial(_hear, pin, level))


def _hear(pin: str, level: bool, part: Part) -> None:
    part.heard(pin, level)


def _transfers(run: Run, part: I2cPart, scl: int, sda: int) -> Iterator[_Happening]:
    bus = _Bus(part)
    for one in i2c(run.trace, scl, MOST_CALLS):
        if one.sda == sda:
            yield _Happening(one.t_ns, partial(bus.carry, one))


class _Bus:
    """A bus with one part on it."""

    def __init__(self, part: I2cPart) -> None:
        self._alone = [part]
        self._addressed: list[I2cPart] = []

    def carry(self, one: I2cTransfer, _part: Part) -> None:
        transfer = Transfer(self._alone, self._addressed)
        transfer.run(one.flags, one.address or 0, len(one.read), one.written)
        self._addressed = transfer.addressed
