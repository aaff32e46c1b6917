"""Where programs on the host find a virtual board's serial line: what all the ways have in common.
`serve_pty.py`, `serve_socket.py` and `serve_pair.py` are the ways.

Every endpoint is driven by the bench's own loop (`live.py`) and never blocks it: what a client
does not read in time is dropped, and each endpoint has at most one client. All listen on loopback
only.
"""

import os
import socket
from collections.abc import Callable
from time import monotonic
from typing import Protocol

ROOM = 1 << 17
"""Bytes kept for a client that does not read; then output is dropped."""
PATIENCE_S = 0.5
"""So long a board waits for a client that reads slowly, as USB does on the RP2 (its
MICROPY_HW_USB_CDC_TX_TIMEOUT): a board whose sleeps jump prints faster than any client reads."""
CHUNK = 65_536

OnInput = Callable[[bytes], None]


class Endpoint(Protocol):
    """One way to the serial line."""

    url: str
    closed: bool

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events that the loop shall wait for."""

    def lags(self) -> bool:
        """Whether the board shall wait a moment for the client to read."""

    def idle_s(self) -> float | None:
        """The loop must call `serve` at least this often; None: only when a descriptor is
        ready."""

    def serve(self) -> None:
        """Do what can be done without waiting."""

    def offer(self, data: bytes) -> None:
        """Output of the board."""

    def close(self) -> None:
        """Close it for good."""


class Pending:
    """Bytes on their way to a client."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._moved_s = 0.0

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def add(self, data: bytes) -> None:
        """Keep `data`; what comes when ROOM is used up is lost."""
        if not self._bytes:
            self._moved_s = monotonic()
        # Not cut to fit: the piece that ends a flood holds the answer to the Ctrl-C.
        if len(self._bytes) <= ROOM:
            self._bytes += data

    def clear(self) -> None:
        """Forget all."""
        self._bytes.clear()

    def write(self, fd: int) -> None:
        """Write what the descriptor takes. Raises: OSError when it is broken."""
        while self._bytes:
            try:
                del self._bytes[: os.write(fd, self._bytes)]
            except BlockingIOError:
                return
            self._moved_s = monotonic()

    def lags(self) -> bool:
        """Whether the client is behind but still reads: then the board may wait for it."""
        return len(self._bytes) > ROOM // 2 and monotonic() - self._moved_s < PATIENCE_S


def receive(client: socket.socket) -> bytes | None:
    """What has come; b"" at the end of the connection, None when nothing waits."""
    try:
        return client.recv(CHUNK)
    except BlockingIOError:
        return None
