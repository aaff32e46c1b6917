"""What went over the I2C bus. Ours."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.decode.i2c import I2cTransfer, i2c
from hardware.bench.scenario.command import Command
from hardware.bench.scenario.context import CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

MOST_SHOWN = 8
"""Bytes of a transfer that a message lists."""


@dataclass(frozen=True)
class ExpectI2c(Command):
    """Transfers with an address that were answered: at least one, or `min`, that wrote these bytes
    or read these, if that is asked.

    `board` names the board where there are several; `for` as in measured.py.
    """

    KEY = "expect-i2c"
    OURS = True
    address: int
    write: bytes | None
    read_: bytes | None
    least: int
    for_ns: int | None
    board: str | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        known = ("address", "write", "read", "min", "for", "board")
        keys = nodes.mapping(node, known, ("address",))
        wrote = nodes.bytes(keys["write"]) if "write" in keys else None
        read = nodes.bytes(keys["read"]) if "read" in keys else None
        least = nodes.count(keys["min"]) if "min" in keys else 1
        for_ns = nodes.duration(keys["for"]) if "for" in keys else None
        board = nodes.text(keys["board"]) if "board" in keys else None
        return cls(nodes.count(keys["address"]), wrote, read, least, for_ns, board)

    def run(self, context: CommandContext) -> None:
        window = context.window(self.for_ns)
        there = [
            transfer
            for transfer in i2c(context.trace(self.board))
            if transfer.address == self.address
            and transfer.found
            and window.begin_ns <= transfer.t_ns < window.end_ns
        ]
        found = [
            transfer
            for transfer in there
            if self.write in (None, transfer.written) and self.read_ in (None, transfer.read)
        ]
        if len(found) < self.least:
            what = _("{seen} such transfers with 0x{address:02x}, expected {wanted}")
            told = what.format(seen=len(found), address=self.address, wanted=self.least)
            raise CommandError(told + (_last(there[-1]) if there else ""))


def _last(transfer: I2cTransfer) -> str:
    """The bytes that went over the bus, as one writes them in a scenario."""
    wrote, read = map(_listed, (transfer.written, transfer.read))
    return _("; the last one wrote {wrote} and read {read}").format(wrote=wrote, read=read)


def _listed(data: bytes) -> str:
    shown = ", ".join(f"0x{byte:02x}" for byte in data[:MOST_SHOWN])
    return f"[{shown}{', …' if len(data) > MOST_SHOWN else ''}]"
