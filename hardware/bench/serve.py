"""Where programs on the host find a virtual board's serial line: a socket, RFC 2217, or a pair in
this process (`terminal.py` has the pty).

Every endpoint is driven by the bench's own loop (`live.py`) and never blocks it: what a client
does not read in time is dropped, and each endpoint has at most one client. All listen on loopback
only.
"""

import os
import select
import socket
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from hardware.bench.rfc2217 import Lines, Rfc2217

ROOM = 1 << 17
"""Bytes kept for a client that does not read; then output is dropped."""
PATIENCE_S = 0.5
"""So long a board waits for a client that reads slowly, as USB does on the RP2 (its
MICROPY_HW_USB_CDC_TX_TIMEOUT): a board whose sleeps jump prints faster than any client reads."""
CHUNK = 65_536
KERNEL_BYTES = 32_768
LOOPBACK = "127.0.0.1"

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


class PairEndpoint:
    """The line for a program in this process; `theirs` is its end, a non-blocking socket."""

    def __init__(self, on_input: OnInput) -> None:
        self.url = ""
        self.theirs, self._ours = socket.socketpair()
        self._ours.setblocking(False)
        self._on_input = on_input
        self._pending = Pending()
        self.closed = False

    def watch(self) -> list[tuple[int, int]]:
        """See `Endpoint`."""
        if self.closed:
            return []
        return [(self._ours.fileno(), select.POLLIN | (select.POLLOUT if self._pending else 0))]

    def lags(self) -> bool:
        """See `Endpoint`."""
        return self._pending.lags()

    def idle_s(self) -> float | None:
        """See `Endpoint`."""
        return None

    def serve(self) -> None:
        """See `Endpoint`."""
        try:
            while not self.closed and (data := _receive(self._ours)) is not None:
                if not data:
                    self.close()
                    return
                self._on_input(data)
            self._flush()
        except OSError:
            self.close()

    def _flush(self) -> None:
        try:
            if not self.closed:
                self._pending.write(self._ours.fileno())
        except OSError:
            self.close()

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        if not self.closed:
            self._pending.add(data)
            self._flush()

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        self._ours.close()


class SocketEndpoint:
    """A TCP port on loopback: the bare line (`socket://`), or with `on_lines` RFC 2217."""

    def __init__(self, on_input: OnInput, on_lines: Lines | None = None, port: int = 0) -> None:
        """Raises: OSError when the port is taken; 0 takes a free one."""
        self._listener = socket.create_server((LOOPBACK, port))
        self._listener.setblocking(False)
        scheme = "rfc2217" if on_lines else "socket"
        self.url = f"{scheme}://{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._on_input = on_input
        self._on_lines = on_lines
        self._client: socket.socket | None = None
        self._telnet: Rfc2217 | None = None
        self._pending = Pending()
        self.closed = False

    def watch(self) -> list[tuple[int, int]]:
        """See `Endpoint`."""
        fds = [(self._listener.fileno(), select.POLLIN)]
        if self._client:
            out = select.POLLOUT if self._pending else 0
            fds.append((self._client.fileno(), select.POLLIN | out))
        return fds

    def lags(self) -> bool:
        """See `Endpoint`."""
        return self._pending.lags()

    def idle_s(self) -> float | None:
        """See `Endpoint`."""
        return None

    def serve(self) -> None:
        """The client first: one that left makes room for the next, who may be waiting already."""
        self._serve_client()
        try:
            newcomer, _address = self._listener.accept()
        except BlockingIOError:
            return
        if self._client:
            newcomer.close()
            return
        newcomer.setblocking(False)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # What the kernel keeps must be read before the answer to a Ctrl-C: it would keep
        # megabytes.
        newcomer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self._client = newcomer
        self._telnet = Rfc2217(self._on_lines) if self._on_lines else None
        self._serve_client()

    def _serve_client(self) -> None:
        try:
            while self._client and (data := _receive(self._client)) is not None:
                if not data:
                    self._drop()
                    return
                self._take(data)
        except OSError:
            self._drop()
        self._flush()

    def _flush(self) -> None:
        try:
            if self._client:
                self._pending.write(self._client.fileno())
        except OSError:
            self._drop()

    def _take(self, data: bytes) -> None:
        if self._telnet:
            data = self._telnet.decode(data)
            self._pending.add(self._telnet.replies())
        if data:
            self._on_input(data)

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        if self._client:
            self._pending.add(self._telnet.encode(data) if self._telnet else data)
            self._flush()

    def _drop(self) -> None:
        if self._client:
            self._client.close()
        self._client = self._telnet = None
        self._pending.clear()

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        self._drop()
        self._listener.close()


def _receive(client: socket.socket) -> bytes | None:
    """What has come; b"" at the end of the connection, None when nothing waits."""
    try:
        return client.recv(CHUNK)
    except BlockingIOError:
        return None
