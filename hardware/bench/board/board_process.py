"""What the bench needs from the machine that runs its boards.

A board is a program that exchanges bytes with the bench: records one way, answers the other way.
`process.py` runs it as a process of Linux. Another platform gives the bench its own `Platform`.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from hardware.bench.flash import Flash
from hardware.bench.limits import Limits


class Exit(NamedTuple):
    """How a board's program ended, and what it used."""

    code: int
    """The exit code, or minus the number of the signal."""
    cpu_s: float
    over_cpu: bool = False
    """Whether the platform ended it because of its CPU limit."""
    from_outside: bool = False
    """Whether something else ended it that no program on the board can cause."""


class BoardProcess(Protocol):
    """A running board."""

    pid: int
    unresponsive: bool
    """Whether it did not read its answers, until no more could be sent."""

    @property
    def torn(self) -> bool:
        """Whether the bytes that came last are not a whole record."""

    def fileno(self) -> int:
        """A descriptor that is readable when the board sent something or ended. Only interactive
        benches ask for it."""

    def receive(self, wait: bool) -> bytes | None:
        """The whole records that have come; b"" when none came in time, None when the board has
        ended."""

    def send(self, data: bytes) -> bool:
        """Sends bytes to the board; False when it has ended or takes nothing."""

    def end(self) -> Exit:
        """Ends the board. One that was ending by itself keeps its exit code."""


class Platform(Protocol):
    """Starts boards."""

    def start(self, port: str, flash: Flash, args: Sequence[str], limits: Limits) -> BoardProcess:
        """Starts a build of the port. Raises: BenchError when it cannot run here."""

    def queued_s(self, *pids: int) -> float:
        """How many seconds this thread and these boards have waited for a processor, together; 0
        where that is unknown."""

    def one_processor(self, *pids: int) -> AbstractContextManager[None]:
        """Keeps the bench and these boards close together while they exchange many messages."""
