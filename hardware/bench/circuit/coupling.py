"""Coupling: whether anything depends on an output. The rule behind `Circuit.coupled()`."""

from collections.abc import Sequence
from enum import Enum

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import Pad


class Coupling(Enum):
    """Which changes of an output have an effect at their own time."""

    NONE = 0
    WRITES = 1
    """Every write. For a PWM, only its start, change and end."""
    EDGES = 2
    """Every write, and every edge of a PWM."""


def coupling_of(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, gpio: int, now_ns: int
) -> Coupling:
    """Whether a change of this output can change an input, reach an active part, or cause a fault,
    as the circuit is now."""
    if not pads[gpio].is_output:
        return Coupling.NONE
    nets = electric.netlist.gpio_net
    near = electric.linked(cluster).get(nets[gpio], frozenset((nets[gpio],)))
    listeners = [part for part, _, net in cluster.listeners if net in near]
    if any(not part.TAKES_PWM for part in listeners) or any(net in near for _, net in cluster.fed):
        return Coupling.EDGES
    here = [g for g in cluster.gpios if nets[g] in near]
    # An open drain that is off does not decide the level: the program may read what does.
    if any(pads[g].reads for g in here if g != gpio or not pads[g].holds):
        return Coupling.EDGES
    outputs = [g for g in here if pads[g].is_output]
    # The trace has the level of a pad that is no output, also when the program does not read it.
    if pads[gpio].pulses and len(outputs) < len(here):
        return Coupling.EDGES
    if _could_fault(electric, pads, cluster, outputs, now_ns):
        return Coupling.EDGES
    return Coupling.WRITES if listeners else Coupling.NONE


def _could_fault(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, outputs: list[int], now_ns: int
) -> bool:
    """Whether any levels of these outputs give a fault.

    In a net of resistors and diodes, no voltage falls when an output rises. So it is enough to try
    each output against all others, and all outputs high.
    """
    alone = [{g: g == one for g in outputs} for one in outputs]
    tried = [*alone, *({g: not level for g, level in a.items()} for a in alone)]
    for chosen in [*tried, dict.fromkeys(outputs, True)]:
        codes = tuple(pads[g].code_at(chosen.get(g, pads[g].level(now_ns))) for g in cluster.gpios)
        if electric.faults(cluster, codes):
            return True
    return False
