"""Which boards can reach each other by wire: what one of them does then has to be known before
another may go on.

Two pads are *in touch* when elements or an active part lie between them. Supplies do not count: a
board that fails takes its 3.3 V from its neighbours' parts, and they notice when they look next.
"""

from hardware.bench.circuit.netlist import Netlist
from hardware.bench.parts.common.buses import I2cPart, PixelPart, SpiPart
from hardware.bench.parts.common.part import Part

BUS_PARTS = (I2cPart, SpiPart, PixelPart)


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
        """The boards that can reach a board over any number of wires, parts and boards; itself
        too."""
        return self._zone[board_id]

    def host(self, part: Part) -> str:
        """The board on whose time a part lives: the first one that it touches, else the first."""
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
        group = {net: {net} for c in self._netlist.clusters for net in c.nets}
        links = [list(cluster.nets) for cluster in self._netlist.clusters]
        links += [self._nets(part) for part in self._netlist.parts.values() if _is_active(part)]
        for nets in links:
            known = [net for net in nets if net in group]
            merged = set[int]().union(*(group[net] for net in known))
            group |= dict.fromkeys(merged, merged)
        return {net: min(nets) for net, nets in group.items()}

    def _nets(self, part: Part) -> list[int]:
        return [self._netlist.net(part.id, pin) for pin in part.pins]

    def _zones(self) -> dict[str, frozenset[str]]:
        zone = {board_id: frozenset((board_id,)) for board_id in self._netlist.boards}
        for ids in self._touching.values():
            merged = frozenset[str]().union(*(zone[board_id] for board_id in ids))
            zone |= dict.fromkeys(merged, merged)
        return zone


def _is_active(part: Part) -> bool:
    """Whether what happens at one pin of a part can show at another without an element between."""
    return bool(part.listens or part.supply) or isinstance(part, BUS_PARTS)
