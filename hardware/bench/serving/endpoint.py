"""Endpoints: where programs on the host reach a virtual board's serial line.

This file has what the kinds in `pty_endpoint.py`, `socket_endpoint.py` and `pair_endpoint.py`
share. The bench's own loop (`live_bench.py`) drives every endpoint, and none blocks it: what a
client does not read in time is dropped. An endpoint has at most one client and listens on loopback
only.
"""

import os
import socket
from collections.abc import Callable
from time import monotonic
from typing import Protocol

MOST_PENDING = 1 << 17
"""Bytes kept for a client that does not read; more output is dropped."""
TX_TIMEOUT_S = 0.5
"""How long a board waits for a slow client, as USB does on the RP2 (its
MICROPY_HW_USB_CDC_TX_TIMEOUT): a board whose sleeps take no time prints faster than any client
reads."""
CHUNK = 65_536

OnInput = Callable[[bytes], None]


class Endpoint(Protocol):
    """One place where programs reach the serial line."""

    url: str
    closed: bool

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events that the loop must wait for."""

    def lags(self) -> bool:
        """Whether the board must wait a moment for the client to read."""

    def idle_s(self) -> float | None:
        """The loop must call `serve` at least this often; None: only when a descriptor is
        ready."""

    def serve(self) -> None:
        """Do everything that can be done without waiting."""

    def offer(self, data: bytes) -> None:
        """Send output of the board to the client."""

    def set_plugged(self, plugged: bool) -> None:
        """The serial line disappears, and the client sees its end; or it is there again."""

    def close(self) -> None:
        """Close it for good."""


class OutputBuffer:
    """Bytes on their way to a client."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._progress_s = 0.0

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def add(self, data: bytes) -> None:
        """Keep `data`; when the buffer is full, it is lost."""
        if not self._bytes:
            self._progress_s = monotonic()
        # Not cut to fit: the last piece of a flood of output has the answer to the Ctrl-C.
        if len(self._bytes) <= MOST_PENDING:
            self._bytes += data

    def clear(self) -> None:
        """Drop all bytes."""
        self._bytes.clear()

    def write(self, fd: int) -> None:
        """Write what the descriptor takes now. Raises: OSError when it is broken."""
        while self._bytes:
            try:
                del self._bytes[: os.write(fd, self._bytes)]
            except BlockingIOError:
                return
            self._progress_s = monotonic()

    def lags(self) -> bool:
        """Whether the client is behind but still reads: then the board waits for it."""
        return (
            len(self._bytes) > MOST_PENDING // 2 and monotonic() - self._progress_s < TX_TIMEOUT_S
        )


def receive(client: socket.socket) -> bytes | None:
    """What has come; b"" at the end of the connection, None when nothing has come."""
    try:
        return client.recv(CHUNK)
    except BlockingIOError:
        return None
