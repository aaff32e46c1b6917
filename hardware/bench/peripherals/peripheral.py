"""Calls: how a board asks for more than a pin can do (a bus, a radio), and who answers.

A *peripheral* is the far side of a device of the chip: what its I2C controller meets on the bus,
what its radio meets in the air. Its file in `peripherals/` is found by itself.
"""

import random
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol

from hardware.bench.events import NEVER
from hardware.bench.flash import Flash
from hardware.bench.trace.recorder import Recorder
from hardware.boards import BoardType

MOST_BYTES = 32 * 1024
"""Bytes of one call, each way (`VB_CALL_MOST` of the port)."""
LEAST_STATUS, MOST_STATUS = -(2**15), 2**15 - 1
"""What the trace can hold of a status."""
MOST_BUSY_NS = 2**32 - 1


class Call(NamedTuple):
    """What the board asks: a `CALL_…` of frames.py, its two arguments, and its bytes."""

    op: int
    b: int
    c: int
    data: bytes
    t_ns: int


class Answer(NamedTuple):
    """What it is told: a status (or -errno), bytes, and how long all of it takes (ns, < 4.3 s)."""

    status: int = 0
    data: bytes = b""
    busy_ns: int = 0


class BadCallError(Exception):
    """A call that no honest board makes: it ends the board. The text says why."""


class PeripheralHost(Protocol):
    """What a peripheral has of its board and the bench around; a Station is one."""

    @property
    def now_ns(self) -> int: ...
    @property
    def board(self) -> BoardType: ...
    @property
    def circuit(self) -> Any: ...
    @property
    def flash(self) -> Flash: ...
    @property
    def recorder(self) -> Recorder: ...
    @property
    def commons(self) -> dict[type, Any]:
        """What all boards of the bench share (the network), by its class."""

    def at(self, t_ns: int, fn: Callable[[], None]) -> None: ...
    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None:
        """The same for what any board may see at that time."""

    def reaches(self, near_ns: int = NEVER, all_ns: int = NEVER) -> None:
        """How soon after it acts the board can be noticed, by those on its wires, by all."""

    def rng(self, name: str) -> random.Random: ...
    def mail(self, channel: int, there: bool) -> None:
        """Whether a channel has something that the board has not fetched (an interrupt line)."""


class Peripheral:
    """The base of every file in `peripherals/`: answers the calls that `CALLS` names."""

    CALLS: ClassVar[tuple[int, ...]] = ()

    def __init__(self, desk: PeripheralHost) -> None:
        self.desk = desk

    def call(self, call: Call) -> Answer:
        """Answers, at the call's own time. Raises: BadCallError."""
        raise NotImplementedError

    def reset(self) -> None:
        """The board lost its power, or started anew."""
