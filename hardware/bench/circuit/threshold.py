"""From a voltage to a level, by the limits of a board's inputs."""

from hardware.bench.circuit.netlist import GPIOS, Netlist
from hardware.boards import BoardType


class Threshold:
    """The limits of every pad, and of every net: parts have those of the board that they are
    joined with, the first one's where there is none."""

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
        """The level at a pad, which was `old`."""
        return _level(self._of_pad[pad], volts, old)

    def at(self, net: int, volts: float, old: bool) -> bool:
        """The level that a part hears on a net, which was `old`."""
        return _level(self._of_net.get(net, self._first), volts, old)


def _level(board: BoardType, volts: float, old: bool) -> bool:
    """Between the two limits it is what it was."""
    return volts >= board.v_ih or (old and volts > board.v_il)
