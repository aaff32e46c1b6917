"""The gate to the host's own network: for places that the bench's owner allowed, for nothing else.

A board names a place as the owner wrote it (`192.168.1.10:1883`, `broker.example:1883`); the host
itself (`localhost:1883`) is `host.wokwi.internal` there, as in Wokwi's private gateway. Only TCP.
Real time decides when what comes, so a bench whose gate is open is no longer deterministic.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable, Sequence

from hardware.bench.network.tcp.host import Address, Host, Ports, parse_ip
from hardware.bench.network.tcp.stream import StreamEnd
from hardware.errors import BenchError
from hardware.i18n import _

THIS_HOST = "host.wokwi.internal"
LOCAL_NAMES = ("localhost", "127.0.0.1")
MOST_CONNECTIONS = 32
MOST_WAITING = 65_536
"""Bytes on their way to a board or to the host, each connection."""
CHUNK = 4096
CONNECT_S, CLOSE_S = 10.0, 1.0


class HostGateway:
    """Closed until `open`. `soon` hands work to the bench's own thread."""

    def __init__(self) -> None:
        self._hosts: dict[Address, Host] = {}
        self._names: dict[str, Address] = {}
        self._soon: Callable[[Callable[[], None]], None]
        self._links: set[_Link] = set()

    def open(self, places: Sequence[str], soon: Callable[[Callable[[], None]], None]) -> None:
        """Allows `host:port` places. Raises: BenchError for one that makes no sense."""
        self._soon = soon
        for place in places:
            name, _colon, port = place.rpartition(":")
            if not name or not port.isdecimal() or not 0 < int(port) < 65536:
                what = _("{place!r} is no place on a network.").format(place=place)
                raise BenchError(what, _("Write for example localhost:1883."))
            self._allow(name.lower(), int(port))

    def _allow(self, name: str, port: int) -> None:
        known = THIS_HOST if name in LOCAL_NAMES else name
        number = len(self._hosts) + 1
        ip = parse_ip(known) or self._names.get(known) or bytes((10, 13, 39, number % 256))
        self._names[known] = ip
        host = self._hosts.setdefault(ip, Host(Ports(), ip))
        host.ports.tcp[port] = lambda end: self._accept(end, (name, port))

    def lookup(self, name: str) -> Address | None:
        """The address of an allowed name on the virtual network."""
        return self._names.get(name)

    def host(self, ip: Address) -> Host | None:
        """What stands for an allowed place on the virtual network."""
        return self._hosts.get(ip)

    def close(self) -> None:
        """Ends every connection to the host."""
        for link in list(self._links):
            link.close()

    def _accept(self, end: StreamEnd, place: tuple[str, int]) -> bool:
        if len(self._links) >= MOST_CONNECTIONS:
            return False
        link = _Link(end, place, self._soon, self._links.discard)
        self._links.add(link)
        end.user = link
        return True


class _Link:
    """A connection of a board to the host: a thread moves the bytes, the bench hears of them."""

    def __init__(
        self,
        end: StreamEnd,
        place: tuple[str, int],
        soon: Callable[[Callable[[], None]], None],
        over: Callable[[_Link], None],
    ) -> None:
        self._end = end
        self._place = place
        self._soon = soon
        self._over = over
        self._lock = threading.Lock()
        """Guards what follows."""
        self._to_host, self._to_board = bytearray(), bytearray()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._board_finished = self._host_finished = self._closed = False
        self._thread = threading.Thread(target=self._run, name="warsha-gate", daemon=True)
        self._thread.start()

    # -- the board's side, in the thread of the bench -------------------------------------------

    def opened(self, end: StreamEnd) -> None:
        pass

    def received(self, end: StreamEnd, data: bytes) -> None:
        with self._lock:
            self._to_host += data
        self._nudge()

    def finished(self, end: StreamEnd) -> None:
        self._board_finished = True
        self._nudge()

    def broken(self, end: StreamEnd, error: int) -> None:
        self._closed = True
        self._nudge()

    def writable(self, end: StreamEnd) -> None:
        self._give()

    def close(self) -> None:
        """The bench is put away."""
        self._closed = True
        self._nudge()
        self._thread.join(CLOSE_S)

    def _give(self) -> None:
        """Hands the board what came, as much as it takes, and the end of it."""
        with self._lock:
            del self._to_board[: self._end.send(bytes(self._to_board))]
            over = self._host_finished and not self._to_board
        if over:
            self._end.finish()
        self._nudge()

    def _ended(self, failed: bool) -> None:
        self._over(self)
        self._host_finished = True
        if failed:
            self._end.reset()
        else:
            self._give()

    # -- the host's side, in a thread of its own ------------------------------------------------

    def _nudge(self) -> None:
        with self._lock:
            if self._wake >= 0:
                os.eventfd_write(self._wake, 1)

    def _run(self) -> None:
        failed = True
        try:
            with socket.create_connection(self._place, CONNECT_S) as host:
                host.setblocking(False)
                self._pump(host)
            failed = False
        except OSError:
            pass
        with self._lock:
            os.close(self._wake)
            self._wake = -1
        if not self._closed:
            self._soon(lambda: self._ended(failed))

    def _pump(self, host: socket.socket) -> None:
        told = False
        while not self._closed:
            with self._lock:
                full, pending = len(self._to_board) > MOST_WAITING, bool(self._to_host)
            if self._board_finished and not pending and not told:
                host.shutdown(socket.SHUT_WR)
                told = True
            poll = select.poll()
            poll.register(self._wake, select.POLLIN)
            poll.register(host, (0 if full else select.POLLIN) | (select.POLLOUT * pending))
            ready = dict(poll.poll())
            if self._wake in ready:
                os.eventfd_read(self._wake)
            if pending:
                self._push(host)
            if host.fileno() in ready and not full and not self._pull(host):
                return

    def _push(self, host: socket.socket) -> None:
        with self._lock, contextlib.suppress(BlockingIOError):
            count = host.send(self._to_host)
            del self._to_host[:count]
            self._soon(lambda: self._end.consumed(count))

    def _pull(self, host: socket.socket) -> bool:
        """Takes what came; False at the end of it."""
        try:
            data = host.recv(CHUNK)
        except BlockingIOError:
            return True
        if data:
            with self._lock:
                self._to_board += data
            self._soon(self._give)
        return bool(data)
