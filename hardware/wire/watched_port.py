"""A port that is watched: a second thread sees all that the board sends, also between two reads of
the notebook, and takes nothing away from it.
"""

import threading
from collections.abc import Callable

from hardware.wire.port import Port

MOST_HELD = 1 << 20
"""Bytes that wait for the next `read`. A program that prints for days must not fill the memory:
the oldest bytes are dropped, as the system's own buffer drops them without us."""


class WatchedPort:
    """A `Port` in front of another. `fetch` may be called from any thread."""

    def __init__(self, port: Port, seen: Callable[[bytes], None]) -> None:
        """`seen` gets all bytes once, in their order."""
        self.name = port.name
        self._port = port
        self._seen = seen
        self._lock = threading.Lock()
        """Held by who reads the other port."""
        self._held = bytearray()
        """Fetched, and not read yet."""

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        with self._lock:
            if self._held:
                data = bytes(self._held)
                self._held.clear()
                return data
            data = self._port.read(timeout_s)
            self._seen(data)
            return data

    def fetch(self) -> None:
        """Take what has come, unless somebody is reading now; the next `read` returns it.

        Raises:
            BoardNotFound: the line is gone.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            data = self._port.read(0.0)
            self._held += data
            del self._held[: max(0, len(self._held) - MOST_HELD)]
            self._seen(data)
        finally:
            self._lock.release()

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        self._port.write(data)

    def pulse_reset(self) -> bool:
        """See `Port.pulse_reset`."""
        return self._port.pulse_reset()

    def close(self) -> None:
        """See `Port.close`."""
        self._port.close()
