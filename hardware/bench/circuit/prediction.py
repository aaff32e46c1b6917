"""The levels that a planned step of a part will give (`board/lookahead.py` announces them to
boards)."""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.parts.common.module import OutputStep
from hardware.boards import RESET_PAD


class Prediction(NamedTuple):
    """Two masks: the pads that the step reaches, and those of them that will be high."""

    pads: int
    levels: int


def predict(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, step: OutputStep
) -> Prediction | None:
    """The levels after a step, if all pads stay as they are. None where the step has other
    effects, or none that is certain: another part listens, a net is open or between two levels."""
    netlist = electric.netlist
    cluster = netlist.cluster_of.get(netlist.net(step.part.id, step.pin))
    if cluster is None or not _is_quiet(cluster, pads, step):
        return None
    codes = tuple(pads[gpio].code_at(pads[gpio].latch) for gpio in cluster.gpios)
    solution = electric.solve(cluster, codes, electric.stamps_after(cluster, step))
    reached = levels = 0
    for gpio in cluster.gpios:
        net = netlist.gpio_net[gpio]
        low, high = (threshold.at_pad(gpio, solution.volts[net], old) for old in (False, True))
        if net in solution.floating or low != high:
            return None
        reached |= 1 << gpio
        levels |= low << gpio
    return Prediction(reached, levels)


def _is_quiet(cluster: Cluster, pads: Sequence[Pad], step: OutputStep) -> bool:
    """Whether only programs can notice the levels of a cluster. An output there that another pad
    could read is coupled: the board then asks before it writes."""
    if cluster.fed or any(part is not step.part for part, _, _ in cluster.listeners):
        return False
    return not any(pads[gpio].freq_hz or gpio % GPIOS == RESET_PAD for gpio in cluster.gpios)
