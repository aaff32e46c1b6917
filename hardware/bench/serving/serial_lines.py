"""The serial lines of a live bench: every board has one, with any number of endpoints."""

from collections.abc import Callable

from hardware.bench.diagram import suggest
from hardware.bench.serving.endpoint import Endpoint, OnInput
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.pacing import BaudPacer
from hardware.bench.serving.pair_endpoint import PairEndpoint
from hardware.bench.serving.pty_endpoint import PtyEndpoint
from hardware.bench.serving.serial_tail import SerialTail
from hardware.bench.serving.socket_endpoint import SocketEndpoint
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _

LAG_S = 0.01


class SerialMultiplexer:
    """The serial line of one board: input of any client goes to the board, its output to all.

    Not thread-safe: it belongs to the bench's thread.
    """

    def __init__(self, baud: int | None, send: OnInput, reset: Callable[[], None]) -> None:
        """`send` takes the input of clients, `reset` is the button that RTS and DTR press."""
        self._endpoints: list[Endpoint] = []
        self._in = BaudPacer(baud, send)
        self._out = BaudPacer(baud, self._offer)
        self._output = bytearray()
        self._reset = reset
        self._held_low = False

    # -- endpoints

    def add_pair(self) -> PairEndpoint:
        """Open an endpoint for this process."""
        pair = PairEndpoint(self._in.add)
        self._endpoints.append(pair)
        return pair

    def add_tail(self, tail: SerialTail) -> None:
        """Keep the last output from now on."""
        self._endpoints.append(tail)

    def add_pty(self) -> str:
        """Open a pseudo-terminal; returns its path."""
        return self._add(lambda: PtyEndpoint(self._in.add))

    def add_socket(self, port: int) -> str:
        """Listen for the bare line; returns the URL. Raises: BenchError when the port is taken."""
        return self._add(lambda: SocketEndpoint(self._in.add, None, port))

    def add_rfc2217(self, port: int) -> str:
        """Listen for RFC 2217; returns the URL. Raises: as `add_socket`."""
        return self._add(lambda: SocketEndpoint(self._in.add, self._set_modem_lines, port))

    def _add(self, make: Callable[[], Endpoint]) -> str:
        try:
            endpoint = make()
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._endpoints.append(endpoint)
        return endpoint.url

    def close(self) -> None:
        """Close all endpoints."""
        for endpoint in self._endpoints:
            endpoint.close()
        self._endpoints.clear()

    # -- bytes

    def from_client(self, data: bytes) -> None:
        """Input for the board that comes from no endpoint."""
        self._in.add(data)

    def from_board(self, data: bytes) -> None:
        """Take output of the board, which comes in pieces; the next `send_on` passes it on."""
        self._output += data

    def serve(self) -> None:
        """Do everything that can be done without waiting."""
        for endpoint in self._endpoints:
            endpoint.serve()
        self._endpoints = [endpoint for endpoint in self._endpoints if not endpoint.closed]
        self._in.pump()
        self.send_on()

    def send_on(self) -> None:
        """Pass the board's output on."""
        if self._output:
            self._out.add(bytes(self._output))
            self._output.clear()
        self._out.pump()

    def _offer(self, data: bytes) -> None:
        for endpoint in self._endpoints:
            endpoint.offer(data)

    def _set_modem_lines(self, dtr: bool, rts: bool) -> None:
        """EN is low while RTS is set and DTR is not; the chip starts when it goes high again."""
        was, self._held_low = self._held_low, rts and not dtr
        if was and not self._held_low:
            self._reset()

    # -- waiting

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for endpoint in self._endpoints for entry in endpoint.watch()]

    def lags(self) -> bool:
        """Whether the board must pause: a client is behind, or the wire is slower than the
        board."""
        return self._out.lags() or any(endpoint.lags() for endpoint in self._endpoints)

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [endpoint.idle_s() for endpoint in self._endpoints]
        times += [self._in.idle_s(), self._out.idle_s(), LAG_S if self.lags() else None]
        return min((time for time in times if time is not None), default=None)


class SerialLines:
    """The serial lines of all boards, by board id. Not thread-safe, like each of them."""

    def __init__(self, bench: InteractiveBench, baud: int | None) -> None:
        self._boards = {key: self._line(bench, key, baud) for key in bench.boards}

    def _line(self, bench: InteractiveBench, board: str, baud: int | None) -> SerialMultiplexer:
        def send(data: bytes) -> None:
            bench.soon(lambda: bench.send(data, board=board))

        line = SerialMultiplexer(baud, send, lambda: bench.reset(board=board))
        bench.on_output(line.from_board, board)
        return line

    def of(self, board: str) -> SerialMultiplexer:
        """A board's line; without an id, the first board's. Raises: HardwareError for a wrong
        id."""
        if board and board not in self._boards:
            what = _("there is no board {board} on the bench").format(board=repr(board))
            raise HardwareError(what, suggest(board, self._boards))
        return self._boards[board] if board else next(iter(self._boards.values()))

    def serve(self) -> None:
        """Do everything that can be done without waiting."""
        for line in self._boards.values():
            line.serve()

    def send_on(self) -> None:
        """Pass the boards' output on."""
        for line in self._boards.values():
            line.send_on()

    def lags(self) -> bool:
        """Whether the bench must pause: a client is behind, or a wire is slower than its
        board."""
        return any([line.lags() for line in self._boards.values()])

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for line in self._boards.values() for entry in line.watch()]

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [line.idle_s() for line in self._boards.values()]
        return min((time for time in times if time is not None), default=None)

    def close(self) -> None:
        """Close all endpoints of all boards."""
        for line in self._boards.values():
            line.close()
