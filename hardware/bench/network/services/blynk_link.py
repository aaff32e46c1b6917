"""The connection of the library BlynkLib: frames of a kind, a number and texts, on the ports of
HTTP."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from hardware.bench.network.tcp.stream import Stream, StreamUser

HEAD = struct.Struct("!BHH")
"""Kind, number, and the length of the texts; an ANSWER has a status in place of a length."""
ANSWER, PING, SYNC, WRITE, LOGIN, EVENT = 0, 6, 16, 20, 29, 64
GOOD, WRONG_TOKEN = 200, 9
"""Statuses."""
MOST_TEXT = 4096
MOST_OUT = 65_536
"""The most bytes that may wait for a slow device. With more, its connection is closed."""


class BlynkFrame(NamedTuple):
    """What a device says."""

    kind: int
    number: int
    words: list[str]


class BlynkLink:
    """The service's end of a connection; a `StreamUser`."""

    def __init__(self, end: Stream, take: Callable[[BlynkLink, BlynkFrame], None]) -> None:
        self._end = end
        self._take = take
        self._received = bytearray()
        self._out = bytearray()
        self._number = 0
        self.is_open = True
        self.is_known = False
        """The device has logged in."""

    @property
    def board(self) -> object:
        """The board at the other end."""
        return self._end.peer.board

    def answer(self, number: int, status: int) -> None:
        """Answer the frame with this number."""
        self._send(HEAD.pack(ANSWER, number, status))

    def write(self, pin: str, value: str) -> None:
        """Tell the device the value of a virtual pin, such as v1."""
        self._number = self._number % 65535 + 1
        data = "\0".join(("vw", pin[1:], value)).encode()[:MOST_TEXT]
        self._send(HEAD.pack(WRITE, self._number, len(data)) + data)

    def close(self) -> None:
        """End the connection; what was sent arrives."""
        self.is_open = False
        self._end.finish()

    def _send(self, data: bytes) -> None:
        if not self.is_open:
            return
        self._out += data
        self.writable(self._end)
        if len(self._out) > MOST_OUT:
            self.close()

    # -- of the connection ----------------------------------------------------------------------

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        end.consumed(len(data))
        self._received += data
        while self.is_open and len(self._received) >= HEAD.size:
            kind, number, length = HEAD.unpack_from(self._received)
            whole = HEAD.size + (length if kind != ANSWER else 0)
            if whole > HEAD.size + MOST_TEXT or number == 0:
                self.close()
            if not self.is_open or len(self._received) < whole:
                return
            words = self._received[HEAD.size : whole].decode(errors="replace").split("\0")
            del self._received[:whole]
            self._take(self, BlynkFrame(kind, number, words))

    def finished(self, end: Stream) -> None:
        self.close()

    def broken(self, end: Stream, error: int) -> None:
        self.is_open = False

    def writable(self, end: Stream) -> None:
        del self._out[: end.send(bytes(self._out))]


class FirstBytes:
    """A new connection; its first byte says whether HTTP or a `BlynkLink` takes it."""

    def __init__(
        self, web: Callable[[Stream], bool], take: Callable[[BlynkLink, BlynkFrame], None]
    ) -> None:
        self._web = web
        self._take = take

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        if data[0] == LOGIN:
            end.user = BlynkLink(end, self._take)
        else:
            self._web(end)
        user: StreamUser = end.user
        user.received(end, data)

    def finished(self, end: Stream) -> None:
        end.finish()

    def broken(self, end: Stream, error: int) -> None:
        pass

    def writable(self, end: Stream) -> None:
        pass
