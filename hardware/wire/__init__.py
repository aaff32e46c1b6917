"""The wire to a board: a port of bytes, the REPL's control bytes on it, and the board above
both."""

from hardware.wire.board import Board
from hardware.wire.port import Port, open_port

__all__ = ["Board", "Port", "open_port"]
