"""A virtual board's serial line on a TCP port: bare, or as RFC 2217."""

import errno
import select
import socket
from collections.abc import Callable

from hardware.bench.serving.endpoint import OnInput, OutputBuffer, receive
from hardware.bench.serving.rfc2217 import OnModemLines, Rfc2217Server
from hardware.i18n import _
from hardware.wire.loopback import LOOPBACK

KERNEL_BYTES = 32_768


def listener(
    port: int, host: str = LOOPBACK, family: socket.AddressFamily = socket.AF_INET
) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises: OSError, also when the number is no
    port."""
    if not 0 <= port < 1 << 16:
        raise OSError(errno.EINVAL, _("a port is a number from 0 to 65535"))
    return socket.create_server((host, port), family=family)


class SocketEndpoint:
    """A TCP port on loopback: the bare line (`socket://`), or with `on_modem_lines` RFC 2217
    (`rfc2217://`)."""

    def __init__(
        self,
        on_input: OnInput,
        on_modem_lines: OnModemLines | None = None,
        port: int = 0,
        on_left: Callable[[], None] = lambda: None,
        on_baud: Callable[[int], None] = lambda baud: None,
    ) -> None:
        """Listen; port 0 takes a free one. `on_left` is called when the client has left, `on_baud`
        when it sets its rate. Raises: OSError when the port is taken."""
        self._listener = listener(port)
        self._listener.setblocking(False)
        scheme = "rfc2217" if on_modem_lines else "socket"
        self.url = f"{scheme}://{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._on_input = on_input
        self._on_modem_lines = on_modem_lines
        self._on_left = on_left
        self._on_baud = on_baud
        self._client: socket.socket | None = None
        self._telnet: Rfc2217Server | None = None
        self._pending = OutputBuffer()
        self._plugged = True
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
        """Serve the client, then accept the next one, which may wait for the first to leave."""
        self._serve_client()
        try:
            client, _address = self._listener.accept()
        except BlockingIOError:
            return
        self._serve_client()  # it may have left just before this one came
        if self._client or not self._plugged:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The answer to a Ctrl-C comes after all that the kernel buffers, which would be
        # megabytes.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self._client = client
        lines = self._on_modem_lines
        self._telnet = Rfc2217Server(lines, self._on_baud) if lines else None
        self._serve_client()

    def _serve_client(self) -> None:
        try:
            while self._client and (data := receive(self._client)) is not None:
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
        if telnet := self._telnet:
            data = telnet.decode(data)
            if self._telnet is telnet:  # a line that disappears has no client any more
                self._pending.add(telnet.replies())
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
            if self._plugged and not self.closed:
                self._on_left()

    def set_plugged(self, plugged: bool) -> None:
        """See `Endpoint`. Without a line, who connects is sent away."""
        self._plugged = plugged
        if not plugged:
            self._drop()

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        self._drop()
        self._listener.close()
