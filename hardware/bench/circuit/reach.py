"""Reach: which pads the changes of a cluster can come back to, over wires and active parts."""

from typing import NamedTuple

from hardware.bench.circuit.board_side import MASK
from hardware.bench.circuit.netlist import GPIOS, Cluster, Netlist

MOST_ANSWERS = 64
"""So many answers of `none_of` are kept."""


class Reached(NamedTuple):
    """Where the changes of a cluster can arrive."""

    pads: int
    """Mask of pads."""
    supplies: bool
    """Whether they can switch a part on or off."""


class Reach:
    """For each cluster of a netlist what it can change, whatever levels and controls there are:
    a part that listens may change everything that it has elements at."""

    def __init__(self, netlist: Netlist) -> None:
        of_part: dict[str, list[Cluster]] = {}
        for cluster in netlist.clusters:
            for part in cluster.parts:
                of_part.setdefault(part, []).append(cluster)
        self._next = {
            cluster.number: [
                other
                for part, _, _ in cluster.listeners
                for name in (part.id, *part.moves)
                for other in of_part.get(name, ())
            ]
            for cluster in netlist.clusters
        }
        self._reached: dict[int, Reached] = {}
        self._clusters = [netlist.cluster_of[net] for net in netlist.gpio_net]
        self._none_of: dict[tuple[int, int], int] = {}

    def of(self, cluster: Cluster) -> Reached:
        """What the changes of a cluster reach, with its own pads."""
        if (known := self._reached.get(cluster.number)) is None:
            known = self._reached[cluster.number] = self._search(cluster)
        return known

    def none_of(self, outputs: int, pads: int) -> int:
        """Those of these outputs (a mask) whose changes stay at their board, switch nothing on or
        off, and reach none of these pads (a mask)."""
        key = outputs, pads
        if (known := self._none_of.get(key)) is None:
            if len(self._none_of) == MOST_ANSWERS:
                self._none_of.clear()
            known = 0
            for pad in range(outputs.bit_length()):
                if outputs >> pad & 1 and self._stays_away(pad, pads):
                    known |= 1 << pad
            self._none_of[key] = known
        return known

    def _stays_away(self, pad: int, pads: int) -> bool:
        reached = self.of(self._clusters[pad])
        one_board = reached.pads >> pad // GPIOS * GPIOS <= MASK
        return one_board and not reached.supplies and not reached.pads & pads

    def _search(self, cluster: Cluster) -> Reached:
        found, todo = {cluster.number: cluster}, [cluster]
        while todo:
            for other in self._next[todo.pop().number]:
                if other.number not in found:
                    found[other.number] = other
                    todo.append(other)
        pads = 0
        for each in found.values():
            for gpio in each.gpios:
                pads |= 1 << gpio
        return Reached(pads, any(each.fed for each in found.values()))
