"""What the converter of a board reads at a pad: the voltage there, as the parts there spoil it."""

import random

from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.solver import Solution
from hardware.bench.parts.common.part import Part


class Converter:
    """The analog inputs of all boards of a circuit."""

    def __init__(self, netlist: Netlist) -> None:
        self._nets = netlist.gpio_net
        self._parts = netlist.parts
        self._heard: dict[int, list[tuple[Part, str]]] = {}
        """Net to the analog pins of parts there."""
        for part in netlist.parts.values():
            for pin in part.ANALOG:
                self._heard.setdefault(netlist.net(part.id, pin), []).append((part, pin))
        self._chance: random.Random

    def start(self, chance: random.Random) -> None:
        """The bench begins."""
        self._chance = chance

    def microvolts(self, pad: int, solution: Solution, supply_v: float) -> int:
        """One conversion at a pad now; an open pad has any voltage up to the supply."""
        net = self._nets[pad]
        if net in solution.floating:
            return self._chance.randrange(round(supply_v * 1e6))
        volts = solution.volts[net]
        for part, pin in self._heard.get(net, ()):
            volts = part.converted(pin, volts)
        return max(0, round(volts * 1e6))

    def holds_ns(self, pad: int, cluster: Cluster, solution: Solution) -> int:
        """For how long conversions at a pad stay as they are if nobody moves a control."""
        if cluster.gpios != (pad,) or self._nets[pad] in solution.floating:
            return 0
        return min((self._parts[part].holds_ns for part in cluster.parts), default=0)
