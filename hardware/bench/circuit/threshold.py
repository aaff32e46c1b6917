"""From a voltage to a logic level, by the input thresholds of a board."""

from hardware.bench.circuit.netlist import GPIOS, Netlist
from hardware.boards import BoardType


class Threshold:
    """The thresholds of every pad and net. A part has those of the board that it is wired to;
    without one, those of the first board."""

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
