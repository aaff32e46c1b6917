"""An endpoint for programs in the bench's own process: a socket pair."""

import select
import socket

from hardware.bench.serving.endpoint import OnInput, OutputBuffer, receive


class PairEndpoint:
    """A socket pair; `theirs` is the program's end."""

    def __init__(self, on_input: OnInput) -> None:
        self.url = ""
        self.theirs, self._ours = socket.socketpair()
        self._ours.setblocking(False)
        self._on_input = on_input
        self._pending = OutputBuffer()
        self.closed = False

    def watch(self) -> list[tuple[int, int]]:
        """See `Endpoint`."""
        if self.closed:
            return []
        return [(self._ours.fileno(), select.POLLIN | (select.POLLOUT if self._pending else 0))]

    def lags(self) -> bool:
        """See `Endpoint`."""
        return self._pending.lags()

    def idle_s(self) -> float | None:
        """See `Endpoint`."""
        return None

    def serve(self) -> None:
        """See `Endpoint`."""
        try:
            while not self.closed and (data := receive(self._ours)) is not None:
                if not data:
                    self.close()
                    return
                self._on_input(data)
            self._flush()
        except OSError:
            self.close()

    def _flush(self) -> None:
        try:
            if not self.closed:
                self._pending.write(self._ours.fileno())
        except OSError:
            self.close()

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        if not self.closed:
            self._pending.add(data)
            self._flush()

    def set_plugged(self, plugged: bool) -> None:
        """See `Endpoint`. The program has to connect again."""
        if not plugged:
            self.close()

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        self._ours.close()
