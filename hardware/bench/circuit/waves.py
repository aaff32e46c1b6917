"""Waves: many steps of one output of a module, one after the other, that only programs can notice.
The circuit is worked out once for each level, and not at each step.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.prediction import predict
from hardware.bench.circuit.solver import Element
from hardware.bench.parts.common.module import Module, OutputStep
from hardware.bench.parts.common.part import Part


class LevelOutcome(NamedTuple):
    """The circuit while a module drives a pin at a level."""

    stamps: tuple[Element, ...]
    """The elements of the module."""
    state: int
    """Of the cluster (`Electric`)."""
    pads: int
    levels: int
    """Mask of the pads that it reaches, and of those that are high."""
    heard: bool
    """The level at the pin."""


class Wave:
    """The steps of one output, while nothing else in the circuit changes."""

    def __init__(
        self, electric: Electric, pads: Sequence[Pad], threshold: Threshold, cluster: Cluster
    ) -> None:
        self.cluster = cluster
        self._electric = electric
        self._pads = pads
        self._threshold = threshold
        self._known: dict[bool | None, LevelOutcome | None] = {}

    def outcome(self, step: OutputStep) -> LevelOutcome | None:
        """The circuit after a step; None where it is not certain, or has other effects."""
        if step.level not in self._known:
            self._known[step.level] = self._outcome(step)
        return self._known[step.level]

    def _outcome(self, step: OutputStep) -> LevelOutcome | None:
        prediction = predict(self._electric, self._pads, self._threshold, step)
        if prediction is None:
            return None
        codes = _codes(self._pads, self.cluster)
        stamps = self._electric.stamps_after(self.cluster, step)
        if self._electric.faults(self.cluster, codes, stamps):
            return None
        net = self._electric.netlist.net(step.part.id, step.pin)
        volts = self._electric.solve(self.cluster, codes, stamps).volts[net]
        heard = self._threshold.at(net, volts, False)
        if heard != self._threshold.at(net, volts, True):
            return None
        own = stamps[self.cluster.parts.index(step.part.id)]
        state = self._electric.number(self.cluster, stamps)
        return LevelOutcome(own, state, prediction.pads, prediction.levels, heard)


def find_wave(
    electric: Electric, pads: Sequence[Pad], threshold: Threshold, part: Module, pin: str
) -> Wave | None:
    """The steps of an output from now on, if they cannot have any effect but levels at pads which
    the program reads."""
    netlist = electric.netlist
    cluster = netlist.cluster_of.get(netlist.net(part.id, pin))
    if cluster is None or not part.powered or not part.ignores(pin) or part.FOLLOWS_VOLTAGE:
        return None
    draws_the_same = type(part).draws is Part.draws
    # A pad that drives may fault, or be coupled, at one level and not at the other.
    drives = any(pads[gpio].holds or pads[gpio].step is not None for gpio in cluster.gpios)
    if not draws_the_same or drives or electric.clusters_of(part.id) != [cluster]:
        return None
    if electric.faults(cluster, _codes(pads, cluster)):
        return None
    return Wave(electric, pads, threshold, cluster)


def _codes(pads: Sequence[Pad], cluster: Cluster) -> tuple[int, ...]:
    return tuple(pads[gpio].code_at(pads[gpio].latch) for gpio in cluster.gpios)
