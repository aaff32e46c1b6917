"""What the world's clocks say on the bench: UTC, moved along by virtual time."""

from typing import Protocol

NEW_YEAR_2025 = 1_735_689_600
"""Seconds since 1970 at power-on, if nobody sets another time."""
NS = 1_000_000_000


class Ticking(Protocol):
    """Whatever knows virtual time."""

    @property
    def now_ns(self) -> int: ...


class WallClock:
    """UTC on the virtual network."""

    def __init__(self, ticking: Ticking) -> None:
        self._ticking = ticking
        self._start_ns = NEW_YEAR_2025 * NS

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970 now."""
        return self._start_ns + self._ticking.now_ns

    def set(self, unix_s: float) -> None:
        """It is so late now."""
        self._start_ns = round(unix_s) * NS - self._ticking.now_ns
