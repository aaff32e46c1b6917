"""What a person sees of a running circuit: voltages and currents, averaged over 20 ms."""

from collections.abc import Iterator

from hardware.bench.circuit.afterimage import Afterimage
from hardware.bench.circuit.electric import Electric


class MeanView:
    """The `PartView` of one part (see part.py)."""

    def __init__(self, electric: Electric, afterimage: Afterimage, part: str) -> None:
        self._electric = electric
        self._afterimage = afterimage
        self._part = part

    def volts(self, a: str, b: str = "") -> float:
        """The mean voltage from pin `a` to pin `b`, or to ground."""
        return self._mean(a) - (self._mean(b) if b else 0.0)

    def amperes(self, anode: str, cathode: str) -> float:
        """The mean current through the part's diode between two of its pins."""
        netlist = self._electric.netlist
        ends = (netlist.net(self._part, anode), netlist.net(self._part, cathode))
        diodes = self._electric.diodes(self._part)
        diode = next(d for d in diodes if (d.anode, d.cathode) == ends)
        free = next((net for net in ends if net not in netlist.rails), ends[0])
        return sum(
            share * diode.amperes(volts[ends[0]] - volts[ends[1]])
            for share, volts in self._states(free)
        )

    def _mean(self, pin: str) -> float:
        net = self._electric.netlist.net(self._part, pin)
        return sum(share * volts[net] for share, volts in self._states(net))

    def _states(self, net: int) -> Iterator[tuple[float, dict[int, float]]]:
        """Each state that a net was in: its share of the time, and all voltages."""
        rails = self._electric.rails()
        cluster = self._electric.netlist.cluster_of.get(net)
        if cluster is None:
            yield 1.0, rails
            return
        for share, solution in self._afterimage.states(cluster):
            yield share, rails | dict(solution.volts)
