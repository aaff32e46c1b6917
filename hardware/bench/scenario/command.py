"""The base class of the commands of a scenario."""

from typing import ClassVar, Self

import yaml

from hardware.bench.scenario.context import CommandContext
from hardware.bench.scenario.nodes import Nodes


class Command:
    """One command. Subclasses are frozen dataclasses; `KEY` is its key in a step.

    A command of Wokwi is in the step itself; ours (`OURS`) are under the step's key `warsha`.
    """

    KEY: ClassVar[str] = ""
    OURS: ClassVar[bool] = False
    EXTRA: ClassVar[tuple[str, ...]] = ()
    """Keys of ours that a Wokwi command takes under `warsha`."""

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        """Read the value of the key. Raises: ScenarioError."""
        raise NotImplementedError

    def extended(self, keys: dict[str, yaml.Node], nodes: Nodes) -> "Command":
        """The same command with the keys of `EXTRA` that the step gives. Raises: ScenarioError."""
        return self

    def run(self, context: CommandContext) -> None:
        """Run the command. Raises: CommandError when it fails, HardwareError for wrong names."""
        raise NotImplementedError
