"""A serial line in virtual time, for host code that talks to a device.

    line = HostLine(device)                     # device(data) -> [(delay in ms, bytes), ...]
    run.host.make("Link", line.methods, 7)      # Link(line, 7) in the host code
    run.host.call("Link.request", 1, answer=bytes | None)
    line.sent                                   # what was sent, and when

Host code has the end of it with `send(data)` and `receive(timeout_ms)`. Only `receive` lets time
pass, so a time-out costs nothing, and no machine is too slow.
"""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from math import isfinite
from typing import Any

from grader.host.host_functions import RefusedCall

MOST_SENT, MOST_BYTES = 1000, 4096
"""How often host code may send, and how much at once: it must not fill this process's memory."""


class HostLine:
    """A line to a device. Each `send` gives the device a whole message; each `receive` returns
    one of its messages, the earliest first."""

    def __init__(self, device: Callable[[bytes], Iterable[tuple[float, bytes]]]) -> None:
        """`device` gets what is sent, and returns its answers, each with its delay in ms."""
        self._device = device
        self.now_ms = 0.0
        self.sent: list[tuple[float, bytes]] = []
        """What host code has sent, with the time (ms)."""
        self._coming: list[tuple[float, int, bytes]] = []

    @property
    def methods(self) -> Mapping[str, Callable[..., Any]]:
        """What host code may call, for `HostFunctions.make`."""
        return {"send": self.send, "receive": self.receive}

    def send(self, data: object) -> None:
        """Send a message, in no time. Raises: RefusedCall for what is no message."""
        if not isinstance(data, bytes) or len(data) > MOST_BYTES:
            raise RefusedCall(f"the data is no bytes, or more than {MOST_BYTES}")
        if len(self.sent) == MOST_SENT:
            raise RefusedCall(f"called more than {MOST_SENT} times")
        self.sent.append((self.now_ms, data))
        for delay_ms, answer in self._device(data):
            heappush(self._coming, (self.now_ms + delay_ms, len(self.sent), answer))

    def receive(self, timeout_ms: object) -> bytes:
        """The next message from the device; b"" when none comes within `timeout_ms`. Raises:
        RefusedCall for what is no time."""
        if not isinstance(timeout_ms, int | float) or not isfinite(timeout_ms) or timeout_ms < 0:
            raise RefusedCall("the time-out is no number of ms")
        until_ms = self.now_ms + timeout_ms
        if not self._coming or self._coming[0][0] > until_ms:
            self.now_ms = until_ms
            return b""
        at_ms, _order, data = heappop(self._coming)
        self.now_ms = max(self.now_ms, at_ms)
        return data
