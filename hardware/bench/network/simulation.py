"""What the network needs of the bench around it. The network knows no board and no circuit."""

import random
from collections.abc import Callable
from typing import Protocol


class Simulation(Protocol):
    """Virtual time, events and random numbers."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` at `t_ns`; any board may see what it changes."""

    def rng(self, name: str) -> random.Random:
        """Random numbers for one purpose; the same seed and name give the same numbers."""


class NoteRecorder(Protocol):
    """A board's trace, as far as the network writes into it."""

    def note_with(self, data: bytes, kind: int, a: int, b: int, c: int, t_ns: int) -> None:
        """Append a record with the bytes before it.

        `kind` is the record's kind, `a`, `b` and `c` are its fields, `t_ns` is the virtual time.
        """


class RadioBoard(Protocol):
    """A board with a radio."""

    @property
    def recorder(self) -> NoteRecorder:
        """Its trace."""

    def noticed_after(self, wire_ns: int = ..., radio_ns: int = ...) -> None:
        """How soon after it acts other boards can notice it: by its wires, by radio."""
