"""Connections from boards to the host's own network, to the places that the owner allowed.

Only TCP. Real time decides when data comes, so a bench that reaches the host is not deterministic.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable, Sequence

from hardware.bench.bench import Mode
from hardware.bench.network.tcp.stream import Stream
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.errors import BenchError
from hardware.i18n import _

MOST_CONNECTIONS = 32
MOST_PENDING = 65_536
"""Bytes on their way to a board, each connection."""
CHUNK = 4096
CONNECT_S, CLOSE_S = 10.0, 1.0

RunOnBench = Callable[[Callable[[], None]], None]
"""Hands work to the bench's own thread (`InteractiveBench.soon`)."""


class HostNetwork:
    """The open connections of one bench."""

    def __init__(self, bench: InteractiveBench) -> None:
        self._bench = bench
        self._connections: set[_HostConnection] = set()

    def allow(self, places: Sequence[str], mode: Mode) -> None:
        """Allow `host:port` places on a bench of this mode.

        Raises:
            BenchError: the bench is not in real time, or a text is not such a place.
        """
        if places and mode != "realtime":
            cause = _("Only a bench in real time reaches the host's network.")
            raise BenchError(cause, _("Use the mode realtime."))
        for place in places:
            name, _colon, port = place.rpartition(":")
            if not name or not port.isdecimal() or not 0 < int(port) < 65536:
                what = _("{place!r} is not a host and port.").format(place=place)
                raise BenchError(what, _("Write for example localhost:1883."))
            self._allow(name.lower(), int(port))

    def _allow(self, name: str, port: int) -> None:
        gateway = self._bench.network.host_gateway
        gateway.allow(name, port, lambda end: self._accept(end, (name, port)))

    def close(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            connection.close()

    def _accept(self, end: Stream, place: tuple[str, int]) -> bool:
        if len(self._connections) >= MOST_CONNECTIONS:
            return False
        connection = _HostConnection(end, place, self._bench.soon, self._connections.discard)
        self._connections.add(connection)
        end.user = connection
        return True


class _HostConnection:
    """A connection of a board to the host. A thread moves the bytes and notifies the bench."""

    def __init__(
        self,
        end: Stream,
        place: tuple[str, int],
        run_on_bench: RunOnBench,
        on_end: Callable[[_HostConnection], None],
    ) -> None:
        self._end = end
        self._place = place
        self._run_on_bench = run_on_bench
        self._on_end = on_end
        self._lock = threading.Lock()
        """Guards the attributes below."""
        self._to_host, self._to_board = bytearray(), bytearray()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._board_finished = self._host_finished = self._closed = False
        self._thread = threading.Thread(target=self._run, name="warsha-host", daemon=True)
        self._thread.start()

    # -- the board's side, in the thread of the bench -------------------------------------------

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        with self._lock:
            self._to_host += data
        self._wake_thread()

    def finished(self, end: Stream) -> None:
        self._board_finished = True
        self._wake_thread()

    def broken(self, end: Stream, error: int) -> None:
        self._closed = True
        self._wake_thread()

    def writable(self, end: Stream) -> None:
        self._send_to_board()

    def close(self) -> None:
        """End the connection: the bench is being closed."""
        self._closed = True
        self._wake_thread()
        self._thread.join(CLOSE_S)

    def _send_to_board(self) -> None:
        """Give the board what came, as much as it takes, and then the end of it."""
        with self._lock:
            del self._to_board[: self._end.send(bytes(self._to_board))]
            over = self._host_finished and not self._to_board
        if over:
            self._end.finish()
        self._wake_thread()

    def _ended(self, failed: bool) -> None:
        self._on_end(self)
        self._host_finished = True
        if failed:
            self._end.reset()
        else:
            self._send_to_board()

    # -- the host's side, in a thread of its own ------------------------------------------------

    def _wake_thread(self) -> None:
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
            self._run_on_bench(lambda: self._ended(failed))

    def _pump(self, host: socket.socket) -> None:
        shut_down = False
        while not self._closed:
            with self._lock:
                full, pending = len(self._to_board) > MOST_PENDING, bool(self._to_host)
            if self._board_finished and not pending and not shut_down:
                host.shutdown(socket.SHUT_WR)
                shut_down = True
            poll = select.poll()
            poll.register(self._wake, select.POLLIN)
            poll.register(host, (0 if full else select.POLLIN) | (select.POLLOUT * pending))
            ready = dict(poll.poll())
            if self._wake in ready:
                os.eventfd_read(self._wake)
            if pending:
                self._write(host)
            if host.fileno() in ready and not full and not self._read(host):
                return

    def _write(self, host: socket.socket) -> None:
        with self._lock, contextlib.suppress(BlockingIOError):
            count = host.send(self._to_host)
            del self._to_host[:count]
            self._run_on_bench(lambda: self._end.consumed(count))

    def _read(self, host: socket.socket) -> bool:
        """Take what came; False at the end of the connection."""
        try:
            data = host.recv(CHUNK)
        except BlockingIOError:
            return True
        if data:
            with self._lock:
                self._to_board += data
            self._run_on_bench(self._send_to_board)
        return bool(data)
