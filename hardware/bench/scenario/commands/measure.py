"""Commands that measure at pins: edges, pulses, PWM, voltage. All of them are ours.

Each measures in a window of time. `for: 2s` lets 2 s pass and measures in them. Without `for` the
window is the time since the step before this one began.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import yaml

from hardware.bench.drawing.time_axis import duration
from hardware.bench.protocol.records import Times
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

NS = 1e9


@dataclass(frozen=True)
class WatchedPin:
    """A pin, and how long it is measured (None: since the step before began)."""

    part: str
    pin: str
    for_ns: int | None

    def __str__(self) -> str:
        return f"{self.part}:{self.pin}"


PLACE = ("part-id", "pin", "for")


def _place(keys: dict[str, yaml.Node], nodes: Nodes) -> WatchedPin:
    for_ns = nodes.optional(keys, "for", nodes.duration)
    return WatchedPin(nodes.text(keys["part-id"]), nodes.text(keys["pin"]), for_ns)


@dataclass(frozen=True)
class ExpectEdges(Command):
    """Expects a number of edges (rising, falling or any): at least `min`, at most `max`."""

    KEY = "expect-edges"
    OURS = True
    place: WatchedPin
    edge: str
    minimum: int
    maximum: int

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        known = (*PLACE, "edge", "count", "min", "max")
        keys = nodes.mapping(node, known, PLACE[:2])
        edge = nodes.text(keys["edge"]) if "edge" in keys else "any"
        if edge not in ("rising", "falling", "any"):
            wrong = _("{value!r} is not an edge").format(value=edge)
            raise nodes.fail(keys["edge"], wrong, _("Write rising, falling or any."))
        if not {"count", "min", "max"} & set(keys):
            what = _("count, min and max are missing")
            raise nodes.fail(node, what, _("Add {sample}.").format(sample="count: 10"))
        minimum = nodes.count(keys.get("min") or keys["count"]) if _any(keys, "min") else 0
        maximum = nodes.count(keys.get("max") or keys["count"]) if _any(keys, "max") else 2**31
        return cls(_place(keys, nodes), edge, minimum, maximum)

    def run(self, context: CommandContext) -> None:
        window = context.window(self.place.for_ns)
        edges = context.edges(self.place.part, self.place.pin, window)
        times = {"rising": edges.rising(), "falling": edges.falling(), "any": edges.t_ns[1:]}
        seen = len(window.within(times[self.edge]))
        if not self.minimum <= seen <= self.maximum:
            wanted = (
                f"{self.minimum} …" + (f" {self.maximum}" if self.maximum < 2**31 else "")
                if self.maximum != self.minimum
                else str(self.minimum)
            )
            what = _("{pin} had {seen} edges, expected {wanted}")
            raise CommandError(what.format(pin=self.place, seen=seen, wanted=wanted))


def _any(keys: dict[str, yaml.Node], bound: str) -> bool:
    return bound in keys or "count" in keys


@dataclass(frozen=True)
class ExpectPulse(Command):
    """Expects a pulse of this level and width; `tolerance` is in percent (default 5)."""

    KEY = "expect-pulse"
    OURS = True
    place: WatchedPin
    level: bool
    width_ns: int
    tolerance: float

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        known = (*PLACE, "value", "width", "tolerance")
        keys = nodes.mapping(node, known, (*PLACE[:2], "value", "width"))
        level, width = nodes.level(keys["value"]), nodes.duration(keys["width"])
        return cls(_place(keys, nodes), level, width, _tolerance(keys, nodes))

    def run(self, context: CommandContext) -> None:
        window = context.window(self.place.for_ns)
        edges = context.edges(self.place.part, self.place.pin, window)
        starts = window.within(edges.rising() if self.level else edges.falling())
        ends = edges.falling() if self.level else edges.rising()
        after = np.searchsorted(ends, starts, side="right")
        whole = after < len(ends)
        widths = ends[after[whole]] - starts[whole]
        if not (abs(widths - self.width_ns) <= self.tolerance * self.width_ns).any():
            nearest = _nearest(widths, self.width_ns)
            what = _("{pin} had no pulse of {wanted}; the nearest was {seen}")
            wanted = duration(self.width_ns)
            raise CommandError(what.format(pin=self.place, wanted=wanted, seen=nearest))


def _nearest(widths: Times, wanted_ns: int) -> str:
    if not len(widths):
        return "–"
    return duration(int(widths[np.argmin(abs(widths - wanted_ns))]))


@dataclass(frozen=True)
class ExpectPwm(Command):
    """Expects PWM or similar pulses with this mean frequency (or period) and duty cycle."""

    KEY = "expect-pwm"
    OURS = True
    place: WatchedPin
    frequency_hz: float | None
    duty: float | None
    tolerance: float

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, (*PLACE, "frequency", "period", "duty", "tolerance"), PLACE[:2])
        frequency = duty = None
        if "frequency" in keys:
            frequency = nodes.quantity(keys["frequency"], "Hz")
        elif "period" in keys:
            frequency = NS / max(1, nodes.duration(keys["period"]))
        if "duty" in keys:
            duty = nodes.quantity(keys["duty"], "%")
        if frequency is None and duty is None:
            what = _("neither frequency, period nor duty")
            raise nodes.fail(node, what, _("Add {sample}.").format(sample="duty: 50%"))
        return cls(_place(keys, nodes), frequency, duty, _tolerance(keys, nodes))

    def run(self, context: CommandContext) -> None:
        seen = context.pulses(self.place.part, self.place.pin, context.window(self.place.for_ns))
        off = self.frequency_hz is not None and (
            seen is None or abs(seen.hz - self.frequency_hz) > self.tolerance * self.frequency_hz
        )
        off |= self.duty is not None and (
            seen is None or abs(seen.duty * 100 - self.duty) > self.tolerance * 100
        )
        if off:
            what = _("{pin} had {seen}, expected {wanted}")
            measured = _("no pulses") if seen is None else _pwm_text(seen.hz, seen.duty * 100)
            wanted = _pwm_text(self.frequency_hz, self.duty)
            raise CommandError(what.format(pin=self.place, seen=measured, wanted=wanted))


def _pwm_text(hz: float | None, duty: float | None) -> str:
    parts = [] if hz is None else [f"{hz:.4g} Hz"]
    return ", ".join(parts + ([] if duty is None else [f"{duty:.3g} %"]))


@dataclass(frozen=True)
class ExpectVoltage(Command):
    """Expects a voltage at a pin now; `tolerance` is in volts (default 0.05 V)."""

    KEY = "expect-voltage"
    OURS = True
    part: str
    pin: str
    volts: float
    tolerance: float

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "pin", "value")
        keys = nodes.mapping(node, (*needed, "tolerance"), needed)
        off = nodes.quantity(keys["tolerance"], "V") if "tolerance" in keys else 0.05
        place = (nodes.text(keys["part-id"]), nodes.text(keys["pin"]))
        return cls(*place, nodes.quantity(keys["value"], "V"), off)

    def run(self, context: CommandContext) -> None:
        volts = context.volts(self.part, self.pin)
        if abs(volts - self.volts) > self.tolerance:
            what = _("{pin} is at {seen}, expected {wanted}")
            seen, wanted = f"{volts:.3g} V", f"{self.volts:.3g} V"
            raise CommandError(
                what.format(pin=f"{self.part}:{self.pin}", seen=seen, wanted=wanted)
            )


def _tolerance(keys: dict[str, yaml.Node], nodes: Nodes) -> float:
    return nodes.quantity(keys["tolerance"], "%") / 100 if "tolerance" in keys else 0.05
