"""A serial line with the faults of a real one, between a virtual board and every way to it.

    with EmulatedLine("esp32", noise=1e-4, seed=3) as line:
        Board(line.connect()).files.put("x.bin", data)

Both directions are paced. The board's receive FIFO has 256 bytes; what does not fit is lost. With
the same seed, the same bytes suffer the same faults.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        self.chance = noise
        self._random = random.Random(seed)
        self._forward = forward
        self.faults = 0

    def __call__(self, data: bytes) -> None:
        """Pass on what is left of the bytes."""
        kept = bytearray()
        for byte in data:
            if self._random.random() >= self.chance:
                kept.append(byte)
                continue
            self.faults += 1
            kind = self._random.randrange(3)
            if kind == 1:
                kept.append(byte ^ 1 << self._random.randrange(8))
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
        self.carried = 0
        """Bytes that the line has carried, of both directions together."""
        self._left = 0
        self._then: Callable[[], None] | None = None
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

    def serve_rfc2217(self) -> str:
        """A URL with modem lines, for other programs."""
        return self.bench.serve_rfc2217()

    @contextmanager
    def without_noise(self) -> Iterator[None]:
        """A line without faults, to look at what arrived."""
        was = [noise.chance for noise in self._noises]
        for noise in self._noises:
            noise.chance = 0.0
        yield
        for noise, chance in zip(self._noises, was, strict=True):
            noise.chance = chance

    @property
    def faults(self) -> int:
        """How many faults there were."""
        return sum(noise.faults for noise in self._noises)

    def cut_after(self, count: int) -> None:
        """Cut the line when it has carried so many more bytes, of both directions together: the
        client's end is closed, and the board goes on. The next client is connected."""

        def cut() -> None:
            endpoints = self.bench._lines.of("")._endpoints
            for endpoint in endpoints:
                endpoint.close()
            endpoints.clear()

        self.after(count, cut)

    def after(self, count: int, act: Callable[[], None]) -> None:
        """Call `act` once, in the bench's thread, when the line has carried so many more bytes, of
        both directions together; what comes before it is called is lost."""

        def done() -> None:
            act()
            self._then = None

        self._left, self._then = count, done

    def _counted(self, forward: Pass) -> Pass:
        """The same with bytes that are counted."""

        def passed(data: bytes) -> None:
            self.carried += len(data)
            if self._then is None:
                forward(data)
                return
            forward(data[: max(0, self._left)])
            was, self._left = self._left, self._left - len(data)
            if self._left <= 0 < was:
                self.bench._todo.put(self._then)
                os.eventfd_write(self.bench._wake, 1)

        return passed

    def _into_fifo(self, data: bytes) -> None:
        bench = self.bench._bench

        def receive() -> None:
            serial = bench.boards[next(iter(bench.boards))].serial
            room = max(0, FIFO_BYTES - len(serial))
            self.lost += len(data[room:])
            bench.send(data[:room])

        bench.soon(receive)
