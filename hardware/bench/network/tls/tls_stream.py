"""A connection with TLS, as a server of the bench sees it: only the bytes on the way differ."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hardware.bench.network.tcp.stream import NO_USER, WINDOW, Stream, StreamUser

if TYPE_CHECKING:
    from hardware.bench.network.tls.server_process import TlsServerProcess


class TlsStream:
    """The server's end of a TLS connection: a `Stream` for the server, the `StreamUser` of the TCP
    connection below."""

    def __init__(
        self, end: Stream, process: TlsServerProcess, on_end: Callable[[], object]
    ) -> None:
        self.user: StreamUser = NO_USER
        self._end = end
        self._process = process
        self._on_end = on_end
        self._ready = False
        """The handshake is over."""
        self._unsent = b""
        """Enciphered bytes for which TCP had no room."""
        self._refused = self._finishing = self._over = False

    # -- for the server -------------------------------------------------------------------------

    @property
    def peer(self) -> Any:
        """The host at the other end."""
        return self._end.peer

    @property
    def is_open(self) -> bool:
        """Whether `send` may take bytes."""
        return self._ready and not self._over and self._end.is_open

    def send(self, data: bytes) -> int:
        """As `Stream`."""
        if not self.is_open or self._finishing or self._unsent or not data:
            self._refused = bool(data)
            return 0
        count = min(len(data), WINDOW)
        self._refused = count < len(data)
        self._talk(b"P", data[:count])
        return count

    def consumed(self, count: int) -> None:
        """As `Stream`. TCP was told when the bytes were deciphered."""

    def finish(self) -> None:
        """As `Stream`; the client is told by TLS first (close_notify)."""
        if not self._finishing and not self._over:
            self._finishing = True
            self._talk(b"E", b"")

    def close(self) -> None:
        """As `Stream`."""
        self.user = NO_USER
        self.finish()

    def reset(self) -> None:
        """As `Stream`."""
        self._end.reset()
        self.end()

    # -- of the TCP connection ------------------------------------------------------------------

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        end.consumed(len(data))
        if not self._over:
            self._talk(b"C", data)

    def finished(self, end: Stream) -> None:
        if not self._over:
            self.user.finished(self)
        self._flush()
        self._end.finish()
        self.end()

    def broken(self, end: Stream, error: int) -> None:
        if not self._over:
            self.end()
            self.user.broken(self, error)

    def writable(self, end: Stream) -> None:
        self._flush()
        if self._refused and not self._unsent and self.is_open:
            self._refused = False
            self.user.writable(self)

    def end(self) -> None:
        """The connection is over: the process ends."""
        if not self._over:
            self._over = True
            self._process.close()
            self._on_end()

    # -- inside ---------------------------------------------------------------------------------

    def _talk(self, kind: bytes, data: bytes) -> None:
        error = False
        said: list[bytes] = []
        is_last = False
        for message in self._process.exchange(kind, data):
            match message.kind:
                case b"c":
                    self._unsent += message.data
                case b"o":
                    self._ready = True
                case b"p":
                    said.append(message.data)
                case b"e":
                    is_last = True
                case b"x":
                    error = True
        self._flush()
        for text in said:
            self.user.received(self, text)
        if error and not self._over:
            self._end.finish()  # the alert that TLS has sent arrives before
            self.end()
            self.user.broken(self, errno.ECONNRESET)
        elif is_last and not self._over:
            self.user.finished(self)

    def _flush(self) -> None:
        if self._unsent:
            self._unsent = self._unsent[self._end.send(self._unsent) :]
        if self._finishing and not self._unsent:
            self._end.finish()
