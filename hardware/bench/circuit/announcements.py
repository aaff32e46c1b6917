"""Announcements: what a circuit lets a board know in advance, so that the board need not ask."""

from collections.abc import Sequence

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.private_lines import PadSlots, PrivateLine, find_line, find_slots
from hardware.bench.circuit.pulse_answers import PadAnswer, SensorPads, find_pads
from hardware.bench.circuit.read_tables import ReadTable, find_table
from hardware.bench.circuit.shortcuts import Shortcuts
from hardware.bench.parts.common.module import Module, PulseAnswer
from hardware.bench.parts.common.onewire import OneWireTarget
from hardware.bench.parts.common.part import Part


class Announcements:
    """What is certain about a circuit, until more than levels change. Chips and sensors are
    announced where there is one board."""

    def __init__(
        self,
        electric: Electric,
        pads: Sequence[Pad],
        threshold: Threshold,
        shortcuts: Shortcuts,
    ) -> None:
        self._electric = electric
        self._pads = pads
        self._threshold = threshold
        self._shortcuts = shortcuts
        netlist = electric.netlist
        self._clusters: list[Cluster] = [netlist.cluster_of[net] for net in netlist.gpio_net]
        parts = netlist.parts.values() if len(netlist.boards) == 1 else ()
        self._targets = [part for part in parts if isinstance(part, OneWireTarget)]
        self._near = {target.id: _near(netlist, target) for target in self._targets}
        """The ids of the parts on the line of each chip."""
        self._sensors = [part for part in parts if isinstance(part, Module) and part.ANSWERS]
        self._lines: dict[str, PrivateLine | None] = {}
        """The line of each chip."""
        self._sensor_pads: dict[str, SensorPads | None] = {}
        """The pads of each sensor."""
        self._tables: dict[int, tuple[ReadTable | None, frozenset[str]]] = {}
        """The tables that were asked for, by their masks, and the ids of the parts on their
        nets."""

    def pad_changed(self) -> None:
        """More than the level of a pad has changed, or its supply."""
        self._lines.clear()
        self._sensor_pads.clear()
        self._tables.clear()

    def part_changed(self, part: Part) -> None:
        """A part drives other levels, or is another one for its circuit."""
        for written, (_table, parts) in list(self._tables.items()):
            if part.id in parts:
                del self._tables[written]
        for target in self._targets if part not in self._targets else ():
            if part.id in self._near[target.id]:
                self._lines.pop(target.id, None)
        for id, known in list(self._sensor_pads.items()):
            if part.id != id and (known is None or part.id in known.parts):
                del self._sensor_pads[id]

    def slots(self) -> PadSlots | None:
        """What a chip on a 1-Wire bus will send to the board, where that is certain."""
        for target in self._targets if self._shortcuts.read_slots else ():
            if target.powered and (line := self._line_of(target)):
                slots = find_slots(self._pads, line)
                if slots is not None:
                    return slots
        return None

    def line(self, gpio: int) -> PrivateLine | None:
        """The private line of a pad, if its chip has power."""
        for target in self._targets if self._shortcuts.private_lines else ():
            line = self._line_of(target)
            if line is not None and line.gpio == gpio and target.powered:
                return line
        return None

    def line_of(self, part: Part) -> PrivateLine | None:
        """The same for a chip, if it has been asked for."""
        if not part.powered or not self._shortcuts.private_lines:
            return None
        return self._lines.get(part.id)

    def table(self, written: int) -> ReadTable | None:
        """The levels that follow from writes to some of these coupled outputs (a mask), where they
        are certain."""
        if not self._shortcuts.read_tables:
            return None
        if written not in self._tables:
            self._tables[written] = self._find_table(written)
        return self._tables[written][0]

    def pulse_answer(self) -> PadAnswer | None:
        """What a sensor will answer to pulses, where that is certain."""
        for sensor in self._sensors if self._shortcuts.pulse_answers else ():
            answer = sensor.pulse_answer() if sensor.powered else None
            if answer is not None and (found := self._pads_of(sensor, answer)) is not None:
                return PadAnswer(found.gpio, self._pads[found.gpio].latch, answer, found.pads)
        return None

    def _pads_of(self, sensor: Module, answer: PulseAnswer) -> SensorPads | None:
        if sensor.id not in self._sensor_pads:
            found = find_pads(self._electric, self._pads, self._threshold, sensor, answer)
            self._sensor_pads[sensor.id] = found
        return self._sensor_pads[sensor.id]

    def _line_of(self, target: OneWireTarget) -> PrivateLine | None:
        if target.id not in self._lines:
            line = find_line(self._electric, self._pads, self._threshold, target)
            self._lines[target.id] = line
        return self._lines[target.id]

    def _find_table(self, written: int) -> tuple[ReadTable | None, frozenset[str]]:
        parts: set[str] = set()
        for gpio in range(written.bit_length()):
            if written >> gpio & 1:
                cluster = self._clusters[gpio]
                parts.update(cluster.parts)
                table = find_table(self._electric, self._pads, self._threshold, cluster, written)
                if table is not None:
                    return table, frozenset(parts)
        return None, frozenset(parts)


def _near(netlist: Netlist, target: OneWireTarget) -> tuple[str, ...]:
    cluster = netlist.cluster_of.get(netlist.net(target.id, target.WIRE))
    return cluster.parts if cluster else ()
