"""Let time pass."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import yaml

from hardware.bench.scenario.command import Command
from hardware.bench.scenario.nodes import Nodes

if TYPE_CHECKING:
    from hardware.bench.scenario.player import Player


@dataclass(frozen=True)
class Delay(Command):
    """Let virtual time pass; serial output that came meanwhile counts for no later wait."""

    KEY = "delay"
    ns: int

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.duration(node))

    def run(self, player: "Player") -> None:
        player.wait(self.ns)
        player.pending.clear()
