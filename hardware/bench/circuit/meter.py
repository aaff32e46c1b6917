"""Measuring: the level of a voltage, the voltages at a part's pins, and whether it has power."""

from collections.abc import Callable

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import GPIOS, Cluster, Netlist
from hardware.bench.circuit.solver import Solution
from hardware.bench.parts.common.part import Part
from hardware.boards import BoardType

GROUND_VOLTS = 0.5
"""A ground pin above this is not at ground: the part's own ground lead is missing."""


class Threshold:
    """The thresholds of every pad and net. A part has the thresholds of the board that it is wired
    to, or those of the first board if it is wired to none."""

    def __init__(self, netlist: Netlist) -> None:
        self._first = netlist.board
        self._of_pad = [board for board in netlist.boards.values() for _ in range(GPIOS)]
        self._of_net: dict[int, BoardType] = {}
        for cluster in netlist.clusters:
            if cluster.gpios:
                near = self._of_pad[cluster.gpios[0]]
                self._of_net |= dict.fromkeys((*cluster.nets, *cluster.supplies), near)
        own = reversed(list(zip(netlist.gpio_net, self._of_pad, strict=True)))
        self._of_net |= dict(own)

    def at_pad(self, pad: int, volts: float, old: bool) -> bool:
        """The level at a pad; `old` is the level before."""
        return _level(self._of_pad[pad], volts, old)

    def at(self, net: int, volts: float, old: bool) -> bool:
        """The level that a part reads on a net; `old` is the level before."""
        return _level(self._of_net.get(net, self._first), volts, old)


def _level(board: BoardType, volts: float, old: bool) -> bool:
    """Between the two thresholds the level does not change."""
    return volts >= board.v_ih or (old and volts > board.v_il)


class Meter:
    """The `Probe` (see part.py) of all parts of a circuit.

    Args:
        solve: the voltages in a cluster at this moment.
        threshold: a net, its volts, and the last level, to the level.
    """

    def __init__(
        self,
        electric: Electric,
        solve: Callable[[Cluster], Solution],
        threshold: Callable[[int, float, bool], bool],
    ) -> None:
        self._electric = electric
        self._solve = solve
        self._threshold = threshold
        self._seen: dict[tuple[str, str], bool] = {}

    def volts(self, part: str, pin: str) -> float:
        """The voltage at a pin now, against ground; 0 at an open net."""
        volts = self._held(self._electric.netlist.net(part, pin))
        return 0.0 if volts is None else volts

    def high(self, part: str, pin: str) -> bool:
        """The level at a pin now. Between the thresholds, and at an open net, it is the last
        one."""
        net, old = self._electric.netlist.net(part, pin), self._seen.get((part, pin), False)
        if (volts := self._held(net)) is None:
            return old
        level = self._seen[part, pin] = self._threshold(net, volts, old)
        return level

    def feeds(self, part: Part) -> bool:
        """Whether a part has enough supply voltage now."""
        if part.supply is None:
            return True
        supply, ground, least = part.supply
        net = self._electric.netlist.net
        above, below = self._held(net(part.id, supply)), self._held(net(part.id, ground))
        if above is None or below is None or below > GROUND_VOLTS:
            return False
        return above - below >= least

    def _held(self, net: int) -> float | None:
        """The voltage of a net now; None at an open net."""
        cluster = self._electric.netlist.cluster_of.get(net)
        if cluster is None:
            return self._electric.rail(net)
        solution = self._solve(cluster)
        return None if net in solution.floating else solution.volts[net]
