"""Who hears an output: the rule behind `Circuit.coupled()`."""

from collections.abc import Sequence
from enum import Enum

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import Pad


class Heard(Enum):
    """What of an output matters at its own time."""

    NOT = 0
    PULSES = 1
    """Every write; of a PWM only its beginning, change and end."""
    EDGES = 2


def is_heard(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, gpio: int, now_ns: int
) -> Heard:
    """Whether a change of this output can alter an input, wake a part, or cause a fault, as things
    are."""
    if not pads[gpio].is_output:
        return Heard.NOT
    nets = electric.netlist.gpio_net
    near = electric.linked(cluster).get(nets[gpio], frozenset((nets[gpio],)))
    ears = [part for part, _, net in cluster.listeners if net in near]
    if any(not part.TAKES_PWM for part in ears) or any(net in near for _, net in cluster.fed):
        return Heard.EDGES
    here = [g for g in cluster.gpios if nets[g] in near]
    # An open drain that lets go does not decide its level: the program may read what does.
    if any(pads[g].reads for g in here if g != gpio or not pads[g].holds):
        return Heard.EDGES
    outputs = [g for g in here if pads[g].is_output]
    if _could_fault(electric, pads, cluster, outputs, now_ns):
        return Heard.EDGES
    return Heard.PULSES if ears else Heard.NOT


def _could_fault(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, outputs: list[int], now_ns: int
) -> bool:
    """Whether any levels of these outputs give a fault.

    In a net of resistors and diodes no voltage falls when an output rises. So it is enough to try
    each output against all others, and all of them high.
    """
    alone = [{g: g == one for g in outputs} for one in outputs]
    tried = [*alone, *({g: not level for g, level in a.items()} for a in alone)]
    for chosen in [*tried, dict.fromkeys(outputs, True)]:
        codes = tuple(pads[g].code_at(chosen.get(g, pads[g].level(now_ns))) for g in cluster.gpios)
        if electric.faults(cluster, codes):
            return True
    return False
