"""A circuit at rest, with power and no program running: what the lint rules check."""

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
"""A source with at least this resistance (ohms) is a pull resistor, not an output."""
GROUND_VOLTS = 0.5
"""A supply below this is a ground."""


class Pin(NamedTuple):
    """A GPIO of a board."""

    board_id: str
    board: BoardType
    gpio: int
    pad: int

    @property
    def name(self) -> str:
        """The name that is printed at the pin."""
        return self.board.pin_of(self.gpio)


class _Drivers:
    """A `Stamp` that keeps the sources of a part, with the names of their pins."""

    def __init__(self) -> None:
        self.found: list[tuple[str, float, float]] = []

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """A resistor drives nothing."""

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """A diode drives nothing."""

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """A pin that the part drives."""
        self.found.append((pin, volts, ohms))

    def rail(self, pin: str, volts: float) -> None:
        """A supply is not an output."""


class RestingCircuit:
    """Answers questions about a wiring. Nets are numbers of the netlist; all pads float."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        circuit = Circuit(diagram)
        self.netlist, self.electric = circuit.netlist, circuit.electric
        world = StillWorld()
        circuit.start(*[world for _board in self.netlist.boards])
        for board_id in self.netlist.boards:
            circuit.power(True, board_id)

    @property
    def parts(self) -> list[Part]:
        """Every part that is wired to anything; boards are not among them."""
        return [part for part in self.netlist.parts.values() if self.is_wired(part)]

    def is_wired(self, part: Part) -> bool:
        """Whether any pin of a part is in a connection."""
        return any(self.netlist.net(part.id, pin) in self.netlist.wired for pin in part.pins)

    def net(self, part: Part, pin: str) -> int:
        """The net of a pin of a part."""
        return self.netlist.net(part.id, pin)

    def elements(self, part: Part) -> tuple[Element, ...]:
        """The elements between the pins of a part, whether it has power or not."""
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
        """Every GPIO that is wired, with its net."""
        return ((pin, net) for net, pins in sorted(self._pins.items()) for pin in pins)

    def is_ground(self, net: int) -> bool:
        """Whether a net is a supply of 0 V."""
        return self.netlist.rails.get(net, 5.0) < GROUND_VOLTS

    def supply(self, net: int) -> float | None:
        """The voltage of a supply net; None for ground and any other net."""
        volts = self.netlist.rails.get(net, 0.0)
        return volts if volts >= GROUND_VOLTS else None

    # -- paths from net to net ----------------------------------------------------------------

    def links(
        self, conducts: Callable[[float], bool], without: Part | None = None
    ) -> dict[int, set[int]]:
        """Nets that resistors and contacts join, if `conducts` accepts their ohms. No path goes
        through a supply."""
        links: dict[int, set[int]] = {}
        for part in self.netlist.parts.values():
            for element in self.elements(part) if part is not without else ():
                if isinstance(element, Resistor) and conducts(element.ohms):
                    for here, there in ((element.a, element.b), (element.b, element.a)):
                        if here not in self.netlist.rails:
                            links.setdefault(here, set()).add(there)
        return links

    def near(self, net: int, links: Mapping[int, set[int]]) -> set[int]:
        """The nets that can be reached from a net, itself included."""
        found, ahead = {net}, [net]
        while ahead:
            new = links.get(ahead.pop(), set()) - found
            found |= new
            ahead += new
        return found

    def diodes(self, part: Part) -> list[Diode]:
        """The diodes of a part that are wired at both ends."""
        wired = self.netlist.wired
        every = (e for e in self.elements(part) if isinstance(e, Diode))
        return [e for e in every if {e.anode, e.cathode} <= wired]

    # -- voltages -----------------------------------------------------------------------------

    def outputs(self, part: Part) -> Iterator[tuple[str, Source]]:
        """The output pins of a part, each with the source that stands for a high level."""
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
        """The voltages at rest in the cluster of a net, with these sources added. None: the net is
        a supply."""
        cluster = self.netlist.cluster_of.get(net)
        if cluster is None or not cluster.nets:
            return None
        nets = {*cluster.nets}
        inside = nets | {*cluster.supplies}
        elements = [
            element
            for part in cluster.parts
            for element in self.electric.stamps[part]
            if nets & {*nets_of(element)} and inside >= {*nets_of(element)}
        ]
        lifted = {source.net for source in more}
        kept = [e for e in elements if not (isinstance(e, Source) and e.net in lifted)]
        border = {supply: self.netlist.rails[supply] for supply in cluster.supplies}
        return solve(cluster.nets, border, [*kept, *more])
