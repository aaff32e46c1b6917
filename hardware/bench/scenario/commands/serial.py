"""Commands on the serial line: send, and wait for output."""

import re
from dataclasses import dataclass, replace
from typing import Self

import yaml

from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

TAIL = 60
"""Bytes of the last serial output that the message of a failed wait shows."""


@dataclass(frozen=True)
class WriteSerial(Command):
    """Sends bytes to the board's serial input, unchanged."""

    KEY = "write-serial"
    data: bytes

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.bytes(node))

    def run(self, context: CommandContext) -> None:
        context.bench.send(self.data)


@dataclass(frozen=True)
class WaitSerial(Command):
    """Runs until these bytes appear in the serial output; `timeout_ns` is our extension."""

    KEY = "wait-serial"
    EXTRA = ("timeout",)
    data: bytes
    timeout_ns: int | None = None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        return cls(nodes.text(node).encode("utf-8", "surrogatepass"))

    def extended(self, keys: dict[str, yaml.Node], nodes: Nodes) -> Command:
        if "timeout" not in keys:
            return self
        return replace(self, timeout_ns=nodes.duration(keys["timeout"]))

    def run(self, context: CommandContext) -> None:
        """Looks at the output since the last match, or since the last delay."""
        if not context.wait_for_output(re.compile(re.escape(self.data)), self.timeout_ns):
            raise _no_match(context, self.data.decode(errors="replace"))


@dataclass(frozen=True)
class ExpectSerial(Command):
    """Runs until the serial output matches a regular expression (Python), or the time is over."""

    KEY = "expect-serial"
    OURS = True
    match: re.Pattern[bytes]
    timeout_ns: int | None = None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("match", "timeout"), ("match",))
        timeout = nodes.optional(keys, "timeout", nodes.duration)
        return cls(nodes.byte_pattern(keys["match"]), timeout)

    def run(self, context: CommandContext) -> None:
        if not context.wait_for_output(self.match, self.timeout_ns):
            raise _no_match(context, self.match.pattern.decode(errors="replace"))


def _no_match(context: CommandContext, wanted: str) -> CommandError:
    seen = bytes(context.pending[-TAIL:]).decode(errors="replace")
    what = _("{wanted!r} was not received; the last output was {seen!r}")
    return CommandError(what.format(wanted=wanted, seen=seen))
