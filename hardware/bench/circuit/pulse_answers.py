"""Pulse answers: a sensor answers a pulse at one pad with a pulse at another. Where its length is
known, the board plans that pulse itself and need not ask after the trigger.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.prediction import Prediction, predict
from hardware.bench.parts.common.module import Module, OutputStep, PulseAnswer
from hardware.bench.protocol.frames import MODE_OUT
from hardware.boards import RESET_PAD


class SensorPads(NamedTuple):
    """The pads of a sensor that hears one of them and nobody else."""

    gpio: int
    """The pad of the trigger."""
    pads: int
    """Mask of the pads where its answer is high while it lasts, and low before and after it."""
    parts: frozenset[str]
    """The ids of the parts on its two nets and on those that they depend on."""


class PadAnswer(NamedTuple):
    """How a sensor answers the next pulses of a pad."""

    gpio: int
    """The pad of the trigger."""
    high: bool
    """Its level now."""
    answer: PulseAnswer
    pads: int
    """Mask of the pads where the answer is high while it lasts, and low before and after it."""


def find_pads(
    electric: Electric,
    pads: Sequence[Pad],
    threshold: Threshold,
    sensor: Module,
    answer: PulseAnswer,
) -> SensorPads | None:
    """The pads of a sensor that hears one output pad and nobody else, if the program alone can
    notice its answer."""
    netlist = electric.netlist
    heard = netlist.cluster_of.get(netlist.net(sensor.id, answer.trigger))
    if heard is None or not _is_sure(electric, pads, threshold, heard, sensor, answer):
        return None
    found: list[Prediction] = []
    for level in (True, False):
        step = OutputStep(sensor, answer.output, level, sensor.plan)
        prediction = predict(electric, pads, threshold, step)
        if prediction is None:
            return None
        found.append(prediction)
    rise, fall = found
    (gpio,) = heard.gpios
    if rise.levels != rise.pads or fall.levels or gpio // GPIOS != _board(rise.pads):
        return None
    echo = netlist.cluster_of[netlist.net(sensor.id, answer.output)]
    return SensorPads(gpio, rise.pads, frozenset((*heard.parts, *echo.parts)))


def _board(mask: int) -> int | None:
    """The number of the board that has these pads; None where they are of several, or none."""
    if not mask:
        return None
    number = (mask.bit_length() - 1) // GPIOS
    return number if mask >> number * GPIOS << number * GPIOS == mask else None


def _is_sure(
    electric: Electric,
    pads: Sequence[Pad],
    threshold: Threshold,
    cluster: Cluster,
    sensor: Module,
    answer: PulseAnswer,
) -> bool:
    """Whether a cluster has one plain output pad, and both of its levels reach the sensor, which
    alone listens there."""
    if len(cluster.gpios) != 1 or cluster.fed:
        return False
    (gpio,) = cluster.gpios
    pad = pads[gpio]
    if pad.mode != MODE_OUT or pad.freq_hz or gpio % GPIOS == RESET_PAD:
        return False
    if any(part is not sensor for part, _, _ in cluster.listeners):
        return False
    net = electric.netlist.net(sensor.id, answer.trigger)
    for latch in (False, True):
        solution = electric.solve(cluster, (pad.code_at(latch),))
        if net in solution.floating:
            return False
        if any(threshold.at(net, solution.volts[net], old) != latch for old in (False, True)):
            return False
    return True
