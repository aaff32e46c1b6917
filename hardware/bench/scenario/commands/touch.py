"""Commands on touch displays: a tap, and its pieces. Coordinates are those of the controller."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.scenario.command import Command, CommandContext
from hardware.bench.scenario.nodes import Nodes
from hardware.errors import HardwareError
from hardware.i18n import _

TAP_NS = 50_000_000
TOUCHED, X, Y = "touched", "touchX", "touchY"
"""The controls of a touch display."""


@dataclass(frozen=True)
class TouchPress(Command):
    """A finger touches a place, and stays."""

    KEY = "touch-press"
    part: str
    x: float
    y: float

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", "x", "y"), ("part-id", "x", "y"))
        return cls(nodes.text(keys["part-id"]), nodes.number(keys["x"]), nodes.number(keys["y"]))

    def run(self, context: CommandContext) -> None:
        _check(context, self.part)
        self.move(context)
        context.bench.control(self.part, TOUCHED, 1)

    def move(self, context: CommandContext) -> None:
        """Only moves the place."""
        context.bench.control(self.part, X, self.x)
        context.bench.control(self.part, Y, self.y)


@dataclass(frozen=True)
class TouchMove(TouchPress):
    """The finger that touches moves to a place."""

    KEY = "touch-move"

    def run(self, context: CommandContext) -> None:
        _check(context, self.part)
        self.move(context)


@dataclass(frozen=True)
class TouchRelease(Command):
    """The finger is taken away."""

    KEY = "touch-release"
    part: str

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.text(nodes.mapping(node, ("part-id",), ("part-id",))["part-id"]))

    def run(self, context: CommandContext) -> None:
        _check(context, self.part)
        context.bench.control(self.part, TOUCHED, 0)


@dataclass(frozen=True)
class Tap(Command):
    """A tap: a finger touches a place for a duration. With `wait` the step lasts as long."""

    KEY = "touch"
    press: TouchPress
    duration_ns: int = TAP_NS
    waits: bool = False

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "x", "y")
        keys = nodes.mapping(node, (*needed, "duration", "wait"), needed)
        place = nodes.number(keys["x"]), nodes.number(keys["y"])
        duration_ns = nodes.optional(keys, "duration", nodes.duration)
        return cls(
            TouchPress(nodes.text(keys["part-id"]), *place),
            TAP_NS if duration_ns is None else duration_ns,
            bool(nodes.optional(keys, "wait", nodes.value)),
        )

    def run(self, context: CommandContext) -> None:
        self.press.run(context)
        end_ns = context.bench.now_ns + self.duration_ns
        context.bench.control(self.press.part, TOUCHED, 0, end_ns)
        if self.waits:
            context.wait(self.duration_ns)


def _check(context: CommandContext, part_id: str) -> None:
    """Raises: HardwareError when it is no part that can be touched."""
    if not {TOUCHED, X, Y} <= context.part(part_id).CONTROLS.keys():
        what = _("part {part} cannot be touched").format(part=repr(part_id))
        raise HardwareError(what, _("Name a display with a touch controller."))
