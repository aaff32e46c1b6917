"""TCP as programs see it: bytes that come in order or not at all, late or not.

Segments travel one way in a queue of their own; a lost one is sent again after the time-out of
RFC 6298 (one second at least, doubled each time), and holds up those behind it. There are no ACKs
in the air: what they would tell the sender, the bench knows.
"""

from __future__ import annotations

import errno
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan
    from hardware.bench.network.tcp.host import Address, Host

WINDOW = 5760
"""Bytes on their way or unread, each way: TCP_SND_BUF and TCP_WND of ESP-IDF, 4 segments."""
SEGMENT = 1440
RTO_NS = 1_000_000_000
MOST_RTO_NS = 60_000_000_000
MOST_TRIES = 12
"""TCP_MAXRTX and TCP_SYNMAXRTX of ESP-IDF."""
MOST_LEFT = 64
"""Connections of one board that a server keeps: a board that loses its memory leaves them open."""
FIN = b""
"""In a queue: nothing more comes."""


class StreamUser(Protocol):
    """Who has an end of a connection: a program on a board, a server."""

    def opened(self, end: StreamEnd) -> None:
        """The other side accepted."""

    def received(self, end: StreamEnd, data: bytes) -> None:
        """Bytes came; `end.consumed` has to be told when they are read."""

    def finished(self, end: StreamEnd) -> None:
        """The other side sends no more."""

    def broken(self, end: StreamEnd, error: int) -> None:
        """The connection is no more."""

    def writable(self, end: StreamEnd) -> None:
        """There is room again, after `send` had taken less than all."""


class StreamEnd:
    """One end of a connection."""

    def __init__(self, lan: Lan, host: Host, port: int, user: StreamUser) -> None:
        self.lan = lan
        self.host = host
        self.port = port
        self.user = user
        self.serial = lan.count()
        self.other: StreamEnd = self
        """The far end, once the SYN has found it."""
        self.alive = True
        self.is_open = False
        self._queue: deque[tuple[int, bytes]] = deque()
        self._pending = 0
        """Bytes sent that the far end's program has not read."""
        self._last_ns = 0
        self._tries = 0
        self._refused = False
        self._finished = False
        host.ends.add(self)

    @property
    def room(self) -> int:
        """How many bytes `send` would take."""
        return 0 if self._finished or not self.is_open else WINDOW - self._pending

    def send(self, data: bytes) -> int:
        """Sends what there is room for; how much that was."""
        count = min(len(data), self.room)
        self._refused = count < len(data)
        self._pending += count
        for start in range(0, count, SEGMENT):
            self._put(data[start : min(start + SEGMENT, count)])
        return count

    def finish(self) -> None:
        """Sends no more; what is on its way still arrives."""
        if self.alive and not self._finished:
            self._finished = True
            self._put(FIN)

    def consumed(self, count: int) -> None:
        """The program has read so many bytes: the sender may go on."""
        self.other._read(count)

    def die(self, error: int) -> None:
        """This end is no more; the other one does not know."""
        if self.alive:
            self._forget()
            self.user.broken(self, error)

    def reset(self) -> None:
        """Breaks the connection by word: the other end hears of it if the way is open."""
        if not self.alive:
            return
        self._forget()
        other = self.other
        after_ns = self.lan.delay_ns(self.host, other.host)
        if self.lan.passes(self.host, other.host):
            self.lan.after(after_ns, lambda: other.die(errno.ECONNRESET))

    def close(self) -> None:
        """The program is done with it: what it sent arrives, what comes is dropped."""
        self.user = NOBODY
        if self.is_open:
            self.finish()
        elif self.alive:
            self._forget()

    # -- inside -------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.alive = self.is_open = False
        self._queue.clear()
        self.host.ends.discard(self)

    def _read(self, count: int) -> None:
        self._pending -= count
        if self._refused and self.alive:
            self._refused = False
            delay_ns = self.lan.delay_ns(self.other.host, self.host)
            self.lan.after(delay_ns, self._window)

    def _window(self) -> None:
        """The sender hears that there is room again."""
        if self.alive:
            self.user.writable(self)

    def _put(self, data: bytes) -> None:
        ready_ns = self.lan.now_ns + self.lan.delay_ns(self.host, self.other.host)
        self._last_ns = max(ready_ns, self._last_ns)
        self._queue.append((self._last_ns, data))
        if len(self._queue) == 1:
            self.lan.at(self._last_ns, self._arrive)

    def _arrive(self) -> None:
        if not self._queue:
            return
        data = self._queue[0][1]
        lost = not self.lan.passes(self.host, self.other.host)
        self.lan.note_segment(self, data, lost)
        if lost:
            self._again()
            return
        self._tries = 0
        self._queue.popleft()
        if self._queue:
            self.lan.at(max(self._queue[0][0], self.lan.now_ns), self._arrive)
        self.other._take(data)
        if data == FIN and self.other._finished:
            self._over()

    def _again(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES:
            self.die(errno.ECONNABORTED)
            return
        self.lan.after(min(RTO_NS << self._tries - 1, MOST_RTO_NS), self._arrive)

    def _take(self, data: bytes) -> None:
        if not self.alive:  # it was closed or lost its memory: a RST goes back
            self.other.die(errno.ECONNRESET)
        elif data == FIN:
            self.user.finished(self)
        else:
            self.user.received(self, data)

    def _over(self) -> None:
        """Both sides have finished, and heard so of each other."""
        if not self._queue and not self.other._queue:
            for end in (self, self.other):
                end._forget()


class Handshake:
    """The handshake of a connection, from the SYN on."""

    def __init__(self, lan: Lan, end: StreamEnd, ip: Address, port: int) -> None:
        self._lan = lan
        self._end = end
        self._ip, self._port = ip, port
        self._tries = 0
        lan.after(lan.delay_ns(end.host, None), self._syn)

    def _syn(self) -> None:
        lan, near = self._lan, self._end
        if not near.alive:
            return
        host = lan.route(near.host, self._ip)
        if host is None or not lan.passes(near.host, host):
            self._again()
            return
        if host.is_server:
            self._make_room(host)
        far = StreamEnd(lan, host, self._port, NOBODY)
        near.other, far.other = far, near
        far.is_open = True
        accept = host.ports.tcp.get(self._port)
        lan.note_open(near, accept is not None)
        taken = accept is not None and accept(far)
        lan.after(lan.delay_ns(host, near.host), self._accepted if taken else self._refused)

    def _make_room(self, host: Host) -> None:
        """The server gives the board's oldest connection up if there are too many."""
        board = self._end.host.station
        ends = [end for end in host.ends if end.other.host.station is board]
        if len(ends) >= MOST_LEFT:
            min(ends, key=lambda end: end.serial).die(errno.ECONNABORTED)

    def _again(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES // 2:
            self._end.die(errno.ECONNABORTED)
            return
        self._lan.after(min(RTO_NS << self._tries - 1, MOST_RTO_NS), self._syn)

    def _accepted(self) -> None:
        end = self._end
        if end.alive and end.other.alive:
            end.is_open = True
            end.user.opened(end)
        elif end.alive:
            end.die(errno.ECONNRESET)
        else:
            end.other.die(errno.ECONNRESET)

    def _refused(self) -> None:
        self._end.other._forget()
        self._end.die(errno.ECONNRESET)  # lwIP knows no ECONNREFUSED


class _Nobody:
    """Who has an end that no program has any more."""

    def opened(self, end: StreamEnd) -> None:
        end.close()

    def received(self, end: StreamEnd, data: bytes) -> None:
        end.consumed(len(data))

    def finished(self, end: StreamEnd) -> None:
        end.finish()

    def broken(self, end: StreamEnd, error: int) -> None:
        pass

    def writable(self, end: StreamEnd) -> None:
        pass


NOBODY: StreamUser = _Nobody()
