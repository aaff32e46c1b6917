"""Commands for what must not happen. All of them are ours."""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
import yaml

from hardware.bench.drawing.time_axis import duration
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _


@dataclass(frozen=True)
class NeverSerial(Command):
    """The serial output must not match this regular expression, during `for` or since the step
    before began."""

    KEY = "never-serial"
    OURS = True
    match: re.Pattern[str]
    for_ns: int | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("match", "for"), ("match",))
        for_ns = nodes.optional(keys, "for", nodes.duration)
        return cls(nodes.pattern(keys["match"]), for_ns)

    def run(self, context: CommandContext) -> None:
        window = context.window(self.for_ns)
        log = context.trace(None).serial()
        first, last = np.searchsorted(log.t_ns, window)
        if found := self.match.search(log.data[first:last].decode(errors="replace")):
            raise CommandError(_("the board printed {text!r}").format(text=found[0]))


@dataclass(frozen=True)
class NeverPin(Command):
    """A pin must not have this level, during `for` or since the step before began."""

    KEY = "never-pin"
    OURS = True
    part: str
    pin: str
    value: bool
    for_ns: int | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "pin", "value")
        keys = nodes.mapping(node, (*needed, "for"), needed)
        for_ns = nodes.optional(keys, "for", nodes.duration)
        place = (nodes.text(keys["part-id"]), nodes.text(keys["pin"]))
        return cls(*place, nodes.level(keys["value"]), for_ns)

    def run(self, context: CommandContext) -> None:
        window = context.window(self.for_ns)
        edges = context.edges(self.part, self.pin, window)
        times = window.within(edges.rising() if self.value else edges.falling())
        at_once = edges.level_at(window.begin_ns) == self.value
        if at_once or len(times):
            t_ns = window.begin_ns if at_once else int(times[0])
            what = _("{pin} was {level:d} at {at}")
            pin = f"{self.part}:{self.pin}"
            raise CommandError(what.format(pin=pin, level=self.value, at=duration(t_ns)))


@dataclass(frozen=True)
class NeverFault(Command):
    """No electrical fault and no end of the board, during `for` or since the step before."""

    KEY = "never-fault"
    OURS = True
    for_ns: int | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("for",))
        return cls(nodes.optional(keys, "for", nodes.duration))

    def run(self, context: CommandContext) -> None:
        window = context.window(self.for_ns)
        for fault in context.circuit.faults():
            if window.begin_ns <= fault.t_ns < window.end_ns:
                what = _("a fault at {at}: {what}")
                raise CommandError(what.format(at=duration(fault.t_ns), what=fault))
