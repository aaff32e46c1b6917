"""What the boards are going to see of a step that a part has foretold."""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.threshold import Threshold
from hardware.bench.parts.common.module import OutputStep
from hardware.boards import RESET_PAD


class Prediction(NamedTuple):
    """Masks: the pads that the step reaches, and those of them that are high from then on."""

    pads: int
    levels: int


def foresee(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, step: OutputStep
) -> Prediction | None:
    """The levels after a step, if all pads stay as they are; None where more would come of it than
    these: another part hears it, a net is open or between two levels."""
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
    """Whether nobody but the program minds the levels of a cluster. What it writes itself that
    another pad there could read is coupled, and ends the board's promise."""
    if cluster.fed or any(part is not step.part for part, _, _ in cluster.listeners):
        return False
    return not any(pads[gpio].freq_hz or gpio % GPIOS == RESET_PAD for gpio in cluster.gpios)
