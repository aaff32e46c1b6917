"""What viewers see: a live bench (`bench_source.py`), or a real board (`board_source.py`)."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Any

from hardware.bench.drawing.changes import News
from hardware.bench.serving.page.live_signals import PinPoint
from hardware.bench.serving.page.page_messages import Action
from hardware.bench.serving.serial_tail import SerialTail

Signals = tuple[list[PinPoint], list[str], tuple[int, int]]
"""New points of pins, new transfers, and the places behind them."""


class ViewSource(ABC):
    """The methods may wait for the bench or the board. `look`, `news_since` and `signals_since` do
    not overlap; `do` may be called meanwhile."""

    tails: Mapping[str, SerialTail]
    """What the consoles show, by board id."""
    idle_s = 0.5
    """While nobody looks, `check` is called this often."""
    look_took_s = 0.0
    """The time that the last look took from the bench or the board."""

    @abstractmethod
    def first_message(self) -> Mapping[str, Any]:
        """What a new viewer gets first."""

    @abstractmethod
    def check(self) -> None:
        """Raises: BenchError when there is nothing to see any more."""

    @abstractmethod
    def look(self) -> tuple[int, float]:
        """Look at everything now. Returns the virtual time (ns) and the speed. Raises: as
        `check`."""

    @abstractmethod
    def news_since(self, update: int) -> tuple[News, int]:
        """See `Changes.since`."""

    def signals_since(self, places: tuple[int, int]) -> Signals:
        """See `LiveSignals.since`; only a bench has them."""
        return [], [], places

    @abstractmethod
    def do(self, action: Action) -> Mapping[str, Any] | None:
        """Do what a viewer asks for; returns the message that answers it, if one does. Raises:
        HardwareError for a wrong name or value."""

    @abstractmethod
    def leave(self, held: Collection[tuple[str, str]], *, last: bool) -> None:
        """A viewer has left, which has moved these controls (part and name): a button among them
        is released. After the `last` viewer, nobody is left who could end a pause."""
