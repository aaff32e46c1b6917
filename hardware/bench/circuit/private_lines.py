"""Private lines: a 1-Wire line with one pad and one chip. Its levels follow from the two alone:
its edges are done without settling the circuit, and what the chip will send is told to the board,
which then reads it without a request for each bit.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.parts.common.module import Module, OutputStep
from hardware.bench.parts.common.onewire import (
    LONGEST_NS,
    PRESENCE_NS,
    RESET_NS,
    SLOT_NS,
    WAIT_NS,
    OneWireTarget,
)
from hardware.bench.protocol.frames import MODE_OPEN_DRAIN
from hardware.boards import RESET_PAD


class PrivateLine(NamedTuple):
    """A pad in open drain mode, and the chip that it hears and that hears it."""

    gpio: int
    target: OneWireTarget
    clusters: tuple[Cluster]
    """The cluster that is all of the line."""


class PadSlots(NamedTuple):
    """What a chip answers to the next falling edges of a pad."""

    gpio: int
    bits: Sequence[int]
    held_ns: int
    """Until when it holds the line low now; 0: it does not."""
    hold_ns: int
    """For how long after an edge it holds the line low, for a 0."""
    longest_ns: int
    """What it does after a longer pulse is not said here, up to one that resets it."""
    reset_ns: int
    """The shortest pulse that resets it; 0: it answers no pulse at all."""
    wait_ns: int
    """From the end of such a pulse to its presence pulse."""
    presence_ns: int
    """How long that is."""


def find_line(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, target: OneWireTarget
) -> PrivateLine | None:
    """The line of a chip, if it hears nobody but one pad, if that pad hears nobody but the chip,
    and if both read the same level there, high where both have released it."""
    netlist = electric.netlist
    cluster = netlist.cluster_of.get(netlist.net(target.id, target.WIRE))
    if cluster is None or not _is_private(electric, cluster, target):
        return None
    (gpio,) = cluster.gpios
    pad = pads[gpio]
    if gpio % GPIOS == RESET_PAD or pad.mode != MODE_OPEN_DRAIN or pad.freq_hz:
        return None
    for latch in (False, True):
        for level in (False, None):
            step = OutputStep(target, target.WIRE, level, target.plan)
            wanted = latch and level is None
            if not _is_sure(electric, pad.code_at(latch), threshold, cluster, step, wanted):
                return None
    return PrivateLine(gpio, target, (cluster,))


def find_slots(pads: Sequence[Pad], line: PrivateLine) -> PadSlots | None:
    """The bits that the chip of a line sends next, if the pad has released it, and how it answers
    a reset."""
    target = line.target
    if not pads[line.gpio].latch or target.in_presence:
        return None
    if target.unresponsive and target.driven[target.WIRE] is not None:
        return None  # it may hold the line for ever
    reset = (0, 0, 0) if target.unresponsive else (RESET_NS, WAIT_NS, PRESENCE_NS)
    return PadSlots(line.gpio, target.bits_to_send, target.held_ns, SLOT_NS, LONGEST_NS, *reset)


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
    """Whether the pad and the chip both read a level, whatever they read before and without a
    fault, when the pad has this code and the chip has done this step."""
    stamps = electric.stamps_after(cluster, step)
    solution = electric.solve(cluster, (code,), stamps)
    net, (gpio,) = electric.netlist.net(step.part.id, step.pin), cluster.gpios
    pad_net = electric.netlist.gpio_net[gpio]
    if {net, pad_net} & set(solution.floating) or electric.faults(cluster, (code,), stamps):
        return False
    return all(
        threshold.at(net, solution.volts[net], old)
        == threshold.at_pad(gpio, solution.volts[pad_net], old)
        == wanted
        for old in (False, True)
    )
