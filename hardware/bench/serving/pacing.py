"""The speed of a serial line: bytes pass no faster than a wire of this baud rate carries them."""

from collections.abc import Callable
from time import monotonic

BITS_PER_BYTE = 10
"""8N1: start, eight data, stop."""
PUMP_S = 0.002
"""How often a long transfer is passed on."""
FIFO_BYTES = 4096


class BaudPacer:
    """One direction of a line of `baud` bits per second; without a baud rate, bytes pass at
    once."""

    def __init__(self, baud: int | None, forward: Callable[[bytes], None]) -> None:
        self._byte_s = BITS_PER_BYTE / baud if baud else 0.0
        self._forward = forward
        self._waiting = bytearray()
        self._free_s = 0.0
        """When the wire has carried all that was passed on."""

    def set_baud(self, baud: int) -> None:
        """Go on at another rate; without effect on a line without a limit."""
        if self._byte_s:
            self._byte_s = BITS_PER_BYTE / baud

    def add(self, data: bytes) -> None:
        """Take bytes at the sender's end."""
        if not self._byte_s:
            self._forward(data)
            return
        if not self._waiting:
            self._free_s = max(self._free_s, monotonic())
        self._waiting += data
        self.pump()

    def clear(self) -> None:
        """Drop what is on the wire."""
        self._waiting.clear()

    def pump(self) -> None:
        """Pass on what the wire has carried until now."""
        count = min(len(self._waiting), self._carried())
        if count > 0:
            data = bytes(self._waiting[:count])
            del self._waiting[:count]
            self._free_s += count * self._byte_s
            self._forward(data)

    def lags(self) -> bool:
        """Whether so much waits that the sender must pause, as a UART's writer does."""
        return len(self._waiting) > FIFO_BYTES

    def idle_s(self) -> float | None:
        """`pump` must be called after this time: all that waits has been carried then, or so much
        that it is passed on. None when nothing waits."""
        if not self._waiting:
            return None
        end_s = self._free_s + len(self._waiting) * self._byte_s
        return min(max(end_s - monotonic(), 0.0), PUMP_S)

    def _carried(self) -> int:
        """How many bytes the wire can have carried since it was free."""
        if not self._byte_s:
            return len(self._waiting)
        return int((monotonic() - self._free_s) / self._byte_s)
