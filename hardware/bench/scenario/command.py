"""What a command of a scenario is: the base of every file in `commands/`."""

from typing import TYPE_CHECKING, ClassVar, Self

import yaml

from hardware.bench.scenario.nodes import Nodes

if TYPE_CHECKING:
    from hardware.bench.scenario.player import Player


class CommandError(Exception):
    """A command failed; the text says what was seen and what was expected."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.cure = cure


class Command:
    """One command. Subclasses are frozen dataclasses; `KEY` is its key in a step.

    Commands of Wokwi stand in the step itself; ours (`OURS`) under its key `warsha`.
    """

    KEY: ClassVar[str] = ""
    OURS: ClassVar[bool] = False
    EXTRA: ClassVar[tuple[str, ...]] = ()
    """Keys that a Wokwi command takes under `warsha`."""

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        """Reads what stands behind the key. Raises: ScenarioError."""
        raise NotImplementedError

    def extended(self, keys: dict[str, yaml.Node], nodes: Nodes) -> "Command":
        """The same command with the keys of `EXTRA` that were given. Raises: ScenarioError."""
        return self

    def run(self, player: "Player") -> None:
        """Does it. Raises: CommandError, HardwareError."""
        raise NotImplementedError
