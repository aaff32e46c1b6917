"""A serial line with the faults of a real one, between a virtual board and every way to it.

    with EmulatedLine("esp32", noise=1e-4, seed=3) as line:
        Board(line.connect()).files.put("x.bin", data)

Both directions are paced. The board's receive FIFO has 256 bytes; what does not fit is lost. With
the same seed, the same bytes suffer the same faults.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from hardware.bench.bench import Mode
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.port import BAUD, Port
from tests.support.line_faults import TO_BOARD, Fault, of_bench

BYTES_PER_S = BAUD / 10
FIFO_BYTES = 256


class EmulatedLine:
    """A bench with one board, whose line has faults."""

    def __init__(
        self,
        family: str,
        *,
        noise: float = 0.0,
        seed: int = 0,
        baud: int | None = BAUD,
        mode: Mode = "virtual",
    ) -> None:
        """Power on. `baud` None: as fast as the board."""
        self.bench = LiveBench(family, mode=mode, baud=baud)
        self.lost = 0
        """Bytes that did not fit into the FIFO."""
        self._faults = of_bench(self.bench, noise=noise, seed=seed)
        self._faults.noises[TO_BOARD]._forward = self._into_fifo

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.bench.close()

    def connect(self) -> Port:
        """A port in this process."""
        return self.bench.connect()

    def serve_pty(self) -> str:
        """The path of a pseudo-terminal, for other programs."""
        return self.bench.serve_pty()

    def serve_rfc2217(self) -> str:
        """A URL with modem lines, for other programs."""
        return self.bench.serve_rfc2217()

    def without_noise(self) -> AbstractContextManager[None]:
        """See `LineFaults`."""
        return self._faults.without_noise()

    @property
    def faults(self) -> int:
        """See `LineFaults`."""
        return self._faults.faults

    @property
    def carried(self) -> int:
        """See `LineFaults`."""
        return self._faults.carried

    def spoil(self, count: int, fault: Fault) -> None:
        """See `LineFaults`."""
        self._faults.spoil(count, fault)

    @property
    def spoils(self) -> bool:
        """See `LineFaults`."""
        return self._faults.spoils

    def cut_after(self, count: int) -> None:
        """See `LineFaults`."""
        self._faults.cut_after(count)

    def after(self, count: int, act: Callable[[], None]) -> None:
        """See `LineFaults`."""
        self._faults.after(count, act)

    def _into_fifo(self, data: bytes) -> None:
        bench = self.bench._bench

        def receive() -> None:
            serial = bench.boards[next(iter(bench.boards))].serial
            room = max(0, FIFO_BYTES - len(serial))
            self.lost += len(data[room:])
            bench.send(data[:room])

        bench.soon(receive)
