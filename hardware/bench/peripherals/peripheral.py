"""Calls: how a board asks for more than a pin can do (a bus, a radio), and what answers.

A *peripheral* stands for a device of the chip: its I2C controller with the bus behind it, its
radio with the network. Each is a file in `peripherals/`; it is found there, and need not be
registered."""

import random
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.events import NEVER, Clock
from hardware.bench.trace.recorder import Recorder

MOST_BYTES = 32 * 1024
"""Bytes of one call, each way (`VB_CALL_MOST` of the port)."""
LEAST_STATUS, MOST_STATUS = -(2**15), 2**15 - 1
"""The range of a status in the trace."""
MOST_BUSY_NS = 2**32 - 1


class Call(NamedTuple):
    """A call of the board: a `CALL_…` of frames.py, its two arguments, and its bytes."""

    op: int
    b: int
    c: int
    data: bytes
    t_ns: int


class Answer(NamedTuple):
    """The answer: a status (or -errno), bytes, and how long all of it takes (ns, < 4.3 s)."""

    status: int = 0
    data: bytes = b""
    busy_ns: int = 0


class BadCallError(Exception):
    """An invalid call: no unmodified board makes it, and it ends the board. The text says why."""


class PeripheralHost(Clock, Protocol):
    """What a peripheral gets of its board and of the bench around it."""

    @property
    def circuit(self) -> BoardSide:
        """The circuit as the board sees it."""

    @property
    def recorder(self) -> Recorder:
        """Where the board's trace is kept."""

    @property
    def commons(self) -> dict[type, Any]:
        """Objects that all boards of the bench share (the network), by their class."""

    @property
    def program_bytes(self) -> Callable[[int, int], bytes]:
        """Reads the flash where the program is: gets a place and a size; returns fewer bytes where
        there are no more."""

    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None:
        """As `at`, for something that any board may notice at that time."""

    def at_news(self, t_ns: int, fn: Callable[[], None]) -> None:
        """As `at`, for something that only sets an interrupt of the board."""

    def read_rarely(self, gpio: int, on: bool) -> None:
        """Whether a peripheral has this pad as its input: the port asks at each read of it."""

    def noticed_after(self, wire_ns: int = NEVER, radio_ns: int = NEVER) -> None:
        """The shortest time after which others notice what the board does: the boards on its
        wires, and all boards."""

    def show(self, data: bytes) -> None:
        """Serial output that the program does not print: a pin sends it to the serial monitor."""

    def rng(self, name: str) -> random.Random:
        """Chance for one purpose; the same seed and name give the same numbers."""

    def set_interrupt(self, channel: int, pending: bool) -> None:
        """Whether a channel has something that the board has not fetched."""


class Peripheral:
    """The base class: answers the calls that `CALLS` names."""

    CALLS: ClassVar[tuple[int, ...]] = ()
    TELLS: ClassVar[bool] = False
    """Whether it may tell the board the answers to calls in advance (`told`)."""

    def __init__(self, board: PeripheralHost) -> None:
        self.board = board

    @abstractmethod
    def call(self, call: Call) -> Answer:
        """Answers a call, at its own time. Raises: BadCallError."""

    def told(self) -> Mapping[int, bytes]:
        """The flags (`FLAG_…`) and the bytes with which a grant tells the board the answers to
        some calls, as long as nothing happens."""
        return {}

    def may_be_told(self, call: Call) -> bool:
        """Whether a call is of a kind whose answer the board may know."""
        return False

    def reset(self) -> None:
        """The board has gone off, or starts again."""
