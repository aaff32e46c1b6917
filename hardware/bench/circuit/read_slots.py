"""Read slots: what a chip on a 1-Wire bus will send is announced to the board, which then reads it
without a request for each bit.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.parts.common.module import Module, OutputStep
from hardware.bench.parts.common.onewire import LONGEST_NS, SLOT_NS, OneWireTarget
from hardware.bench.protocol.frames import MODE_OPEN_DRAIN
from hardware.boards import RESET_PAD


class PadSlots(NamedTuple):
    """What a chip answers to the next falling edges of a pad."""

    gpio: int
    bits: Sequence[int]
    held_ns: int
    """Until when it holds the line low now; 0: it does not."""
    hold_ns: int
    """For how long after an edge it holds the line low, for a 0."""
    longest_ns: int
    """What it does after a longer pulse is not said here."""


def find_slots(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, target: OneWireTarget
) -> PadSlots | None:
    """The bits that a chip sends next, if it hears nobody but one pad, which is released now, and
    if that pad hears nobody but the chip: the levels follow from the two alone."""
    wire, netlist = target.WIRE, electric.netlist
    cluster = netlist.cluster_of.get(netlist.net(target.id, wire))
    if cluster is None or not _is_private(electric, cluster, target):
        return None
    (gpio,) = cluster.gpios
    pad = pads[gpio]
    if gpio % GPIOS == RESET_PAD or pad.mode != MODE_OPEN_DRAIN or not pad.latch:
        return None
    for latch in (False, True):
        for level in (False, None):
            step = OutputStep(target, wire, level, target.plan)
            wanted = latch and level is None
            if not _is_sure(electric, pad.code_at(latch), threshold, cluster, step, wanted):
                return None
    return PadSlots(gpio, target.bits_to_send, target.held_ns, SLOT_NS, LONGEST_NS)


def _is_private(electric: Electric, cluster: Cluster, target: OneWireTarget) -> bool:
    """Whether one pad and this chip are the only ones that drive a cluster or listen there."""
    parts = electric.netlist.parts
    others = (parts[part] for part in cluster.parts if part != target.id)
    listeners = (part for part, _, _ in cluster.listeners)
    return (
        len(cluster.gpios) == 1
        and not cluster.fed
        and all(part is target for part in listeners)
        and not any(isinstance(part, Module) for part in others)
    )


def _is_sure(
    electric: Electric,
    code: int,
    threshold: Threshold,
    cluster: Cluster,
    step: OutputStep,
    wanted: bool,
) -> bool:
    """Whether the pad and the chip both read a level, whatever they read before, when the pad has
    this code and the chip has done this step."""
    solution = electric.solve(cluster, (code,), electric.stamps_after(cluster, step))
    net, (gpio,) = electric.netlist.net(step.part.id, step.pin), cluster.gpios
    pad_net = electric.netlist.gpio_net[gpio]
    if {net, pad_net} & set(solution.floating):
        return False
    return all(
        threshold.at(net, solution.volts[net], old)
        == threshold.at_pad(gpio, solution.volts[pad_net], old)
        == wanted
        for old in (False, True)
    )
