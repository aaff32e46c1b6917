"""The receive buffer of the REPL: read up to a mark or a count, or stream up to an end."""

import re
from collections.abc import Callable

from hardware.errors import BoardTimeout
from hardware.i18n import _
from hardware.wire.port import Deadline, Port

Sink = Callable[[bytes], None]
HOLD_S = 0.2
"""How long bytes that may begin an end mark wait for the rest of it."""


class Incoming:
    """Bytes of one port, in order, until they are read."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.held = bytearray()
        self._passed = 0
        """How many of them `stream` has passed on; they are kept only to find the end."""

    def read(self, deadline: Deadline) -> bytes:
        """All that has come, waiting for the first byte; b"" when the deadline passes."""
        data = bytes(self.held) or self._port.read(deadline.left())
        self.held.clear()
        return data

    def grow(self, deadline: Deadline) -> bool:
        """Wait for more bytes and keep them; returns whether some came."""
        data = self._port.read(deadline.left())
        self.held += data
        return bool(data)

    def need(self, deadline: Deadline, waiting_for: str) -> None:
        """Wait for more bytes. Raises: BoardTimeout when the deadline has passed."""
        # Also while bytes come: output without end is not an answer.
        if deadline.over() or (not self.grow(deadline) and deadline.over()):
            raise BoardTimeout(
                _("The board did not answer in time ({what}).").format(what=waiting_for),
                _("Try again; if it stays silent, reset the board."),
            )

    def until(self, mark: bytes, deadline: Deadline, waiting_for: str) -> bytes:
        """The bytes before `mark`; `mark` is removed, too."""
        seen = 0
        while (at := self.held.find(mark, seen)) < 0:
            seen = max(0, len(self.held) - len(mark) + 1)
            self.need(deadline, waiting_for)
        return self._cut(at, at + len(mark))

    def take(self, count: int, deadline: Deadline, waiting_for: str) -> bytes:
        """The next `count` bytes."""
        while len(self.held) < count:
            self.need(deadline, waiting_for)
        return self._cut(count, count)

    def find(
        self, what: re.Pattern[bytes], deadline: Deadline, waiting_for: str
    ) -> tuple[bytes, re.Match[bytes]]:
        """The bytes before the first match of `what`, and the match; both are removed."""
        while not (found := what.search(bytes(self.held))):
            self.need(deadline, waiting_for)
        return self._cut(found.start(), found.end()), found

    def stream(
        self,
        end: re.Pattern[bytes],
        begins: re.Pattern[bytes],
        room: int,
        deadline: Deadline,
        sink: Sink,
    ) -> bytes:
        """Pass bytes to `sink` until `end` matches; returns the match, which `sink` never gets.

        Args:
            end: what ends the stream.
            begins: what a long end begins with: such bytes are held back for up to 0.2 s.
            room: the longest end, in bytes.
        """
        try:
            while not (found := end.search(self.held)):
                maybe = begins.search(self.held, max(self._passed, len(self.held) - room))
                self._pass_on(maybe.start() if maybe else len(self.held), sink)
                if maybe and self.grow(deadline.within(HOLD_S)):
                    continue
                self._pass_on(len(self.held), sink)
                self._drop(min(self._passed, len(self.held) - room))
                self.need(deadline, _("end of the program"))
            self._pass_on(found.start(), sink)
            self._passed = found.end()
            return found[0]
        finally:
            self._drop(self._passed)

    def _pass_on(self, upto: int, sink: Sink) -> None:
        """Count bytes before `sink` gets them: after a Ctrl-C in it they are not sent again."""
        start, self._passed = self._passed, max(self._passed, upto)
        if upto > start:
            sink(bytes(self.held[start:upto]))

    def _drop(self, count: int) -> None:
        if count > 0:
            del self.held[:count]
            self._passed -= count

    def _cut(self, keep: int, drop: int) -> bytes:
        """The first `keep` bytes; the first `drop` bytes are removed."""
        head = bytes(self.held[:keep])
        del self.held[:drop]
        return head
