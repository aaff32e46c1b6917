"""The analog-to-digital converter of a board: the voltage at a pad, with the errors of parts."""

import random

from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.solver import Solution
from hardware.bench.parts.common.part import Part


class Converter:
    """The analog inputs of all boards of a circuit."""

    def __init__(self, netlist: Netlist) -> None:
        self._nets = netlist.gpio_net
        self._parts = netlist.parts
        self._analog: dict[int, list[tuple[Part, str]]] = {}
        """Net to the analog pins of parts there."""
        for part in netlist.parts.values():
            for pin in part.ANALOG:
                self._analog.setdefault(netlist.net(part.id, pin), []).append((part, pin))
        self._chance: random.Random

    def start(self, chance: random.Random) -> None:
        """The bench begins."""
        self._chance = chance

    def microvolts(self, pad: int, solution: Solution, supply_v: float) -> int:
        """One conversion at a pad now. An open pad has any voltage up to the supply."""
        net = self._nets[pad]
        if net in solution.floating:
            return self._chance.randrange(round(supply_v * 1e6))
        volts = solution.volts[net]
        for part, pin in self._analog.get(net, ()):
            volts = part.converted(pin, volts)
        return max(0, round(volts * 1e6))

    def holds_ns(self, pad: int, cluster: Cluster, solution: Solution) -> int:
        """For how long (ns) conversions at a pad stay the same if nobody moves a control."""
        if cluster.gpios != (pad,) or self._nets[pad] in solution.floating:
            return 0
        return min((self._parts[part].holds_ns for part in cluster.parts), default=0)
