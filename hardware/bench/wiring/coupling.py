"""Who hears an output: the rule behind `Circuit.coupled()`."""

from collections.abc import Sequence
from itertools import product

from hardware.bench.wiring.electric import Electric
from hardware.bench.wiring.faults import faults_in
from hardware.bench.wiring.netlist import Cluster
from hardware.bench.wiring.pads import Pad

TRIED_OUTPUTS = 6
"""Outputs on one cluster whose every combination is tried for a fault."""


def is_heard(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, gpio: int, now_ns: int
) -> bool:
    """Whether a change of this output can alter an input, wake a part, or cause a fault, as things
    are."""
    nets = electric.netlist.gpio_net
    near = electric.linked(cluster).get(nets[gpio], frozenset((nets[gpio],)))
    if any(net in near for _, _, net in cluster.listeners):
        return True
    if any(net in near for _, net in cluster.fed):
        return True
    here = [g for g in cluster.gpios if nets[g] in near]
    # An open drain that lets go does not decide its level: the program may read what does.
    if any(pads[g].reads for g in here if g != gpio or not pads[g].holds):
        return True
    outputs = [g for g in here if pads[g].is_output]
    return _could_fault(electric, pads, cluster, outputs, now_ns)


def _could_fault(
    electric: Electric, pads: Sequence[Pad], cluster: Cluster, outputs: list[int], now_ns: int
) -> bool:
    """Whether any levels of these outputs give a fault (too many to try: say yes)."""
    if len(outputs) > TRIED_OUTPUTS:
        return True
    for levels in product((False, True), repeat=len(outputs)):
        chosen = dict(zip(outputs, levels, strict=True))
        codes = tuple(pads[g].code_at(chosen.get(g, pads[g].level(now_ns))) for g in cluster.gpios)
        if faults_in(electric.netlist, cluster, codes, electric.solve(cluster, codes)):
            return True
    return False
