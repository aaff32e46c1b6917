"""The command that expects transfers on an I2C bus. It is ours."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.decode.i2c import I2cTransfer, i2c
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

MAX_BYTES_SHOWN = 8
"""How many bytes of a transfer a message lists."""


@dataclass(frozen=True)
class ExpectI2c(Command):
    """Expects transfers to an address that the target acknowledged: at least one, or `min`. If
    `write` or `read` is given, only transfers with exactly these bytes count.

    `board` names the board if there are several; for `for` see measure.py.
    """

    KEY = "expect-i2c"
    OURS = True
    address: int
    write: bytes | None
    read_: bytes | None
    minimum: int
    for_ns: int | None
    board: str | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        known = ("address", "write", "read", "min", "for", "board")
        keys = nodes.mapping(node, known, ("address",))
        wrote = nodes.optional(keys, "write", nodes.bytes)
        read = nodes.optional(keys, "read", nodes.bytes)
        minimum = nodes.count(keys["min"]) if "min" in keys else 1
        for_ns = nodes.optional(keys, "for", nodes.duration)
        board = nodes.optional(keys, "board", nodes.text)
        return cls(nodes.count(keys["address"]), wrote, read, minimum, for_ns, board)

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
        if len(found) < self.minimum:
            what = _("{seen} such transfers with 0x{address:02x}, expected {wanted}")
            text = what.format(seen=len(found), address=self.address, wanted=self.minimum)
            raise CommandError(text + (_last(there[-1]) if there else ""))


def _last(transfer: I2cTransfer) -> str:
    """The bytes of a transfer, written as in a scenario."""
    wrote, read = map(_listed, (transfer.written, transfer.read))
    return _("; the last one wrote {wrote} and read {read}").format(wrote=wrote, read=read)


def _listed(data: bytes) -> str:
    shown = ", ".join(f"0x{byte:02x}" for byte in data[:MAX_BYTES_SHOWN])
    return f"[{shown}{', …' if len(data) > MAX_BYTES_SHOWN else ''}]"
