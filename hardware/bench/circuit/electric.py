"""The netlist with its present values: solves a cluster for a state of its pads, and keeps the
solution for the next time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from hardware.bench.circuit.disjoint_sets import DisjointSets
from hardware.bench.circuit.faults import Found, faults_in
from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.pads import pad_elements
from hardware.bench.circuit.solver import (
    Diode,
    Element,
    Resistor,
    Solution,
    Source,
    nets_of,
    solve,
)
from hardware.bench.parts.common.module import Module, OutputStep
from hardware.bench.parts.common.part import OPEN, Part
from hardware.i18n import _

MOST_NETS = 1000
"""Most nets of a cluster. No real bench has as many; the cost of a solution grows with the square
of their number."""
REMEMBERED = 4096
"""States that are kept. A potentiometer that is turned for an hour must not fill the memory."""

Stamps = tuple[tuple[Element, ...], ...]
"""The elements of each part of a cluster, in the order of its parts."""
Driven = Mapping[str, bool | None]
"""The levels that a module drives, by pin; None: not driven."""
Restamped = tuple[tuple[Element, ...], dict[int, int]]
"""The elements of a part that has changed, and the new states of the clusters that it changes."""


class Electric:
    """Elements of all parts as they are now, and the solutions found so far."""

    def __init__(self, netlist: Netlist, like: "Electric | None" = None) -> None:
        """`like`: another one of the same wiring. The two share their solutions."""
        self.netlist = netlist
        self.powered: frozenset[str] = frozenset()
        """The boards that are on, by id."""
        self._clusters: dict[str, list[Cluster]] = {part: [] for part in netlist.parts}
        for cluster in netlist.clusters:
            for part in cluster.parts:
                self._clusters[part].append(cluster)
        if like is None:
            self._solved: dict[tuple[object, ...], Solution] = {}
            self._found: dict[tuple[object, ...], Found] = {}
            self._linked: dict[tuple[object, ...], dict[int, frozenset[int]]] = {}
            self._restamps: dict[tuple[object, ...], Restamped] = {}
            self._stamped: dict[tuple[object, ...], tuple[Element, ...]] = {}
            self._numbers: dict[tuple[object, ...], int] = {}
            self._count = count()
            self._places: dict[tuple[int, str], tuple[int, ...]] = {}
            """By cluster and part: which of the part's elements are in the cluster."""
            self.stamps = {part.id: self._stamp(part) for part in netlist.parts.values()}
            self._find_places()
            self._state = {c.number: self.number(c, self._now(c)) for c in netlist.clusters}
            """By cluster: a number that stands for its present elements, as a short key."""
            self._begin = dict(self.stamps), dict(self._state)
        else:
            self._solved, self._found, self._linked = like._solved, like._found, like._linked
            self._restamps, self._numbers, self._count = like._restamps, like._numbers, like._count
            self._stamped = like._stamped
            self._places, self._begin = like._places, like._begin
            self.stamps, self._state = dict(self._begin[0]), dict(self._begin[1])

    def _find_places(self) -> None:
        for cluster in self.netlist.clusters:
            if len(cluster.nets) > MOST_NETS:
                what = _("more than {most} wires hang together").format(most=MOST_NETS)
                cure = _("Take parts away, or give them pins of their own.")
                raise self.netlist.fail(what, cure)
            for part in cluster.parts:
                self._places[cluster.number, part] = _places(cluster, self.stamps[part])

    def with_new_parts(self) -> "Electric":
        """The same wiring with new parts, as it was at the beginning."""
        return Electric(self.netlist.with_new_parts(), self)

    def restamp(self, part: str) -> list[Cluster]:
        """A part has changed: reads its elements again. Returns the clusters that it changes."""
        of, clusters = self.netlist.parts[part], self._clusters[part]
        key = (part, of.powered, of.state, *[self._state[c.number] for c in clusters])
        if (known := self._restamps.get(key)) is None:
            known = self._restamped(of, clusters)
            if of.state is not None:
                if len(self._restamps) >= REMEMBERED:
                    self._restamps.clear()
                self._restamps[key] = known
        self.stamps[part], states = known
        self._state.update(states)
        return [cluster for cluster in clusters if cluster.number in states]

    def _restamped(self, part: Part, clusters: Sequence[Cluster]) -> Restamped:
        """The new elements of a part that has changed, and what they change."""
        old, new = self.stamps[part.id], self._stamp(part)
        self.stamps[part.id] = new
        return new, {
            cluster.number: self.number(cluster, self._now(cluster))
            for cluster in clusters
            if any(old[i] != new[i] for i in self._places[cluster.number, part.id])
        }

    def clusters_of(self, part: str) -> list[Cluster]:
        """The clusters that elements of a part are in."""
        return self._clusters[part]

    def put(self, part: str, stamps: tuple[Element, ...], cluster: Cluster, state: int) -> None:
        """A part has these elements now, which are only in this cluster; `state` is the number of
        the cluster with them."""
        self.stamps[part] = stamps
        self._state[cluster.number] = state

    def _now(self, cluster: Cluster) -> Stamps:
        return tuple(self.stamps[part] for part in cluster.parts)

    def _inside(self, cluster: Cluster, stamps: Stamps) -> list[Element]:
        """The elements of the cluster's parts that lie in it."""
        parts = zip(cluster.parts, stamps, strict=True)
        return [stamp[i] for part, stamp in parts for i in self._places[cluster.number, part]]

    def number(self, cluster: Cluster, stamps: Stamps) -> int:
        """The number that stands for these elements of a cluster."""
        key = (cluster.number, *self._inside(cluster, stamps))
        if (known := self._numbers.get(key)) is None:
            if len(self._numbers) >= REMEMBERED:
                self._numbers.clear()  # a number is never used twice, so other keys stay valid
            known = self._numbers[key] = next(self._count)
        return known

    def rails(self) -> dict[int, float]:
        """Every supply net and its voltage now; 0 V at a board without power."""
        feeds = self.netlist.board_rails
        dead = {net for net, boards in feeds.items() if not boards & self.powered}
        return {net: 0.0 if net in dead else volts for net, volts in self.netlist.rails.items()}

    def rail(self, net: int) -> float:
        """The voltage of one supply net now."""
        boards = self.netlist.board_rails.get(net)
        return 0.0 if boards is not None and not boards & self.powered else self.netlist.rails[net]

    def solve(
        self,
        cluster: Cluster,
        codes: tuple[int, ...],
        stamps: Stamps | None = None,
    ) -> Solution:
        """Voltages in a cluster whose pads have these codes (`Pad.code`), in the order of its
        GPIOs, with the elements of its parts as they are now, or as in `stamps`."""
        state = self._state[cluster.number] if stamps is None else self.number(cluster, stamps)
        key = (state, self.powered, codes)
        if (known := self._solved.get(key)) is None:
            if len(self._solved) >= REMEMBERED:
                self._solved.clear()
            inside = self._inside(cluster, stamps or self._now(cluster))
            elements = [*inside, *self._pads(cluster, codes)]
            rails = self.rails()
            border = {net: rails[net] for net in cluster.supplies}
            known = self._solved[key] = solve(cluster.nets, border, elements)
        return known

    def stamps_after(self, cluster: Cluster, step: OutputStep) -> Stamps:
        """The elements of a cluster's parts after a step, if nothing else changes."""
        driven = step.part.driven
        before, driven[step.pin] = driven[step.pin], step.level
        after = self._stamp(step.part)
        driven[step.pin] = before
        return tuple(after if p == step.part.id else self.stamps[p] for p in cluster.parts)

    def stamps_if(self, cluster: Cluster, driven: Mapping[str, Driven]) -> Stamps:
        """The elements of a cluster's parts if some modules drove these levels, by their ids."""
        stamps = []
        for part in cluster.parts:
            if part in driven:
                module = self.netlist.parts[part]
                assert isinstance(module, Module)
                before, module.driven = module.driven, dict(driven[part])
                stamps.append(self._stamp(module))
                module.driven = before
            else:
                stamps.append(self.stamps[part])
        return tuple(stamps)

    def faults(
        self, cluster: Cluster, codes: tuple[int, ...], stamps: Stamps | None = None
    ) -> Found:
        """The faults in a cluster whose pads have these codes, with the elements of its parts as
        they are now, or as in `stamps`."""
        state = self._state[cluster.number] if stamps is None else self.number(cluster, stamps)
        key = (state, self.powered, codes)
        if (known := self._found.get(key)) is None:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            solution = self.solve(cluster, codes, stamps)
            lamps = [
                (part, diode)
                for part in cluster.parts
                if self.netlist.parts[part].IS_LOAD
                for diode in self.diodes(part)
                if {diode.anode, diode.cathode} <= solution.volts.keys()
            ]
            found = faults_in(self.netlist, cluster, codes, solution, lamps)
            known = self._found[key] = found
        return known

    def linked(self, cluster: Cluster) -> dict[int, frozenset[int]]:
        """By net: the nets that closed contacts join it with now, but not over a supply."""
        key = (self._state[cluster.number],)
        if (known := self._linked.get(key)) is None:
            if len(self._linked) >= REMEMBERED:
                self._linked.clear()
            joined, inside = DisjointSets(cluster.nets), {*cluster.nets}
            for element in self._inside(cluster, self._now(cluster)):
                if not _open(element):
                    joined.join(*(net for net in nets_of(element) if net in inside))
            known = {net: nets for nets in joined.sets() for net in nets}
            self._linked[key] = known
        return known

    def bridges_supplies(self, part: str) -> bool:
        """Whether a part joins two different supplies with almost no resistance."""
        rails = self.netlist.rails
        return any(
            isinstance(e, Resistor)
            and e.ohms < 1
            and abs(rails.get(e.a, 0.0) - rails.get(e.b, 0.0)) > 1
            and {e.a, e.b} <= set(rails)
            for e in self.stamps[part]
        )

    def diodes(self, part: str) -> Sequence[Diode]:
        """The diodes of a part as they are now."""
        return [e for e in self.stamps[part] if isinstance(e, Diode)]

    def _stamp(self, part: Part) -> tuple[Element, ...]:
        """The elements of a part now. Without power it drives nothing."""
        state = part.state
        key = (part.id, part.powered, state)
        if state is not None and (known := self._stamped.get(key)) is not None:
            return known
        elements = self.netlist.stamped(part).elements
        if not part.powered:
            elements = tuple(
                replace(e, ohms=OPEN) if isinstance(e, Source) else e for e in elements
            )
        if state is not None:
            if len(self._stamped) >= REMEMBERED:
                self._stamped.clear()
            self._stamped[key] = elements
        return elements

    def _pads(self, cluster: Cluster, codes: tuple[int, ...]) -> list[Source]:
        home, nets = self.netlist.home, self.netlist.gpio_net
        pads = zip(cluster.gpios, codes, strict=True)
        return [e for pad, code in pads for e in pad_elements(code, nets[pad], home(pad)[1])]


def _places(cluster: Cluster, stamp: Sequence[Element]) -> tuple[int, ...]:
    """The indices of a part's elements that are in a cluster: the same in every state."""
    inside = {*cluster.nets, *cluster.supplies}
    mine = set(cluster.nets)
    return tuple(
        i
        for i, element in enumerate(stamp)
        if mine & {*nets_of(element)} and inside >= {*nets_of(element)}
    )


def _open(element: Element) -> bool:
    return isinstance(element, Resistor) and element.ohms == OPEN
