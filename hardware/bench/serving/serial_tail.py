"""The last output of a board, for viewers that come and go. It never makes the board wait."""

import threading

MOST_KEPT = 1 << 16
"""Bytes that are kept. A viewer that comes back later has lost what is older."""


class SerialTail:
    """An endpoint that only listens; `since` may be called from any thread."""

    takes_input = True
    """Whether somebody may type: a program runs, or the board is at its friendly prompt."""
    url = ""
    closed = False

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = bytearray()
        self._sent = 0
        """All bytes that the board has sent."""
        self._muted = False

    def since(self, place: int) -> tuple[bytes, int]:
        """The bytes after a place (0: all that are kept), and the place behind them."""
        with self._lock:
            first = self._sent - len(self._kept)
            return bytes(self._kept[max(0, place - first) :]), self._sent

    def last_line(self) -> bytes:
        """What the board has sent after its last line end."""
        with self._lock:
            return bytes(self._kept).rpartition(b"\n")[2]

    def mute(self, muted: bool) -> None:
        """Whether to leave out what the board sends: it answers a tool of ours. In the bench's
        thread."""
        self._muted = muted

    def restart(self) -> None:
        """The board will restart now: its boot.py and main.py are what it sends next."""

    def watch(self) -> list[tuple[int, int]]:
        """See `Endpoint`."""
        return []

    def lags(self) -> bool:
        """See `Endpoint`."""
        return False

    def idle_s(self) -> float | None:
        """See `Endpoint`."""
        return None

    def serve(self) -> None:
        """See `Endpoint`."""

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        with self._lock:
            if not self._muted:
                self._keep(data)

    def _keep(self, data: bytes) -> None:
        """Under the lock."""
        self._sent += len(data)
        self._kept += data
        del self._kept[: max(0, len(self._kept) - MOST_KEPT)]

    def set_plugged(self, plugged: bool) -> None:
        """See `Endpoint`. It keeps what was said before."""

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
