"""The command on what a custom part logs."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.drawing.time_axis import duration
from hardware.bench.parts.common.custom_part import CustomPart
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

LOOK_NS = 1_000_000
"""Period of the checks."""


@dataclass(frozen=True)
class ExpectChipOutput(Command):
    """Runs until a custom part has logged this text, since the last match."""

    KEY = "expect-chip-output"
    text: str

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.text(node))

    def run(self, context: CommandContext) -> None:
        begin, limit = context.bench.now_ns, context.deadline(None)
        while not self._found(context):
            if context.bench.now_ns >= limit:
                what = _("no custom part logged {text!r} within {time}")
                waited = duration(limit - begin)
                raise CommandError(what.format(text=self.text, time=waited))
            context.run(min(context.bench.now_ns + LOOK_NS, limit))

    def _found(self, context: CommandContext) -> bool:
        for part in context.circuit.parts.values():
            if isinstance(part, CustomPart) and self.text in part.unread:
                part.unread = part.unread.partition(self.text)[2]
                return True
        return False
