"""Ports over sockets: a TCP connection, RFC 2217 on one, and a virtual board in this process.

They replace pyserial's `socket://` and `rfc2217://`, which put every single byte into a queue (at
best 0.1 MB/s), do not work with `select`, and sleep 0.3 s in `close` and 0.05 s at each change of
a setting.
"""

import select
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from hardware.errors import BoardNotFound, BoardTimeout
from hardware.i18n import _
from hardware.wire import telnet
from hardware.wire.port import (
    CHUNK,
    RESET_PULSE_S,
    Deadline,
    busy,
    lost,
    no_address,
    not_there,
    turned_away,
)

CONNECT_S = 5.0
ANSWER_S = 3.0
REFUSAL_S = 0.02
"""TCP connects also to a server that has a client already, and closes the connection then."""


class _ConnectedPort:
    """What all ports over a socket have in common."""

    def __init__(self, url: str, connected: socket.socket) -> None:
        self.name = url
        self._socket = connected

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        try:
            ready, _w, _x = select.select([self._socket], [], [], timeout_s)
            data = self._socket.recv(CHUNK) if ready else b""
        except (OSError, ValueError) as error:  # ValueError: closed here
            raise self._ended() from error
        if ready and not data:
            raise self._ended()
        return data

    def _ended(self) -> BoardNotFound:
        """The error when the other end has closed the connection."""
        return lost(self.name)

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._ended() from error

    def pulse_reset(self) -> bool:
        """See `Port.pulse_reset`."""
        return False

    def close(self) -> None:
        """See `Port.close`."""
        self._socket.close()


class SocketPort(_ConnectedPort):
    """A `Port` on a TCP connection that carries the bare line (`socket://`)."""

    def __init__(self, url: str) -> None:
        """Raises: BoardNotFound; BoardBusy when the other end closes the connection at once."""
        super().__init__(url, _connect(url))
        self._heard = False
        ready, _w, _x = select.select([self._socket], [], [], REFUSAL_S)
        try:
            refused = ready and not self._socket.recv(1, socket.MSG_PEEK)
        except OSError:
            refused = True
        if refused:
            self.close()
            raise busy(url)

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        data = super().read(timeout_s)
        self._heard = self._heard or bool(data)
        return data

    def _ended(self) -> BoardNotFound:
        return super()._ended() if self._heard else turned_away(self.name)


class PairPort(_ConnectedPort):
    """A `Port` on one end of a socket pair; a bench in this process holds the other end."""

    def __init__(
        self, url: str, end: socket.socket, reset: Callable[[], None], on_close: Callable[[], None]
    ) -> None:
        """`reset` is the reset button; `on_close` is called when the port is closed."""
        super().__init__(url, end)
        self._reset = reset
        self._on_close = on_close

    def pulse_reset(self) -> bool:
        """See `Port.pulse_reset`."""
        self._reset()
        return True

    def close(self) -> None:
        """See `Port.close`."""
        super().close()
        self._on_close()


class Rfc2217Port(SocketPort):
    """A `Port` on a serial device behind an RFC 2217 server (a bench, ser2net,
    esp_rfc2217_server)."""

    def __init__(self, url: str, baud: int) -> None:
        """Raises: BoardNotFound, BoardBusy."""
        super().__init__(url)
        self._telnet = _Rfc2217Client()
        self._data = b""
        for verb in (telnet.WILL, telnet.DO):
            for option in (telnet.BINARY, telnet.SGA, telnet.COM_PORT):
                self._telnet.request_option(verb, option)
        try:
            self._set(telnet.SET_BAUDRATE, baud.to_bytes(4))
            for command, value in (
                (telnet.SET_DATASIZE, 8),
                (telnet.SET_PARITY, 1),
                (telnet.SET_STOPSIZE, 1),
            ):
                self._set(command, bytes((value,)))
            # DTR before RTS: the other way round resets an ESP32.
            self._control(telnet.DTR_ON)
            self._control(telnet.RTS_ON)
        except BoardNotFound as error:
            self.close()
            raise busy(url) from error
        except BoardTimeout as error:
            self.close()
            raise not_there(url) from error

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        deadline = Deadline(timeout_s)
        while not self._data:
            self._receive(deadline)
            if deadline.over():
                break
        data, self._data = self._data, b""
        return data

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        super().write(self._telnet.encode(data))

    def pulse_reset(self) -> bool:
        """EN is low while RTS is set and DTR is not: the two transistors on ESP32 boards."""
        self._control(telnet.DTR_OFF)
        self._control(telnet.RTS_ON)
        threading.Event().wait(RESET_PULSE_S)
        self._control(telnet.RTS_OFF)
        return True

    def _receive(self, deadline: Deadline) -> None:
        self._data += self._telnet.decode(super().read(deadline.left()))
        if replies := self._telnet.replies():
            super().write(replies)

    def _control(self, value: int) -> None:
        self._set(telnet.SET_CONTROL, bytes((value,)))

    def _set(self, command: int, value: bytes) -> None:
        """Set something and wait until the server has confirmed it."""
        self._telnet.confirmed.discard(command)
        self._telnet.send_command(command, value)
        super().write(self._telnet.replies())
        deadline = Deadline(ANSWER_S)
        while command not in self._telnet.confirmed:
            if deadline.over():
                raise BoardTimeout(
                    _("{url} does not speak RFC 2217.").format(url=self.name),
                    _("If it is a plain serial line, write socket:// instead."),
                )
            self._receive(deadline)


class _Rfc2217Client(telnet.Telnet):
    """The client's half of RFC 2217."""

    def __init__(self) -> None:
        options = {telnet.BINARY, telnet.SGA, telnet.COM_PORT}
        super().__init__(options, options | {telnet.ECHO})
        self.confirmed: set[int] = set()
        """Commands that the server has confirmed."""

    def on_command(self, command: int, value: bytes) -> None:
        """See `Telnet.on_command`."""
        self.confirmed.add(command - telnet.SERVER)


def _connect(url: str) -> socket.socket:
    """The connection to the host and port of a URL. Raises: BoardNotFound."""
    try:
        parts = urlsplit(url)
        place = (parts.hostname or "", parts.port or 0)
    except ValueError as error:  # the port is not a number
        raise no_address(url) from error
    try:
        connected = socket.create_connection(place, CONNECT_S)
    except OSError as error:
        raise not_there(url) from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected
