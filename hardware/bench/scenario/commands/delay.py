"""The command that lets time pass."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.scenario.command import Command, CommandContext
from hardware.bench.scenario.nodes import Nodes


@dataclass(frozen=True)
class Delay(Command):
    """Lets virtual time pass. Later waits ignore the serial output of that time."""

    KEY = "delay"
    ns: int

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.duration(node))

    def run(self, context: CommandContext) -> None:
        context.wait(self.ns)
        context.pending.clear()
