"""The load on the supplies: the current of the parts, and contacts that short two supplies."""

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.faults import NO_GPIO, FaultPlace, Found
from hardware.bench.circuit.solver import sum_in_order
from hardware.bench.parts.common.part import Part
from hardware.bench.protocol import frames

SUPPLIES = "supplies"
"""The scope of their faults."""


class Supplies:
    """Remembers the load of each part, so that a part that changes often costs little."""

    def __init__(self, electric: Electric) -> None:
        self._electric = electric
        self._bridges: set[str] = set()
        self._draws: dict[str, tuple[int, float]] = {}
        """By part: the supply net that feeds it, and the amperes that it takes there."""

    def changed(self, part: Part) -> Found | None:
        """All faults of the supplies after a part has changed; None when nothing changes."""
        bridges = self._electric.bridges_supplies(part.id)
        draws = self._draw(part)
        if bridges == (part.id in self._bridges) and draws == self._draws.get(part.id):
            return None
        (self._bridges.add if bridges else self._bridges.discard)(part.id)
        if draws:
            self._draws[part.id] = draws
        else:
            self._draws.pop(part.id, None)
        return self._faults()

    def _draw(self, part: Part) -> tuple[int, float] | None:
        if part.supply is None or not part.powered:
            return None
        net = self._electric.netlist.net(part.id, part.supply[0])
        return (net, part.draws()) if net in self._electric.netlist.limits else None

    def _faults(self) -> Found:
        found = {
            FaultPlace(frames.FAULT_SHORT, NO_GPIO, part): 0 for part in sorted(self._bridges)
        }
        for net, (most, board, pin) in self._electric.netlist.limits.items():
            amperes = sum_in_order(taken for at, taken in self._draws.values() if at == net)
            if amperes > most:
                found[FaultPlace(frames.FAULT_OVERLOAD, NO_GPIO, board, pin)] = round(
                    amperes * 1e6
                )
        return found
