"""Zones: which boards can reach each other by wire. Such boards have to wait for each other.

Two pads are *in touch* when elements or an active part are between them. Supplies do not count:
when a board goes off, its 3.3 V goes off for its neighbours' parts, too, which notice this at
their next event.
"""

from hardware.bench.circuit.disjoint_sets import DisjointSets
from hardware.bench.circuit.netlist import Netlist
from hardware.bench.parts.common.buses import I2cPart, SpiPart, UartPart
from hardware.bench.parts.common.part import Part
from hardware.bench.parts.common.pixels import PixelPart

BUS_PARTS = (I2cPart, SpiPart, UartPart, PixelPart)


class Zones:
    """The boards of a netlist, in groups that nothing joins but supplies."""

    def __init__(self, netlist: Netlist) -> None:
        self._netlist = netlist
        self._group: dict[int, int] = {}
        self._touching: dict[int, set[str]] = {}
        self.shared = 0
        """Mask of the pads at which another board can change the level."""
        if len(netlist.boards) > 1:
            self._group = self._groups()
            for pad, net in enumerate(netlist.gpio_net):
                self._touching.setdefault(self._at(net), set()).add(netlist.home(pad)[0])
            for pad, net in enumerate(netlist.gpio_net):
                self.shared |= (len(self._touching[self._at(net)]) > 1) << pad
        self._zone = self._zones()

    def near(self, board_id: str) -> frozenset[str]:
        """The boards that can reach a board over any number of wires, parts and boards, and the
        board itself."""
        return self._zone[board_id]

    def host(self, part: Part) -> str:
        """The board whose world a part belongs to: the first that it touches, else the first."""
        if not self._touching:
            return self._netlist.board_id
        groups = {self._at(self._netlist.net(part.id, pin)) for pin in part.pins}
        ids = {board_id for group in groups for board_id in self._touching.get(group, ())}
        return next(board_id for board_id in self._netlist.boards if board_id in ids or not ids)

    def _at(self, net: int) -> int:
        """The group of a net; a supply is one of its own."""
        return self._group.get(net, -1 - net)

    def _groups(self) -> dict[int, int]:
        """The number of the group of each net that is no supply."""
        clusters = self._netlist.clusters
        groups = DisjointSets(net for cluster in clusters for net in cluster.nets)
        inside = {net for cluster in clusters for net in cluster.nets}
        links = [list(cluster.nets) for cluster in clusters]
        links += [self._nets(part) for part in self._netlist.parts.values() if _is_active(part)]
        for nets in links:
            groups.join(*(net for net in nets if net in inside))
        return {net: min(nets) for nets in groups.sets() for net in nets}

    def _nets(self, part: Part) -> list[int]:
        return [self._netlist.net(part.id, pin) for pin in part.pins]

    def _zones(self) -> dict[str, frozenset[str]]:
        zones = DisjointSets(self._netlist.boards)
        for ids in self._touching.values():
            zones.join(*ids)
        return {board_id: zone for zone in zones.sets() for board_id in zone}


def _is_active(part: Part) -> bool:
    """Whether one pin of a part can change another one without an element between them."""
    return bool(part.listens or part.supply) or isinstance(part, BUS_PARTS)
