"""From a diagram to nets: which pins are joined, which parts there are, which nets are supplies.

A *net* is a set of pins joined by connections. If the names of two pins of one part are the same
before the first dot, the part joins them inside (`GND.1`, `GND.2`; `1.l`, `1.r`). A *cluster* is a
set of nets that elements (resistors, diodes, sources) join. Clusters do not influence each other,
because supplies are ideal.

The *pads* of all boards have one numbering: those of the second board follow the 64 of the first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Self

from hardware import boards
from hardware.bench import parts
from hardware.bench.circuit.disjoint_sets import DisjointSets
from hardware.bench.circuit.solver import Diode, Element, Resistor, Source, nets_of
from hardware.bench.diagram import SERIAL_MONITOR, Diagram, PartSpec, PinRef, suggest
from hardware.bench.parts.common.part import CUSTOM, Part
from hardware.boards import RESET_PAD, BoardType
from hardware.errors import DiagramError
from hardware.i18n import _, at_place

GPIOS = 64
"""Pads of a board, one for each bit of a mask of levels. A pad without a pin on the board is a net
of its own."""

Node = tuple[str, str]
Listener = tuple[Part, str, int]
"""A part that listens, its pin, and the net there."""
Feed = tuple[Part, int]
"""A part that needs a supply, and a net that feeds it."""


@dataclass
class Cluster:
    """Nets that can influence each other, with the pads and parts that touch them."""

    number: int
    nets: tuple[int, ...]
    gpios: tuple[int, ...]
    parts: tuple[str, ...] = ()
    listeners: tuple[Listener, ...] = ()
    fed: tuple[Feed, ...] = ()
    """The parts whose supply or ground pin is on one of the nets, and that net."""
    supplies: tuple[int, ...] = ()
    """The supply nets that its elements touch."""

    @cached_property
    def is_alone(self) -> bool:
        """Whether the cluster touches nothing but one pad, or not even that."""
        return len(self.gpios) <= 1 and not (self.parts or self.listeners or self.supplies)


class Stamped:
    """A `Stamp` (part.py) that writes down the elements and rails of one part.

    Args:
        net: the number of the net at a pin of the part.
    """

    def __init__(self, part: Part, net: Callable[[str], int]) -> None:
        self._net = net
        self.rails: dict[str, float] = {}
        """Pin to volts."""
        self._elements: list[Element] = []
        part.stamp(self)
        self.elements = tuple(self._elements)

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Resistor(self._net(a), self._net(b), ohms))

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Diode(self._net(anode), self._net(cathode), volts, ohms))

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Source(self._net(pin), volts, ohms))

    def rail(self, pin: str, volts: float) -> None:
        """See `Stamp`."""
        self.rails[pin] = volts


class Netlist:
    """The wiring of one diagram. Raises: DiagramError for unknown parts and pins, and joined
    supplies."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.boards = self._find_boards()
        """By id, in the order of the file."""
        self.board_id, self.board = next(iter(self.boards.items()))
        self._homes = tuple(self.boards.items())
        self.parts = self._make_parts()
        self._net: dict[Node, int] = {}
        self._join(diagram)
        self.gpio_net = self._gpio_nets()
        self.rails, self.board_rails, self.rail_pins = self._rails()
        self.limits = self._limits()
        """By the net of a board's supply: the amperes that it can give, the board's id and pin."""
        self.clusters = self._clusters()
        self.cluster_of = self._cluster_of()

    def with_new_parts(self) -> Self:
        """The same wiring with new parts, without working it out again."""
        new = copy(self)
        new.parts = new._make_parts()
        new.clusters = [
            _with_parts(cluster, new.parts) if cluster.listeners or cluster.fed else cluster
            for cluster in self.clusters
        ]
        new.cluster_of = new._cluster_of()
        return new

    # -- parts --------------------------------------------------------------------------------

    def fail(self, what: str, cure: str) -> DiagramError:
        """An error that names the file."""
        return DiagramError(at_place(self.diagram.name, what), cure)

    def _find_boards(self) -> dict[str, BoardType]:
        found = {spec.id: b for spec in self.diagram.parts if (b := self._board(spec))}
        if not found:
            raise no_board(
                self.diagram.name, ((spec.id, spec.type) for spec in self.diagram.parts)
            )
        return found

    def _board(self, spec: PartSpec) -> BoardType | None:
        board = boards.for_diagram(spec.type)
        table = spec.attrs.get("partitions", "")
        if board is None or not table:
            return board
        if table == "ota" and board.family == "esp32":
            return boards.with_updates(board)
        what = _("board {part}: there are no partitions {name}").format(part=spec.id, name=table)
        raise self.fail(what, _("Write ota, on a board with an ESP32, or leave it out."))

    def _make_parts(self) -> dict[str, Part]:
        specs = (spec for spec in self.diagram.parts if spec.id not in self.boards)
        return {spec.id: self._make(spec) for spec in specs}

    def _make(self, spec: PartSpec) -> Part:
        kind = parts.find(spec.type, self.diagram.folder)
        if kind is None:
            known = {
                *parts.types(),
                *(t for n in boards.names() for t in boards.load(n).diagram_types),
            }
            what = _("part {part}: the type {type} is not simulated")
            what = what.format(part=repr(spec.id), type=repr(spec.type))
            cure = suggest(spec.type, known)
            if spec.type.startswith(CUSTOM):
                cure = _("Put {name}.chip.json and {name}.chip.py beside the circuit file.")
                cure = cure.format(name=spec.type.removeprefix(CUSTOM))
            raise self.fail(what, cure)
        try:
            part = kind(spec)
            part.read_initial()
            return part
        except DiagramError as error:
            raise self.fail(str(error), error.cure) from error

    def pins(self, part: str) -> Iterable[str]:
        """The pin names of a part of the bench, the board's too."""
        if part == SERIAL_MONITOR:
            return ("TX", "RX")
        return self.boards[part].pins if part in self.boards else self.parts[part].pins

    def stamped(self, part: Part) -> Stamped:
        """What a part puts between its nets, as it is now. Raises: DiagramError."""
        try:
            return Stamped(part, partial(self.net, part.id))
        except DiagramError as error:
            raise self.fail(str(error), error.cure) from error

    def home(self, pad: int) -> tuple[str, BoardType, int]:
        """The board of a pad: its id and type, and the pad's GPIO number there."""
        index, gpio = divmod(pad, GPIOS)
        return (*self._homes[index], gpio)

    def first_pad(self, board_id: str) -> int:
        """The number of a board's first pad."""
        return list(self.boards).index(board_id) * GPIOS

    # -- nets ---------------------------------------------------------------------------------

    def net(self, part: str, pin: str) -> int:
        """The net of a pin (known to exist)."""
        return self._net[part, pin.split(".")[0]]

    def _node(self, end: PinRef) -> Node:
        """The node of one end of a wire. Raises: DiagramError."""
        known = (self.boards, self.parts, (SERIAL_MONITOR,))
        if not any(end.part in ids for ids in known):
            what = _("connection {end}: there is no part {part}")
            what = what.format(end=end, part=repr(end.part))
            raise self.fail(what, suggest(end.part, chain(*known)))
        pins = self.pins(end.part)
        if end.pin not in pins:
            what = _("part {part} has no pin {pin}")
            what = what.format(part=repr(end.part), pin=repr(end.pin))
            raise self.fail(what, suggest(end.pin, pins))
        return end.part, end.pin.split(".")[0]

    def _join(self, diagram: Diagram) -> None:
        """Number the nets, in the order of the file."""
        joined = DisjointSets[Node]()
        ends = [(self._node(wire.a), self._node(wire.b)) for wire in diagram.connections]
        for a, b in ends:
            if SERIAL_MONITOR not in (a[0], b[0]):  # each board has a monitor of its own
                joined.join(a, b)
        for board_id, board in self.boards.items():
            first: dict[int, Node] = {}
            for place in board.pins.values():  # a GPIO may have several pins: `8` and `SDA`
                if place.gpio is not None:
                    node = (board_id, place.name.split(".")[0])
                    joined.join(first.setdefault(place.gpio, node), node)
        numbers: dict[Node, int] = {}
        for part in (*self.boards, *self.parts, SERIAL_MONITOR):
            for pin in self.pins(part):
                node = (part, pin.split(".")[0])
                self._net[node] = numbers.setdefault(joined.root(node), len(numbers))
        self.wired = {self._net[node] for wire in ends for node in wire}
        monitor = (SERIAL_MONITOR, "RX")
        seen = [node for wire in ends if monitor in wire for node in wire]
        self.monitored = {self._net[node] for node in seen} - {self._net[monitor]}
        self._count = len(numbers)

    def _gpio_nets(self) -> tuple[int, ...]:
        """Net of each pad; those that are not led out get nets of their own."""
        led_out = {
            self.first_pad(board_id) + pin.gpio: self.net(board_id, pin.name)
            for board_id, board in self.boards.items()
            for pin in board.pins.values()
            if pin.gpio is not None
        }
        for board_id, board in self.boards.items():
            led_out[self.first_pad(board_id) + RESET_PAD] = self.net(board_id, board.reset_pin)
        pads = range(GPIOS * len(self.boards))
        return tuple(led_out.get(pad, self._count + pad) for pad in pads)

    def _rails(self) -> tuple[dict[int, float], dict[int, frozenset[str]], dict[int, str]]:
        """Supply nets: the volts of each, the boards that feed it (without them it is dead), and
        the pin (`part:pin`) that its volts come from."""
        found: dict[int, tuple[float, str]] = {}
        feeds: dict[int, frozenset[str]] = {}
        for board_id, board in self.boards.items():
            for pin in board.pins.values():
                if pin.volts is not None:
                    net = self.net(board_id, pin.name)
                    self._rail(found, f"{board_id}:{pin.name}", net, pin.volts)
                    feeds[net] = feeds.get(net, frozenset()) | {board_id}
        for part in self.parts.values():
            for pin_name, volts in self.stamped(part).rails.items():
                self._rail(found, f"{part.id}:{pin_name}", self.net(part.id, pin_name), volts)
        volts_of = {net: volts for net, (volts, _) in found.items()}
        return volts_of, feeds, {net: pin for net, (_, pin) in found.items()}

    def _limits(self) -> dict[int, tuple[float, str, str]]:
        return {
            self.net(board_id, pin): (amperes, board_id, pin)
            for board_id, board in self.boards.items()
            for pin, amperes in board.supply_a.items()
        }

    def _rail(self, found: dict[int, tuple[float, str]], pin: str, net: int, volts: float) -> None:
        """Note a supply. 5 V on a pin of 4.7 V (VSYS) is fine; ground on a supply is not."""
        old = found.get(net)
        if old and abs(old[0] - volts) > 1:
            what = _("{a} ({a_volts:g} V) and {b} ({b_volts:g} V) are joined: a short circuit")
            what = what.format(a=old[1], a_volts=old[0], b=pin, b_volts=volts)
            raise self.fail(what, _("Take away the wire that joins them."))
        if not old or volts > old[0]:
            found[net] = (volts, pin)

    # -- clusters -----------------------------------------------------------------------------

    def _clusters(self) -> list[Cluster]:
        """Every net but the supplies is in one cluster; so is a supply with pads or listeners."""
        touching = {part.id: self.stamped(part).elements for part in self.parts.values()}
        owners: dict[int, list[str]] = {}
        for part, elements in touching.items():
            for net in sorted({net for element in elements for net in nets_of(element)}):
                owners.setdefault(net, []).append(part)
        pads: dict[int, list[int]] = {}
        for pad, net in enumerate(self.gpio_net):
            pads.setdefault(net, []).append(pad)
        listeners, feeds = self._listeners(), self._feeds()

        found: list[Cluster] = []
        for group in self._groups(touching):
            nets = tuple(sorted(group))
            parts_ = tuple(dict.fromkeys(part for net in nets for part in owners.get(net, ())))
            border = {net for part in parts_ for e in touching[part] for net in nets_of(e)}
            supplies = tuple(sorted(border & set(self.rails)))
            gpios = tuple(sorted(gpio for net in nets for gpio in pads.get(net, ())))
            listening = tuple(listener for net in nets for listener in listeners.get(net, ()))
            fed = tuple(feed for net in nets for feed in feeds.get(net, ()))
            found.append(Cluster(len(found), nets, gpios, parts_, listening, fed, supplies))
        for net in sorted(self.rails):
            # There is nothing to solve on a supply, but a pad can be shorted to it, and a part can
            # listen there.
            if net in pads or net in listeners:
                gpios, listening = tuple(pads.get(net, ())), tuple(listeners.get(net, ()))
                found.append(Cluster(len(found), (), gpios, (), listening, (), (net,)))
        return found

    def _cluster_of(self) -> dict[int, Cluster]:
        return {net: c for c in self.clusters for net in c.nets or c.supplies}

    def _listeners(self) -> dict[int, list[Listener]]:
        found: dict[int, list[Listener]] = {}
        for part in self.parts.values():
            for pin in part.listens:
                net = self.net(part.id, pin)
                found.setdefault(net, []).append((part, pin, net))
        return found

    def _feeds(self) -> dict[int, list[Feed]]:
        found: dict[int, list[Feed]] = {}
        for part in self.parts.values():
            for pin in (part.supply or ())[:2]:
                net = self.net(part.id, str(pin))
                found.setdefault(net, []).append((part, net))
        return found

    def _groups(self, touching: Mapping[str, tuple[Element, ...]]) -> list[frozenset[int]]:
        """The nets that are no supplies, in groups that elements join."""
        free = [net for net in self._all_nets() if net not in self.rails]
        groups = DisjointSets(free)
        for element in (element for elements in touching.values() for element in elements):
            groups.join(*(net for net in nets_of(element) if net not in self.rails))
        return groups.sets()

    def _all_nets(self) -> Iterator[int]:
        yield from range(self._count)
        yield from (net for net in self.gpio_net if net >= self._count)


def no_board(file: str, listed: Iterable[tuple[str, str]]) -> DiagramError:
    """The error for a file that has no board of ours, from the id and type of each part."""
    what = _("there is no board")
    for part, type_ in listed:
        if type_.startswith(boards.OTHERS) and boards.for_diagram(type_) is None:
            what = _("part {part}: no bench has a {type}: docs/measured/wokwi-parts.md says why")
            what = what.format(part=repr(part), type=type_)
    types = ", ".join(sorted(t for n in boards.names() for t in boards.load(n).diagram_types))
    cure = _("Add a part of one of these types: {types}.").format(types=types)
    return DiagramError(at_place(file, what), cure)


def _with_parts(cluster: Cluster, parts_: Mapping[str, Part]) -> Cluster:
    """The cluster with other parts of the same ids."""
    listeners = tuple((parts_[part.id], pin, net) for part, pin, net in cluster.listeners)
    fed = tuple((parts_[part.id], net) for part, net in cluster.fed)
    return replace(cluster, listeners=listeners, fed=fed)
