"""Commands on controls and pins: set a control, expect a level, wait for a level."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.drawing.time_axis import duration
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

LOOK_NS = 1_000_000
"""Period of the checks of `wait-pin`. It measures no times, so this is often enough."""


@dataclass(frozen=True)
class SetControlCommand(Command):
    """Set a control of a part."""

    KEY = "set-control"
    part: str
    control: str
    value: float

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = _named(node, "control", nodes)
        value = nodes.number(keys["value"])
        return cls(nodes.text(keys["part-id"]), nodes.text(keys["control"]), value)

    def run(self, context: CommandContext) -> None:
        context.bench.control(self.part, self.control, self.value)


@dataclass(frozen=True)
class SetWaveCommand(Command):
    """Let a control of a part follow a sine from now on; an amplitude of 0 ends it."""

    KEY = "set-wave"
    OURS = True
    part: str
    control: str
    hertz: float
    amplitude: float
    degrees: float = 0.0

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "control", "frequency", "amplitude")
        keys = nodes.mapping(node, (*needed, "phase"), needed)
        return cls(
            nodes.text(keys["part-id"]),
            nodes.text(keys["control"]),
            nodes.quantity(keys["frequency"], "Hz"),
            nodes.number(keys["amplitude"]),
            nodes.optional(keys, "phase", nodes.number) or 0.0,
        )

    def run(self, context: CommandContext) -> None:
        swing = (self.hertz, self.amplitude)
        context.bench.wave(self.part, self.control, *swing, degrees=self.degrees)


@dataclass(frozen=True)
class ExpectPin(Command):
    """Expects a level at a pin now."""

    KEY = "expect-pin"
    part: str
    pin: str
    value: bool

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = _named(node, "pin", nodes)
        level = nodes.level(keys["value"])
        return cls(nodes.text(keys["part-id"]), nodes.text(keys["pin"]), level)

    def run(self, context: CommandContext) -> None:
        level = context.circuit.level_of(self.part, self.pin)
        if level != self.value:
            what = _("{pin} is {level:d}, expected {wanted:d}")
            pin = f"{self.part}:{self.pin}"
            raise CommandError(what.format(pin=pin, level=level, wanted=self.value))


@dataclass(frozen=True)
class WaitPin(Command):
    """Runs until a pin has a level, checked each millisecond, or the time is over."""

    KEY = "wait-pin"
    OURS = True
    part: str
    pin: str
    value: bool
    timeout_ns: int | None = None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "pin", "value")
        keys = nodes.mapping(node, (*needed, "timeout"), needed)
        timeout = nodes.optional(keys, "timeout", nodes.duration)
        place = (nodes.text(keys["part-id"]), nodes.text(keys["pin"]))
        return cls(*place, nodes.level(keys["value"]), timeout)

    def run(self, context: CommandContext) -> None:
        begin, limit = context.bench.now_ns, context.deadline(self.timeout_ns)
        while context.circuit.level_of(self.part, self.pin) != self.value:
            if context.bench.now_ns >= limit:
                what = _("{pin} did not become {wanted:d} within {time}")
                pin, waited = f"{self.part}:{self.pin}", duration(limit - begin)
                raise CommandError(what.format(pin=pin, wanted=self.value, time=waited))
            context.run(min(context.bench.now_ns + LOOK_NS, limit))


def _named(node: yaml.Node, what: str, nodes: Nodes) -> dict[str, yaml.Node]:
    """The keys `part-id`, `value`, and the pin or control (the key `name` in newer files)."""
    keys = nodes.mapping(node, ("part-id", what, "name", "value"), ("part-id", "value"))
    if (what in keys) == ("name" in keys):
        wrong = _("{key} is given twice or not at all").format(key=what)
        raise nodes.fail(node, wrong, _("Write one {key}.").format(key=what))
    return {what: keys.get("name", node)} | keys
