"""Commands on a USB-to-serial adapter: send bytes to a board's UART, and wait for bytes from it.
Both are ours."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.parts.usb_serial import KEPT, usb_serial
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

LOOK_NS = 1_000_000
"""Period of the checks."""
SHOWN = 20
"""Bytes that the message of a failed wait shows."""


@dataclass(frozen=True)
class WriteUart(Command):
    """The adapter begins to send these bytes."""

    KEY = "write-uart"
    OURS = True
    part: str
    data: bytes

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", "bytes"), ("part-id", "bytes"))
        return cls(nodes.text(keys["part-id"]), nodes.bytes(keys["bytes"]))

    def run(self, context: CommandContext) -> None:
        usb_serial(context.circuit.parts, self.part).uart_send(self.data)


@dataclass(frozen=True)
class ExpectUart(Command):
    """Runs until these bytes have come to the adapter, since the last match."""

    KEY = "expect-uart"
    OURS = True
    part: str
    data: bytes
    timeout_ns: int | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", "bytes", "timeout"), ("part-id", "bytes"))
        timeout_ns = nodes.optional(keys, "timeout", nodes.duration)
        data = nodes.bytes(keys["bytes"])
        if not 0 < len(data) <= KEPT:
            cure = _("Write from 1 to {most} bytes.").format(most=KEPT)
            raise nodes.fail(keys["bytes"], _("there are no bytes, or too many"), cure)
        return cls(nodes.text(keys["part-id"]), data, timeout_ns)

    def run(self, context: CommandContext) -> None:
        adapter = usb_serial(context.circuit.parts, self.part)
        limit = context.deadline(self.timeout_ns)
        while self.data not in adapter.unread:
            if context.bench.now_ns >= limit:
                what = _("{wanted} did not come to {part}; there came: {got}")
                got = adapter.unread[-SHOWN:].hex(" ") or "-"
                wanted = self.data.hex(" ")
                raise CommandError(what.format(wanted=wanted, part=repr(self.part), got=got))
            context.run(min(context.bench.now_ns + LOOK_NS, limit))
        adapter.unread = adapter.unread.partition(self.data)[2]
