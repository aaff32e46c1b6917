"""A circuit with its power on and no program running: what the rules of the lint look at."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.solver import (
    Diode,
    Element,
    Resistor,
    Solution,
    Source,
    nets_of,
    solve,
)
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import Diagram
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import Part
from hardware.boards import RESET_PAD, BoardType

PULLS = 1000.0
"""A source behind so many ohms is a pull resistor, not an output."""
GROUND_VOLTS = 0.5
"""A supply below this is a ground."""


class Pin(NamedTuple):
    """A GPIO of a board, as the board's diagram calls it."""

    board_id: str
    board: BoardType
    gpio: int
    pad: int

    @property
    def name(self) -> str:
        """What is printed at the pin."""
        return self.board.pin_of(self.gpio)


class _Drivers:
    """A `Stamp` that keeps the sources by the names of their pins."""

    def __init__(self) -> None:
        self.found: list[tuple[str, float, float]] = []

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """It drives nothing."""

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """It drives nothing."""

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """A pin that is driven."""
        self.found.append((pin, volts, ohms))

    def rail(self, pin: str, volts: float) -> None:
        """A supply is no output."""


class Resting:
    """Questions about a wiring. Nets are numbers of the netlist; pads float."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.circuit = Circuit(diagram)
        self.netlist = self.circuit.netlist
        world = StillWorld()
        self.circuit.start(*[world for _board in self.netlist.boards])
        for board_id in self.netlist.boards:
            self.circuit.power(True, board_id)

    @property
    def parts(self) -> list[Part]:
        """Every part but the boards that is wired to anything."""
        return [part for part in self.netlist.parts.values() if self.is_wired(part)]

    def is_wired(self, part: Part) -> bool:
        """Whether any pin of a part is in a connection."""
        return any(self.netlist.net(part.id, pin) in self.netlist.wired for pin in part.pins)

    def net(self, part: Part, pin: str) -> int:
        """The net of a pin of a part."""
        return self.netlist.net(part.id, pin)

    def elements(self, part: Part) -> tuple[Element, ...]:
        """What a part puts between its pins, whether it has power or not."""
        return self.netlist.stamped(part).elements

    def pin_on(self, part: Part, net: int) -> str:
        """The first pin of a part on a net."""
        return next((pin for pin in part.pins if self.net(part, pin) == net), "")

    # -- pads and supplies --------------------------------------------------------------------

    @cached_property
    def _pins(self) -> Mapping[int, list[Pin]]:
        found: dict[int, list[Pin]] = {}
        for pad, net in enumerate(self.netlist.gpio_net):
            board_id, board, gpio = self.netlist.home(pad)
            if net in self.netlist.wired and gpio != RESET_PAD:
                found.setdefault(net, []).append(Pin(board_id, board, gpio, pad))
        return found

    def pins(self, net: int) -> list[Pin]:
        """The GPIOs on a net."""
        return self._pins.get(net, [])

    @property
    def wired_pins(self) -> Iterator[tuple[Pin, int]]:
        """Every GPIO that is in a connection, with its net."""
        return ((pin, net) for net, pins in sorted(self._pins.items()) for pin in pins)

    def is_ground(self, net: int) -> bool:
        """Whether a net is a supply of 0 V."""
        return self.netlist.rails.get(net, 5.0) < GROUND_VOLTS

    def supply(self, net: int) -> float | None:
        """The voltage of a supply that is not ground, None for any other net."""
        volts = self.netlist.rails.get(net, 0.0)
        return volts if volts >= GROUND_VOLTS else None

    # -- ways from net to net -----------------------------------------------------------------

    def links(
        self, conducts: Callable[[float], bool], without: Part | None = None
    ) -> dict[int, set[int]]:
        """Nets joined by resistors and contacts of such ohms; no way leads on through a supply."""
        links: dict[int, set[int]] = {}
        for part in self.netlist.parts.values():
            for element in self.elements(part) if part is not without else ():
                if isinstance(element, Resistor) and conducts(element.ohms):
                    for here, there in ((element.a, element.b), (element.b, element.a)):
                        if here not in self.netlist.rails:
                            links.setdefault(here, set()).add(there)
        return links

    def near(self, net: int, links: Mapping[int, set[int]]) -> set[int]:
        """The nets that can be reached from one, itself among them."""
        found, todo = {net}, [net]
        while todo:
            new = links.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return found

    def diodes(self, part: Part) -> list[Diode]:
        """The diodes of a part that are wired at both ends."""
        wired = self.netlist.wired
        every = (e for e in self.elements(part) if isinstance(e, Diode))
        return [e for e in every if {e.anode, e.cathode} <= wired]

    # -- voltages -----------------------------------------------------------------------------

    def outputs(self, part: Part) -> Iterator[tuple[str, Source]]:
        """The pins that a part drives to both levels, with the source that stands for its high."""
        high, drivers = self._high_volts(part), _Drivers()
        part.stamp(drivers)
        for pin, volts, ohms in drivers.found:
            if ohms < PULLS:
                yield pin, Source(self.net(part, pin), max(high, volts), ohms)

    def _high_volts(self, part: Part) -> float:
        if isinstance(part, Module):
            return part.supply_v
        return part.volts(part.supply[0]) if part.supply else 0.0

    def solve(self, net: int, *more: Source) -> Solution | None:
        """The cluster of a net at rest, with more sources in it; None for a bare supply."""
        cluster = self.netlist.cluster_of.get(net)
        if cluster is None or not cluster.nets:
            return None
        nets = {*cluster.nets}
        inside = nets | {*cluster.supplies}
        elements = [
            element
            for part in cluster.parts
            for element in self.circuit.electric.stamps[part]
            if nets & {*nets_of(element)} and inside >= {*nets_of(element)}
        ]
        lifted = {source.net for source in more}
        kept = [e for e in elements if not (isinstance(e, Source) and e.net in lifted)]
        border = {supply: self.netlist.rails[supply] for supply in cluster.supplies}
        return solve(cluster.nets, border, [*kept, *more])
