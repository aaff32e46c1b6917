"""The port to a virtual board in this process."""

import select
import socket
from collections.abc import Callable

from hardware.wire.port import CHUNK, lost


class PairPort:
    """A `Port` on one end of a socket pair, whose other end a bench in this process holds."""

    def __init__(
        self, end: socket.socket, url: str, reset: Callable[[], None], closed: Callable[[], None]
    ) -> None:
        """`reset` is the reset button; `closed` is told when the port is given back."""
        self.name = url
        self._end = end
        self._reset = reset
        self._closed = closed

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        try:
            ready, _w, _x = select.select([self._end], [], [], timeout_s)
            data = self._end.recv(CHUNK) if ready else b""
        except (OSError, ValueError) as error:  # ValueError: closed here
            raise lost(self.name) from error
        if ready and not data:
            raise lost(self.name)
        return data

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        try:
            self._end.sendall(data)
        except OSError as error:
            raise lost(self.name) from error

    def pulse_reset(self) -> bool:
        """See `Port.pulse_reset`."""
        self._reset()
        return True

    def close(self) -> None:
        """See `Port.close`."""
        self._end.close()
        self._closed()
