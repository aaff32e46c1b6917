"""Listeners: passes level changes to the active parts of a circuit, if they have power."""

from collections.abc import Callable

from hardware.bench.circuit.meter import Meter
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pwm_schedule import PwmSchedule
from hardware.bench.circuit.solver import Solution
from hardware.bench.parts.common.part import Part


class Listeners:
    """Calls `level_changed` of parts when a level at a pin of their `LISTENS` changes."""

    def __init__(
        self, meter: Meter, pulses: PwmSchedule, threshold: Callable[[int, float, bool], bool]
    ) -> None:
        self._meter = meter
        self._pulses = pulses
        self._threshold = threshold
        self._heard: dict[tuple[str, str], bool] = {}
        self._volts: dict[tuple[str, str], float] = {}

    def update(self, cluster: Cluster, solution: Solution) -> None:
        """A cluster has these voltages now. An open net keeps its level."""
        for part, pin, net in cluster.listeners:
            if net in solution.floating:
                continue
            old = self._heard.get((part.id, pin), False)
            level = self._threshold(net, solution.volts[net], old)
            moved = part.FOLLOWS_VOLTAGE and self._moved(part, pin, solution.volts[net])
            if level != old or moved:
                self._heard[part.id, pin] = level
                if part.powered:
                    part.level_changed(pin, level)

    def hear(self, part: Part, pin: str, level: bool) -> None:
        """The level at a pin that hears no other part, now."""
        if level != self._heard.get((part.id, pin), False):
            self._heard[part.id, pin] = level
            if part.powered:
                part.level_changed(pin, level)

    def heard(self, part: Part, pin: str, level: bool) -> None:
        """A part knows the level at a pin already."""
        self._heard[part.id, pin] = level

    def _moved(self, part: Part, pin: str, volts: float) -> bool:
        """Whether the voltage at a pin has changed."""
        old, self._volts[part.id, pin] = self._volts.get((part.id, pin)), volts
        return old != volts

    def feed(self, part: Part) -> bool:
        """Switches a part on or off when its supply has come or gone. Returns whether it did."""
        if self._meter.feeds(part) == part.powered:
            return False
        part.powered = not part.powered
        for pin in part.listens:
            self._heard.pop((part.id, pin), None)
        self._pulses.forget(part)
        part.power(part.powered)
        return True
