"""Puts TLS before the servers of a bench."""

from collections.abc import Callable

from hardware.bench.network.simulation import Simulation
from hardware.bench.network.tcp.stream import Stream
from hardware.bench.network.tls.certificates import certificate_of
from hardware.bench.network.tls.tls_stream import TlsStream

Accept = Callable[[Stream], bool]
MOST_OPEN = 16
"""Connections with TLS of one board. No board has memory for more."""


class TlsServer:
    """The TLS connections of one bench. `default` is the host of a client that names none."""

    def __init__(self, simulation: Simulation, default: str) -> None:
        self._random = simulation.rng("tls")
        self._default = default
        self._open: dict[TlsStream, None] = {}

    def before(self, accept: Accept) -> Accept:
        """The same server behind TLS."""

        def accept_tls(end: Stream) -> bool:
            # Processes need this operating system, as boards do; the network without TLS does not.
            from hardware.bench.network.tls.server_process import TlsServerProcess

            own = [one for one in self._open if one.peer.board is end.peer.board]
            if len(own) >= MOST_OPEN:
                own[0].reset()
            stream = TlsStream(
                end,
                TlsServerProcess(self._random.randbytes(32), self._certificate),
                lambda: self._open.pop(stream, None),
            )
            end.user = stream
            if not accept(stream):
                stream.end()
                return False
            self._open[stream] = None
            return True

        return accept_tls

    def close(self) -> None:
        """End all processes."""
        for stream in list(self._open):
            stream.end()

    def _certificate(self, name: bytes) -> bytes:
        return certificate_of(name.decode("latin-1"), self._default).packed()
