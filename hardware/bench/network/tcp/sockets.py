"""The sockets of one board, as its calls name them: by small numbers.

What a program can see of each (`READABLE`, `WRITABLE`, …) is kept here and on the board. When it
changes by itself the board gets mail; what a call of the board itself changes, both sides know.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from hardware.bench.network.tcp.host import NOWHERE, Address, Datagram, Host, Ports
from hardware.bench.network.tcp.stream import NOBODY, StreamEnd
from hardware.bench.protocol import frames

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan

MOST_SOCKETS = 16
"""As many as the state that the board is told of has room for."""
MOST_BACKLOG = 16
MOST_DATAGRAMS = 6
"""Those that wait: CONFIG_LWIP_UDP_RECVMBOX_SIZE of ESP-IDF."""
MOST_DATAGRAM = 1472
STREAM, DATAGRAM = 1, 2


class BoardSocket:
    """One socket; as a `stream.User` it takes what comes."""

    def __init__(self, kind: int, changed: Callable[[], None]) -> None:
        self.kind = kind
        self.port = 0
        self.end: StreamEnd | None = None
        self.waiting: deque[StreamEnd] = deque()
        """Connections that nobody has accepted yet."""
        self.backlog = 0
        self.came = bytearray()
        self.datagrams: deque[Datagram] = deque()
        self.remote: tuple[Address, int] | None = None
        """Of a datagram socket that was connected."""
        self.at_end = False
        self.error = 0
        self.changed = changed

    @property
    def flags(self) -> int:
        """What the program can do with it (`SOCKET_…` of frames.py)."""
        flags = 0
        if self.came or self.at_end or self.error or self.datagrams or self.waiting:
            flags |= frames.SOCKET_READABLE
        connected = self.end is not None and self.end.is_open
        if self.kind == DATAGRAM or self.error or (connected and self.end and self.end.room):
            flags |= frames.SOCKET_WRITABLE
        if self.error:
            flags |= frames.SOCKET_FAILED
        if self.at_end:
            flags |= frames.SOCKET_ENDED
        return flags

    def opened(self, end: StreamEnd) -> None:
        self.changed()

    def received(self, end: StreamEnd, data: bytes) -> None:
        self.came += data
        self.changed()

    def finished(self, end: StreamEnd) -> None:
        self.at_end = True
        self.changed()

    def broken(self, end: StreamEnd, error: int) -> None:
        self.error = error
        self.changed()

    def writable(self, end: StreamEnd) -> None:
        self.changed()

    def take(self, most: int) -> bytes:
        """Bytes of the stream, no more than that."""
        data = bytes(self.came[:most])
        del self.came[:most]
        if data and self.end:
            self.end.consumed(len(data))
        return data


class Sockets:
    """The table. Methods give a status: 0 or more, or minus an errno."""

    def __init__(self, lan: Lan, ports: Ports, changed: Callable[[], None]) -> None:
        self._lan = lan
        self._ports = ports
        self._changed = changed
        self._table: list[BoardSocket | None] = [None] * MOST_SOCKETS

    def get(self, number: int) -> BoardSocket | None:
        """The socket of a number."""
        return self._table[number] if number < MOST_SOCKETS else None

    def flags(self) -> bytes:
        """The flags of all, one byte each."""
        return bytes(s.flags if s else 0 for s in self._table)

    def open(self, kind: int) -> int:
        """A new one: its number."""
        return self._add(BoardSocket(kind, self._changed))

    def bind(self, own: BoardSocket, port: int) -> int:
        """Takes a port; 0: any."""
        taken = self._ports.tcp if own.kind == STREAM else self._ports.udp
        used = {s.port for s in self._table if s and s.kind == own.kind}
        port = port or self._ports.free(used)
        if port in taken or port in used:
            return -errno.EADDRINUSE
        own.port = port
        if own.kind == DATAGRAM:
            self._ports.udp[port] = lambda datagram, _host: self._hear(own, datagram)
        return 0

    def listen(self, own: BoardSocket, backlog: int) -> int:
        """Takes connections from now on."""
        if own.kind != STREAM or own.end:
            return -errno.EOPNOTSUPP
        if not own.port:
            self.bind(own, 0)
        own.backlog = max(1, min(backlog, MOST_BACKLOG))
        self._ports.tcp[own.port] = lambda end: self._arrive(own, end)
        return 0

    def accept(self, own: BoardSocket) -> tuple[int, Address, int]:
        """The next connection: its number (or what is wrong), and who it is."""
        if not own.backlog:
            return -errno.EINVAL, NOWHERE, 0
        if not own.waiting:
            return -errno.EAGAIN, NOWHERE, 0
        end = own.waiting[0]
        made = end.user
        assert isinstance(made, BoardSocket)
        if (number := self._add(made)) >= 0:
            own.waiting.popleft()
            made.changed = self._changed
        return number, end.other.host.ip, end.other.port

    def connect(self, own: BoardSocket, host: Host, ip: Address, port: int) -> int:
        """Begins a connection; of a datagram socket, only remembers where to."""
        if own.kind == DATAGRAM:
            own.remote = (ip, port)
            return 0
        if own.end or own.backlog:
            return -errno.EISCONN
        if not own.port and (status := self.bind(own, 0)) < 0:
            return status
        own.end = self._lan.connect(host, own.port, ip, port, own)
        return -errno.EINPROGRESS

    def send(self, own: BoardSocket, host: Host, data: bytes) -> int:
        """Sends on a connection: how many bytes it took."""
        if own.kind == DATAGRAM:
            return self.send_to(own, host, *own.remote, data) if own.remote else -errno.ENOTCONN
        if own.error:
            return -own.error
        if own.end is None or not own.end.is_open:
            return -errno.EINPROGRESS if own.end and not own.at_end else -errno.ENOTCONN
        return own.end.send(data) or (-errno.EAGAIN if data else 0)

    def send_to(self, own: BoardSocket, host: Host, ip: Address, port: int, data: bytes) -> int:
        """Sends a datagram."""
        if own.kind != DATAGRAM:
            return -errno.EOPNOTSUPP
        if len(data) > MOST_DATAGRAM:
            return -errno.EMSGSIZE
        if not own.port:
            self.bind(own, 0)
        self._lan.send(host, own.port, ip, port, data)
        return len(data)

    def receive(self, own: BoardSocket, most: int) -> tuple[int, bytes]:
        """What has come of a stream: how much, and the bytes."""
        if own.came:
            data = own.take(most)
            return len(data), data
        if own.error:
            return -own.error, b""
        if own.at_end:
            return 0, b""
        return (-errno.EAGAIN if own.end else -errno.ENOTCONN), b""

    def receive_from(self, own: BoardSocket) -> Datagram | None:
        """The next datagram."""
        return own.datagrams.popleft() if own.datagrams else None

    def close(self, number: int) -> int:
        """Gives a socket up; what it sent still arrives."""
        if (own := self.get(number)) is None:
            return -errno.EBADF
        self._table[number] = None
        own.changed = lambda: None
        ports = self._ports.tcp if own.backlog else self._ports.udp
        if own.backlog or own.kind == DATAGRAM:
            ports.pop(own.port, None)
        for end in own.waiting:
            end.user = NOBODY
            end.reset()
        if own.end:
            if own.came and own.end.is_open:  # what nobody read: TCP says so with a RST
                own.end.user = NOBODY
                own.end.reset()
            own.end.close()
        return 0

    def forget(self) -> None:
        """The board lost its memory: nobody is told."""
        for number, own in enumerate(self._table):
            if own:
                ends = [*own.waiting, *([own.end] if own.end else [])]
                for end in ends:
                    end.user = NOBODY
                    end.die(errno.ECONNABORTED)
                self.close(number)

    def _add(self, made: BoardSocket) -> int:
        if None not in self._table:
            return -errno.ENFILE
        number = self._table.index(None)
        self._table[number] = made
        return number

    def _arrive(self, own: BoardSocket, end: StreamEnd) -> bool:
        if len(own.waiting) >= own.backlog:
            return False
        made = BoardSocket(STREAM, lambda: None)
        made.port, made.end = own.port, end
        end.user = made
        own.waiting.append(end)
        self._changed()
        return True

    def _hear(self, own: BoardSocket, datagram: Datagram) -> None:
        wanted = own.remote in (None, (datagram.source, datagram.port))
        if wanted and len(own.datagrams) < MOST_DATAGRAMS:
            own.datagrams.append(datagram)
            self._changed()
