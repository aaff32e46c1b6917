"""All the ways to one board's serial line, joined: what any client says goes to the board, what it
says to all."""

from collections.abc import Callable

from hardware.bench.serving.endpoint import Endpoint, OnInput
from hardware.bench.serving.pacing import BaudPacer
from hardware.bench.serving.pair_endpoint import PairEndpoint
from hardware.bench.serving.pty_endpoint import PtyEndpoint
from hardware.bench.serving.socket_endpoint import SocketEndpoint
from hardware.errors import BenchError
from hardware.i18n import _

LAG_S = 0.01


class Switchboard:
    """The endpoints of one line. Not thread-safe: it belongs to the bench's thread."""

    def __init__(self, baud: int | None, send: OnInput, reset: Callable[[], None]) -> None:
        """`send` takes what clients say, `reset` is the button that RTS and DTR press."""
        self._endpoints: list[Endpoint] = []
        self._in = BaudPacer(baud, send)
        self._out = BaudPacer(baud, self._offer)
        self._said = bytearray()
        self._reset = reset
        self._held_low = False

    # -- endpoints

    def add_pair(self) -> PairEndpoint:
        """An endpoint for this process."""
        pair = PairEndpoint(self._in.add)
        self._endpoints.append(pair)
        return pair

    def add_pty(self) -> str:
        """Open a pseudo-terminal; returns its path."""
        return self._add(lambda: PtyEndpoint(self._in.add))

    def add_socket(self, port: int) -> str:
        """Listen for the bare line; returns the URL. Raises: BenchError when the port is taken."""
        return self._add(lambda: SocketEndpoint(self._in.add, None, port))

    def add_rfc2217(self, port: int) -> str:
        """Listen for RFC 2217; returns the URL. Raises: as `add_socket`."""
        return self._add(lambda: SocketEndpoint(self._in.add, self._lines, port))

    def _add(self, make: Callable[[], Endpoint]) -> str:
        try:
            endpoint = make()
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._endpoints.append(endpoint)
        return endpoint.url

    def close(self) -> None:
        """Close all of them."""
        for endpoint in self._endpoints:
            endpoint.close()
        self._endpoints.clear()

    # -- bytes

    def from_client(self, data: bytes) -> None:
        """Bytes for the board from elsewhere."""
        self._in.add(data)

    def from_board(self, data: bytes) -> None:
        """Output of the board, sent on by the next `serve`: it comes in pieces of a line."""
        self._said += data

    def serve(self) -> None:
        """Everything that can be done without waiting."""
        for endpoint in self._endpoints:
            endpoint.serve()
        self._endpoints = [endpoint for endpoint in self._endpoints if not endpoint.closed]
        self._in.pump()
        self.send_on()

    def send_on(self) -> None:
        """Pass on what the board has said."""
        if self._said:
            self._out.add(bytes(self._said))
            self._said.clear()
        self._out.pump()

    def _offer(self, data: bytes) -> None:
        for endpoint in self._endpoints:
            endpoint.offer(data)

    def _lines(self, dtr: bool, rts: bool) -> None:
        """EN is low while RTS is set and DTR is not; the chip starts when it goes high again."""
        was, self._held_low = self._held_low, rts and not dtr
        if was and not self._held_low:
            self._reset()

    # -- waiting

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for endpoint in self._endpoints for entry in endpoint.watch()]

    def lags(self) -> bool:
        """Whether the board shall pause: a client is behind, or the wire is slower than the
        board."""
        return self._out.lags() or any(endpoint.lags() for endpoint in self._endpoints)

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [endpoint.idle_s() for endpoint in self._endpoints]
        times += [self._in.idle_s(), self._out.idle_s(), LAG_S if self.lags() else None]
        return min((time for time in times if time is not None), default=None)
