"""A serial line with the faults of a real one, between a virtual board and every way to it.

    with EmulatedLine("esp32", noise=1e-4, seed=3) as line:
        Board(line.connect()).files.put("x.bin", data)

Both directions are paced. The board's receive FIFO has 256 bytes; what does not fit is lost. With
the same seed, the same bytes suffer the same faults.
"""

import random
from collections.abc import Callable
from types import TracebackType
from typing import Self

from hardware.bench.bench import Mode
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.pacing import BaudPacer
from hardware.wire.port import BAUD, Port

BYTES_PER_S = BAUD / 10
FIFO_BYTES = 256
DELAY_S = 0.02
Pass = Callable[[bytes], None]


class Noise:
    """Faults of one direction: each byte is dropped, flipped or delayed with the chance `noise`,
    one of the three."""

    def __init__(self, pacer: BaudPacer, noise: float, seed: int, forward: Pass) -> None:
        self._pacer = pacer
        self._noise = noise
        self._chance = random.Random(seed)
        self._forward = forward
        self.faults = 0

    def __call__(self, data: bytes) -> None:
        """Pass on what is left of the bytes."""
        kept = bytearray()
        for byte in data:
            if self._chance.random() >= self._noise:
                kept.append(byte)
                continue
            self.faults += 1
            kind = self._chance.randrange(3)
            if kind == 1:
                kept.append(byte ^ 1 << self._chance.randrange(8))
            elif kind == 2:
                kept.append(byte)
                self._pacer._free_s += DELAY_S
        self._forward(bytes(kept))


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
        self._left: int | None = None
        line = self.bench._lines.of("")
        to_board, from_board = line._in, line._out
        self._noises = [
            Noise(to_board, noise, 2 * seed, self._into_fifo),
            Noise(from_board, noise, 2 * seed + 1, from_board._forward),
        ]
        to_board._forward, from_board._forward = map(self._counted, self._noises)

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

    @property
    def faults(self) -> int:
        """How many faults there were."""
        return sum(noise.faults for noise in self._noises)

    def cut_after(self, count: int) -> None:
        """Cut the line when it has carried so many more bytes, of both directions together: the
        client's end is closed, and the board goes on. The next client is connected."""
        self._left = count

    def _counted(self, forward: Pass) -> Pass:
        """The same with a line that may be cut."""

        def passed(data: bytes) -> None:
            if self._left is None:
                forward(data)
                return
            forward(data[: self._left])
            self._left -= len(data)
            if self._left <= 0:
                self._left = None
                for endpoint in self.bench._lines.of("")._endpoints:
                    endpoint.close()

        return passed

    def _into_fifo(self, data: bytes) -> None:
        bench = self.bench._bench

        def receive() -> None:
            serial = bench.boards[next(iter(bench.boards))].serial
            room = max(0, FIFO_BYTES - len(serial))
            self.lost += len(data[room:])
            bench.send(data[:room])

        bench.soon(receive)
