"""The sockets of one board. Its calls name them by small numbers.

What a program can see of a socket (`SOCKET_READABLE`, `SOCKET_WRITABLE`, …) is kept here and on
the board. When it changes by itself, the board is interrupted; when a call of the board changes
it, both sides know the change.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable

from hardware.bench.network.host import NO_ADDRESS, Address, Datagram, Host, Ports
from hardware.bench.network.link import Link
from hardware.bench.network.tcp import datagram as udp
from hardware.bench.network.tcp import stream
from hardware.bench.network.tcp.stream import NO_USER, Stream, StreamEnd
from hardware.bench.protocol import frames

MOST_SOCKETS = 16
"""The state that the board fetches has room for this many."""
MOST_BACKLOG = 16
MOST_DATAGRAMS = 6
"""Waiting ones: CONFIG_LWIP_UDP_RECVMBOX_SIZE of ESP-IDF."""
MOST_DATAGRAM = 1472
STREAM, DATAGRAM = 1, 2


class BoardSocket:
    """One socket; a `StreamUser` of its connection."""

    def __init__(self, kind: int, on_change: Callable[[], None]) -> None:
        self.kind = kind
        self.port = 0
        self.end: StreamEnd | None = None
        self.waiting: deque[StreamEnd] = deque()
        """Connections that the program has not accepted yet."""
        self.backlog = 0
        self.input = bytearray()
        self.datagrams: deque[Datagram] = deque()
        self.remote: tuple[Address, int] | None = None
        """Where a datagram socket sends to after `connect`."""
        self.at_end = False
        self.error = 0
        self.on_change = on_change

    @property
    def flags(self) -> int:
        """What the program can do now (`SOCKET_…` of frames.py)."""
        flags = 0
        if self.input or self.at_end or self.error or self.datagrams or self.waiting:
            flags |= frames.SOCKET_READABLE
        connected = self.end is not None and self.end.is_open
        if self.kind == DATAGRAM or self.error or (connected and self.end and self.end.room):
            flags |= frames.SOCKET_WRITABLE
        if self.error:
            flags |= frames.SOCKET_FAILED
        if self.at_end:
            flags |= frames.SOCKET_ENDED
        return flags

    @property
    def room(self) -> int:
        """How many bytes a stream takes now."""
        return self.end.room if self.end and not self.error else 0

    @property
    def is_local(self) -> bool:
        """Whether it is connected to a board: on a bench with one board to its own."""
        return self.end is not None and self.end.is_open and self.end.peer.board is not None

    def opened(self, end: Stream) -> None:
        self.on_change()

    def received(self, end: Stream, data: bytes) -> None:
        self.input += data
        self.on_change()

    def finished(self, end: Stream) -> None:
        self.at_end = True
        self.on_change()

    def broken(self, end: Stream, error: int) -> None:
        self.error = error
        self.on_change()

    def writable(self, end: Stream) -> None:
        self.on_change()

    def take(self, most: int) -> bytes:
        """Up to `most` bytes of the stream."""
        data = bytes(self.input[:most])
        del self.input[:most]
        if data and self.end:
            self.end.consumed(len(data))
        return data


class Sockets:
    """The socket table of a board. Methods return a status: 0 or more, or -errno."""

    def __init__(self, link: Link, ports: Ports, on_change: Callable[[], None]) -> None:
        self._link = link
        self._ports = ports
        self._on_change = on_change
        self._table: dict[int, BoardSocket] = {}
        """By number, in the order of the numbers."""

    def get(self, number: int) -> BoardSocket | None:
        """The socket with this number."""
        return self._table.get(number)

    def flags(self) -> bytes:
        """The flags of all sockets, one byte each."""
        flags = bytearray(MOST_SOCKETS)
        for number, own in self._table.items():
            flags[number] = own.flags
        return bytes(flags)

    def rooms(self) -> list[int]:
        """How many bytes each socket takes now."""
        rooms = [0] * MOST_SOCKETS
        for number, own in self._table.items():
            rooms[number] = own.room
        return rooms

    def are_remote(self) -> bool:
        """Whether none of them is connected to a board."""
        return not any([own.is_local for own in self._table.values()])

    def received(self, most: int) -> tuple[int, bytes]:
        """The first stream for which no more than `most` bytes have come, and these bytes. To
        receive all of them has no other effect."""
        for number, own in self._table.items():
            if own.end is None or not 0 < len(own.input) <= most:
                continue
            if not (own.at_end or own.error or own.end.other.waits_for_room):
                return number, bytes(own.input)
        return 0, b""

    def open(self, kind: int) -> int:
        """Make a socket; returns its number."""
        return self._add(BoardSocket(kind, self._on_change))

    def bind(self, own: BoardSocket, port: int) -> int:
        """Take a port; 0: any free one."""
        taken = self._ports.tcp if own.kind == STREAM else self._ports.udp
        used = {s.port for s in self._table.values() if s.kind == own.kind}
        port = port or self._ports.free(used)
        if port in taken or port in used:
            return -errno.EADDRINUSE
        own.port = port
        if own.kind == DATAGRAM:
            self._ports.udp[port] = lambda datagram, _host: self._receive_datagram(own, datagram)
        return 0

    def listen(self, own: BoardSocket, backlog: int) -> int:
        """Take connections from now on."""
        if own.kind != STREAM or own.end:
            return -errno.EOPNOTSUPP
        if not own.port:
            self.bind(own, 0)
        own.backlog = max(1, min(backlog, MOST_BACKLOG))
        self._ports.tcp[own.port] = lambda end: self._incoming(own, end)
        return 0

    def accept(self, own: BoardSocket) -> tuple[int, Address, int]:
        """The next connection: its number (or -errno), and the peer's address and port."""
        if not own.backlog:
            return -errno.EINVAL, NO_ADDRESS, 0
        if not own.waiting:
            return -errno.EAGAIN, NO_ADDRESS, 0
        end = own.waiting[0]
        accepted = end.user
        assert isinstance(accepted, BoardSocket)
        if (number := self._add(accepted)) >= 0:
            own.waiting.popleft()
            accepted.on_change = self._on_change
        return number, end.peer.ip, end.other.port

    def connect(self, own: BoardSocket, host: Host, ip: Address, port: int) -> int:
        """Begin a connection; a datagram socket only remembers where it sends to."""
        if own.kind == DATAGRAM:
            own.remote = (ip, port)
            return 0
        if own.end or own.backlog:
            return -errno.EISCONN
        if not own.port and (status := self.bind(own, 0)) < 0:
            return status
        own.end = stream.connect(self._link, host, own.port, (ip, port), own)
        return -errno.EINPROGRESS

    def send(self, own: BoardSocket, host: Host, data: bytes) -> int:
        """Send on a connection; returns the count of bytes that it took."""
        if own.kind == DATAGRAM:
            return self.send_to(own, host, *own.remote, data) if own.remote else -errno.ENOTCONN
        if own.error:
            return -own.error
        if own.end is None or not own.end.is_open:
            return -errno.EINPROGRESS if own.end and not own.at_end else -errno.ENOTCONN
        return own.end.send(data) or (-errno.EAGAIN if data else 0)

    def send_to(self, own: BoardSocket, host: Host, ip: Address, port: int, data: bytes) -> int:
        """Send a datagram."""
        if own.kind != DATAGRAM:
            return -errno.EOPNOTSUPP
        if len(data) > MOST_DATAGRAM:
            return -errno.EMSGSIZE
        if not own.port:
            self.bind(own, 0)
        udp.send(self._link, host, own.port, (ip, port), data)
        return len(data)

    def receive(self, own: BoardSocket, most: int) -> tuple[int, bytes]:
        """The bytes of a stream that have come, with their count or -errno."""
        if own.input:
            data = own.take(most)
            return len(data), data
        if own.error:
            return -own.error, b""
        if own.at_end:
            return 0, b""
        return (-errno.EAGAIN if own.end else -errno.ENOTCONN), b""

    def receive_from(self, own: BoardSocket) -> Datagram | None:
        """The next datagram; None when none waits."""
        return own.datagrams.popleft() if own.datagrams else None

    def close(self, number: int) -> int:
        """Close a socket; what it sent still arrives."""
        if (own := self.get(number)) is None:
            return -errno.EBADF
        del self._table[number]
        own.on_change = lambda: None
        ports = self._ports.tcp if own.backlog else self._ports.udp
        if own.backlog or own.kind == DATAGRAM:
            ports.pop(own.port, None)
        for end in own.waiting:
            end.user = NO_USER
            end.reset()
        if own.end:
            if own.input and own.end.is_open:  # unread bytes: TCP sends a RST
                own.end.user = NO_USER
                own.end.reset()
            own.end.close()
        return 0

    def forget(self) -> None:
        """Drop all sockets: the board lost its memory. The other ends are not notified."""
        for number, own in list(self._table.items()):
            ends = [*own.waiting, *([own.end] if own.end else [])]
            for end in ends:
                end.user = NO_USER
                end.abort(errno.ECONNABORTED)
            self.close(number)

    def _add(self, new: BoardSocket) -> int:
        free = (number for number in range(MOST_SOCKETS) if number not in self._table)
        if (number := next(free, None)) is None:
            return -errno.ENFILE
        self._table[number] = new
        self._table = dict(sorted(self._table.items()))
        return number

    def _incoming(self, own: BoardSocket, end: StreamEnd) -> bool:
        if len(own.waiting) >= own.backlog:
            return False
        new = BoardSocket(STREAM, lambda: None)
        new.port, new.end = own.port, end
        end.user = new
        own.waiting.append(end)
        self._on_change()
        return True

    def _receive_datagram(self, own: BoardSocket, datagram: Datagram) -> None:
        wanted = own.remote in (None, (datagram.source, datagram.port))
        if wanted and len(own.datagrams) < MOST_DATAGRAMS:
            own.datagrams.append(datagram)
            self._on_change()
