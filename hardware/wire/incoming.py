"""What has come from a board and is not used yet: waiting for a mark, for a count, or streaming up
to an end."""

import re
from collections.abc import Callable

from hardware.errors import BoardTimeout
from hardware.i18n import _
from hardware.wire.port import Deadline, Port

Sink = Callable[[bytes], None]
HOLD_S = 0.2
"""How long bytes that look like the start of an end mark may wait for the rest of it."""


class Incoming:
    """Bytes of one port, in order, until somebody takes them."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.held = bytearray()
        self._shown = 0
        """How many of them `stream` has passed on, and keeps only to find an end in."""

    def read(self, deadline: Deadline) -> bytes:
        """All that has come, waiting for the first byte; b"" when the deadline passes."""
        data = bytes(self.held) or self._port.read(deadline.left())
        self.held.clear()
        return data

    def grow(self, deadline: Deadline) -> bool:
        """Wait for more bytes, keep them, and say whether some came."""
        data = self._port.read(deadline.left())
        self.held += data
        return bool(data)

    def need(self, deadline: Deadline, waiting_for: str) -> None:
        """Wait for more bytes. Raises: BoardTimeout when the deadline has passed."""
        # Also while bytes come: a line that babbles without end is no answer.
        if deadline.over() or (not self.grow(deadline) and deadline.over()):
            raise BoardTimeout(
                _("The board did not answer in time ({what}).").format(what=waiting_for),
                _("Try again; if it stays silent, reset the board."),
            )

    def until(self, mark: bytes, deadline: Deadline, waiting_for: str) -> bytes:
        """The bytes before `mark`, which is taken away too."""
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
        """The bytes before the first match of `what`, and the match; both are taken away."""
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
        """Hand bytes to `sink` until `end` matches; return the match, which `sink` never gets.

        Args:
            end: what ends the stream.
            begins: what a long end begins with: such bytes are held back for up to 0.2 s.
            room: the longest end, in bytes.
        """
        try:
            while not (found := end.search(self.held)):
                maybe = begins.search(self.held, max(self._shown, len(self.held) - room))
                self._show(maybe.start() if maybe else len(self.held), sink)
                if maybe and self.grow(deadline.within(HOLD_S)):
                    continue
                self._show(len(self.held), sink)
                self._drop(min(self._shown, len(self.held) - room))
                self.need(deadline, _("end of the program"))
            self._show(found.start(), sink)
            self._shown = found.end()
            return found[0]
        finally:
            self._drop(self._shown)

    def _show(self, upto: int, sink: Sink) -> None:
        """Counted as shown before it is: a sink that is interrupted (Ctrl-C) is not told again."""
        start, self._shown = self._shown, max(self._shown, upto)
        if upto > start:
            sink(bytes(self.held[start:upto]))

    def _drop(self, count: int) -> None:
        if count > 0:
            del self.held[:count]
            self._shown -= count

    def _cut(self, keep: int, drop: int) -> bytes:
        """The first `keep` bytes; the first `drop` leave the buffer."""
        head = bytes(self.held[:keep])
        del self.held[:drop]
        return head
