"""TCP as programs see it: bytes arrive in order or not at all, perhaps late.

The segments of one direction wait in a queue. A lost segment is sent again after the time-out of
RFC 6298 (at least one second, doubled each time), and those behind it wait. There are no ACK
packets: the bench knows what they would report.
"""

from __future__ import annotations

import errno
from collections import deque
from typing import Any, Protocol

from hardware.bench.network.host import Address, Host
from hardware.bench.network.link import Link

WINDOW = 5760
"""Bytes on their way or unread, each way: TCP_SND_BUF and TCP_WND of ESP-IDF, 4 segments."""
SEGMENT = 1440
RTO_NS = 1_000_000_000
MOST_RTO_NS = 60_000_000_000
MOST_TRIES = 12
"""TCP_MAXRTX and TCP_SYNMAXRTX of ESP-IDF."""
MOST_OPEN = 64
"""Connections of one board that a server keeps: a board that loses its memory leaves them open."""
FIN = b""
"""In a queue: the sender has finished."""


class Stream(Protocol):
    """An end of a connection as its program sees it: a `StreamEnd`, or one with TLS on it."""

    user: StreamUser

    @property
    def peer(self) -> Any:
        """The `Host` at the other end."""

    @property
    def is_open(self) -> bool:
        """Whether `send` may take bytes."""

    def send(self, data: bytes) -> int:
        """Send as much as there is room for; returns the count of bytes."""

    def finish(self) -> None:
        """Send no more; what is on its way still arrives."""

    def consumed(self, count: int) -> None:
        """The program has read this many bytes: the sender may go on."""

    def reset(self) -> None:
        """Break the connection off; the other end learns it."""

    def close(self) -> None:
        """The program is done: what it sent arrives, what comes is dropped."""


class StreamUser(Protocol):
    """The program at an end of a connection: on a board or in a server."""

    def opened(self, end: Stream) -> None:
        """The other side accepted."""

    def received(self, end: Stream, data: bytes) -> None:
        """Bytes came; call `end.consumed` when they are read."""

    def finished(self, end: Stream) -> None:
        """The other side sends no more."""

    def broken(self, end: Stream, error: int) -> None:
        """The connection ended, with an errno."""

    def writable(self, end: Stream) -> None:
        """There is room again, after `send` took less than all."""


class StreamEnd:
    """One end of a connection."""

    def __init__(self, link: Link, host: Host, port: int, user: StreamUser) -> None:
        self.link = link
        self.host = host
        self.port = port
        self.user = user
        self.serial = link.new_serial()
        self.other: StreamEnd = self
        """The far end, once the SYN has found it."""
        self.alive = True
        self.is_open: bool = False
        self._queue: deque[tuple[int, bytes]] = deque()
        """Segments with the time of their arrival."""
        self._unread = 0
        """Bytes sent that the program at the far end has not read."""
        self._last_ns = 0
        self._tries = 0
        self._refused = False
        self._finished = False
        host.connections.add(self)

    @property
    def peer(self) -> Host:
        """The host at the other end."""
        return self.other.host

    @property
    def room(self) -> int:
        """How many bytes `send` takes now."""
        return 0 if self._finished or not self.is_open else WINDOW - self._unread

    @property
    def waits_for_room(self) -> bool:
        """Whether its program wants to know when there is room again."""
        return self._refused

    def send(self, data: bytes) -> int:
        """Send as much as there is room for; returns the count of bytes."""
        count = min(len(data), self.room)
        self._refused = count < len(data)
        self._unread += count
        for start in range(0, count, SEGMENT):
            self._put(data[start : min(start + SEGMENT, count)])
        return count

    def finish(self) -> None:
        """Send no more; what is on its way still arrives."""
        if self.alive and not self._finished:
            self._finished = True
            self._put(FIN)

    def consumed(self, count: int) -> None:
        """The program has read this many bytes: the sender may go on."""
        self.other._was_read(count)

    def abort(self, error: int) -> None:
        """End this side, with an errno; the other end is not notified."""
        if self.alive:
            self._forget()
            self.user.broken(self, error)

    def reset(self) -> None:
        """Send a RST; it ends the other end if it arrives."""
        if not self.alive:
            return
        self._forget()
        other = self.other
        delay_ns = self.link.delay_ns(self.host, other.host)
        if self.link.delivers(self.host, other.host):
            self.link.after(delay_ns, lambda: other.abort(errno.ECONNRESET))

    def close(self) -> None:
        """The program is done: what it sent arrives, what comes is dropped."""
        self.user = NO_USER
        if self.is_open:
            self.finish()
        elif self.alive:
            self._forget()

    # -- inside -------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.alive = self.is_open = False
        self._queue.clear()
        self.host.connections.discard(self)

    def _was_read(self, count: int) -> None:
        self._unread -= count
        if self._refused and self.alive:
            self._refused = False
            delay_ns = self.link.delay_ns(self.other.host, self.host)
            self.link.after(delay_ns, self._window_update)

    def _window_update(self) -> None:
        """The sender learns that there is room again."""
        if self.alive:
            self.user.writable(self)

    def _put(self, data: bytes) -> None:
        ready_ns = self.link.now_ns + self.link.delay_ns(self.host, self.other.host)
        self._last_ns = max(ready_ns, self._last_ns)
        self._queue.append((self._last_ns, data))
        if len(self._queue) == 1:
            self.link.at(self._last_ns, self._arrive)

    def _arrive(self) -> None:
        if not self._queue:
            return
        data = self._queue[0][1]
        lost = not self.link.delivers(self.host, self.other.host)
        self._record("fin" if data == FIN else "tcp", data, lost=lost)
        if lost:
            self._retransmit()
            return
        self._tries = 0
        self._queue.popleft()
        if self._queue:
            self.link.at(max(self._queue[0][0], self.link.now_ns), self._arrive)
        self.other._take(data)
        if data == FIN and self.other._finished:
            self._end_both()

    def _retransmit(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES:
            self.abort(errno.ECONNABORTED)
            return
        self.link.after(min(RTO_NS << self._tries - 1, MOST_RTO_NS), self._arrive)

    def _take(self, data: bytes) -> None:
        if not self.alive:  # it was closed, or its board lost its memory: a RST goes back
            self.other.abort(errno.ECONNRESET)
        elif data == FIN:
            self.user.finished(self)
        else:
            self.user.received(self, data)

    def _end_both(self) -> None:
        """Both sides have finished, and each knows it of the other."""
        if not self._queue and not self.other._queue:
            for end in (self, self.other):
                end._forget()

    def _record(self, kind: str, data: bytes = b"", *, lost: bool = False) -> None:
        ends = (self.host, self.port), (self.other.host, self.other.port)
        self.link.log.packet(kind, *ends, data, lost=lost)


def connect(
    link: Link, host: Host, port: int, target: tuple[Address, int], user: StreamUser
) -> StreamEnd:
    """Open a connection to an address and port; `user` is notified of what happens."""
    end = StreamEnd(link, host, port, user)
    _Handshake(link, end, *target)
    return end


class _Handshake:
    """The handshake of a connection, from the SYN on."""

    def __init__(self, link: Link, end: StreamEnd, ip: Address, port: int) -> None:
        self._link = link
        self._end = end
        self._ip, self._port = ip, port
        self._tries = 0
        link.after(link.delay_ns(end.host, None), self._syn)

    def _syn(self) -> None:
        link, near = self._link, self._end
        if not near.alive:
            return
        host = link.route(near.host, self._ip)
        if host is None or not link.delivers(near.host, host):
            self._retransmit()
            return
        if host.is_server:
            self._make_room(host)
        far = StreamEnd(link, host, self._port, NO_USER)
        near.other, far.other = far, near
        far.is_open = True
        accept = host.ports.tcp.get(self._port)
        near._record("syn" if accept else "refused")
        accepted = accept is not None and accept(far)
        link.after(link.delay_ns(host, near.host), self._accepted if accepted else self._refused)

    def _make_room(self, host: Host) -> None:
        """The server ends the board's oldest connection if there are too many."""
        board = self._end.host.board
        open_ = [one for one in host.connections if one.peer.board is board]
        if len(open_) >= MOST_OPEN:
            min(open_, key=lambda one: one.serial).abort(errno.ECONNABORTED)

    def _retransmit(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES // 2:
            self._end.abort(errno.ECONNABORTED)
            return
        self._link.after(min(RTO_NS << self._tries - 1, MOST_RTO_NS), self._syn)

    def _accepted(self) -> None:
        end = self._end
        if end.alive and end.other.alive:
            end.is_open = True
            end.user.opened(end)
        elif end.alive:
            end.abort(errno.ECONNRESET)
        else:
            end.other.abort(errno.ECONNRESET)

    def _refused(self) -> None:
        self._end.other._forget()
        self._end.abort(errno.ECONNRESET)  # lwIP knows no ECONNREFUSED


class _NoUser:
    """The user of an end that no program has any more."""

    def opened(self, end: Stream) -> None:
        end.close()

    def received(self, end: Stream, data: bytes) -> None:
        end.consumed(len(data))

    def finished(self, end: Stream) -> None:
        end.finish()

    def broken(self, end: Stream, error: int) -> None:
        pass

    def writable(self, end: Stream) -> None:
        pass


NO_USER: StreamUser = _NoUser()
