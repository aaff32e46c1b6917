"""The process that speaks the server's side of one TLS connection (`firmware/tls_server`).

Trust boundary: what a board sends is read by a C library. It runs in a process of its own, which
can only read, write and exit.
"""

import contextlib
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from hardware.bench.network.tls.certificates import failed, not_built
from hardware.i18n import reason
from hardware.paths import tls_server_program

if TYPE_CHECKING:
    pass

HEAD = struct.Struct("<cI")
MOST_BYTES, MOST_MESSAGES = 65_536, 1_000
NOTHING: dict[str, str] = {}
ANSWER_S = 60.0
"""For how long the process may work at one message: longer, and it has failed."""


class TlsMessage(NamedTuple):
    """A message of the process; its kinds are listed in `firmware/tls_server/main.c`."""

    kind: bytes
    data: bytes


class TlsServerProcess:
    """One process, from the first byte of a connection to its end.

    `certificate` gives the packed certificate for the name that the client asks for.
    """

    def __init__(self, seed: bytes, certificate: Callable[[bytes], bytes]) -> None:
        import subprocess  # a bench without TLS does not need it

        self._certificate = certificate
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [tls_server_program()],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env=NOTHING,
            )
        except FileNotFoundError as error:
            self._socket.close()
            raise not_built() from error
        except OSError as error:
            self._socket.close()
            raise failed(reason(error)) from error
        finally:
            theirs.close()
        self.exchange(b"S", seed)

    def exchange(self, kind: bytes, data: bytes) -> list[TlsMessage]:
        """Send a message; returns what it leads to.

        Raises: BenchError when the process has ended or does not answer. That is this machine's
        fault: what a client sends makes the process say that the connection has failed.
        """
        found = []
        try:
            self._send(kind, data)
            while (message := self._receive()).kind != b"d":
                if message.kind == b"n":
                    self._send(b"K", self._certificate(message.data))
                else:
                    found.append(message)
                if len(found) > MOST_MESSAGES:
                    raise ConnectionError("too many messages")
        except OSError as error:
            self.close()
            raise failed(str(error)) from error
        return found

    def close(self) -> None:
        """End the process; the second time nothing happens."""
        self._socket.close()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()

    def _send(self, kind: bytes, data: bytes) -> None:
        self._socket.sendall(HEAD.pack(kind, len(data)) + data)

    def _receive(self) -> TlsMessage:
        kind, length = HEAD.unpack(self._whole(HEAD.size))
        if length > MOST_BYTES:
            raise ConnectionError("a message that is too long")
        return TlsMessage(kind, self._whole(length))

    def _whole(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._socket.recv(count - len(parts))
            if not part:
                raise ConnectionError("it has ended")
            parts += part
        return bytes(parts)
