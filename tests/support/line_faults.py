"""Faults of a board's serial line and of the chip at its end, injected between the clients and the
board.

    faults = of_bench(bench)                  # a LiveBench; of_chip(chip): a BareChip
    faults.cut_after(9000)                    # the client sees the end of the line
    faults.flip(TO_BOARD, 5000)               # byte 5000 from now on has a wrong bit
    faults.dead.add(FROM_BOARD)               # the wire of that direction is broken
    faults.break_auto_reset()
    faults.brown_out_at_write()
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.serving.chip_port import ChipPort
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.pacing import BaudPacer
from hardware.bench.serving.serial_lines import SerialMultiplexer
from tests.support.bare_chip import BareChip

TO_BOARD, FROM_BOARD = "to the board", "from the board"
DELAY_S = 0.02
LONG_DELAY_S = 0.15
"""Longer than a board usually waits for the next bytes of a transfer."""
BROWN_OUT = b"\r\nBrownout detector was triggered\r\n\r\n"
"""What ESP-IDF prints."""
Pass = Callable[[bytes], None]
Fault = Literal["drop", "flip", "delay"]


class Noise:
    """Faults of one direction: each byte is dropped, flipped or delayed with the chance `noise`,
    one of the three; and bytes at chosen places."""

    def __init__(self, pacer: BaudPacer, noise: float, seed: int, forward: Pass) -> None:
        self._pacer = pacer
        self.chance = noise
        self._random = random.Random(seed)
        self._forward = forward
        self.faults = 0
        self.carried = 0
        """Bytes so far."""
        self.drops: set[int] = set()
        self.flips: set[int] = set()
        self.delays: set[int] = set()
        """Bytes that are dropped, that have a wrong bit, that come late, by their numbers."""

    def __call__(self, data: bytes) -> None:
        """Pass on what is left of the bytes."""
        kept = bytearray()
        for number, byte in enumerate(data, self.carried):
            kind = self._fault(number)
            self.faults += kind != ""
            if kind == "flip":
                kept.append(byte ^ 1 << self._random.randrange(8))
            elif kind == "delay":
                kept.append(byte)
                self._pacer._free_s += LONG_DELAY_S if number in self.delays else DELAY_S
            elif not kind:
                kept.append(byte)
        self.carried += len(data)
        self._forward(bytes(kept))

    def _fault(self, number: int) -> str:
        if number in self.drops:
            return "drop"
        if number in self.flips:
            return "flip"
        if number in self.delays:
            return "delay"
        if self._random.random() >= self.chance:
            return ""
        return ("drop", "flip", "delay")[self._random.randrange(3)]


class BrownOutError(Exception):
    """Leaves the loader in the middle of its command."""


class WeakFlash(NorFlash):
    """The same flash, whose erasing takes more current than there is."""

    def __init__(self, flash: NorFlash) -> None:
        self.__dict__.update(flash.__dict__)

    def erase(self, at: int, size: int) -> None:
        """Raises: BrownOutError."""
        raise BrownOutError


class LineFaults:
    """The faults of one line. Without a call there are none.

    Args:
        line: of the board.
        port: the chip at its end; None: it is not asked for.
        defer: has a function called soon in the thread that serves the line.
        noise: the chance of a fault of each byte.
    """

    def __init__(
        self,
        line: SerialMultiplexer,
        port: ChipPort | None,
        defer: Callable[[Callable[[], None]], None],
        *,
        noise: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._line = line
        self._port = port
        self._defer = defer
        self.carried = 0
        """Bytes that the line has carried, of both directions together."""
        self.dead: set[str] = set()
        """Directions that carry nothing."""
        self._spoils: tuple[int, Fault] | None = None
        """At how many carried bytes a fault comes, and which one."""
        self._left = 0
        self._then: Callable[[], None] | None = None
        self.noises = {
            TO_BOARD: Noise(line._in, noise, 2 * seed, line._in._forward),
            FROM_BOARD: Noise(line._out, noise, 2 * seed + 1, line._out._forward),
        }
        line._in._forward = self._counted(TO_BOARD)
        line._out._forward = self._counted(FROM_BOARD)

    @property
    def faults(self) -> int:
        """How many faults of bytes there were."""
        return sum(noise.faults for noise in self.noises.values())

    @contextmanager
    def without_noise(self) -> Iterator[None]:
        """A line without faults, to look at what arrived."""
        was = {direction: noise.chance for direction, noise in self.noises.items()}
        for noise in self.noises.values():
            noise.chance = 0.0
        yield
        for direction, noise in self.noises.items():
            noise.chance = was[direction]

    def drop(self, direction: str, after: int, count: int = 1) -> None:
        """Drop bytes: the first one when so many more have passed in that direction."""
        noise = self.noises[direction]
        noise.drops.update(range(noise.carried + after, noise.carried + after + count))

    def flip(self, direction: str, after: int) -> None:
        """Flip a bit of a byte, when so many more have passed in that direction."""
        noise = self.noises[direction]
        noise.flips.add(noise.carried + after)

    def spoil(self, count: int, fault: Fault) -> None:
        """One fault, in the byte that comes after so many more bytes, of both directions
        together. A delay is long, and comes only on a line with a baud rate."""
        self._spoils = self.carried + count, fault

    @property
    def spoils(self) -> bool:
        """Whether that byte has not come yet."""
        return self._spoils is not None

    def cut_after(self, count: int) -> None:
        """Cut the line when it has carried so many more bytes, of both directions together: the
        client's end is closed, and the board goes on. The next client is connected."""

        self.after(count, self.cut)

    def cut(self) -> None:
        """Cut the line now; only in the thread that serves it."""
        for endpoint in self._line._endpoints:
            endpoint.close()
        self._line._endpoints.clear()

    def after(self, count: int, act: Callable[[], None]) -> None:
        """Call `act` once, in the thread that serves the line, when it has carried so many more
        bytes, of both directions together; what comes before it is called is lost."""

        def done() -> None:
            act()
            self._then = None

        self._left, self._then = count, done

    def break_auto_reset(self) -> None:
        """DTR and RTS lead nowhere, and nobody presses BOOT: a flashing program gets no answer."""

        def nothing(_download: bool) -> None: ...

        self._line._reset = self._line._circuit._on_reset = nothing
        for detector in self._line._detectors:
            detector._reset = nothing

    def brown_out_at_write(self) -> None:
        """The supply fails when the flash is erased for the first time: the chip starts again."""
        port = self._port
        assert port
        with_power, receive = port.chip.flash, port.receive

        def take(data: bytes) -> None:
            try:
                receive(data)
            except BrownOutError:
                port.chip.flash = with_power
                setattr(port, "receive", receive)  # noqa: B010 - a method, for mypy
                port.send(BROWN_OUT)
                port.restart()

        port.chip.flash = WeakFlash(with_power)
        setattr(port, "receive", take)  # noqa: B010

    def _counted(self, direction: str) -> Pass:
        """Passes bytes on that are counted."""
        forward = self.noises[direction]

        def passed(data: bytes) -> None:
            if self._spoils and (at := self._spoils[0] - self.carried) < len(data):
                chosen = {"drop": forward.drops, "flip": forward.flips, "delay": forward.delays}
                chosen[self._spoils[1]].add(forward.carried + at)
                self._spoils = None
            self.carried += len(data)
            if direction in self.dead:
                return
            if self._then is None:
                forward(data)
                return
            forward(data[: max(0, self._left)])
            was, self._left = self._left, self._left - len(data)
            if self._left <= 0 < was:
                self._defer(self._then)

        return passed


def of_bench(
    bench: LiveBench, board: str = "", *, noise: float = 0.0, seed: int = 0
) -> LineFaults:
    """The faults of a board's line."""

    def defer(act: Callable[[], None]) -> None:
        bench._todo.put(act)
        os.eventfd_write(bench._wake, 1)

    port = bench._lines._chips[board or next(iter(bench.board_types))]
    chip = port if isinstance(port, ChipPort) else None
    return LineFaults(bench._lines.of(board), chip, defer, noise=noise, seed=seed)


def of_chip(chip: BareChip, *, noise: float = 0.0, seed: int = 0) -> LineFaults:
    """The faults of a chip's line."""
    return LineFaults(chip.line, chip.port, chip.later, noise=noise, seed=seed)
