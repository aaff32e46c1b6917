"""The time of day on the virtual network: UTC, moved on by virtual time."""

from hardware.bench.network.simulation import Simulation

NEW_YEAR_2025 = 1_735_689_600
"""Seconds since 1970 at power-on, unless another time is set."""
NS = 1_000_000_000


class WallClock:
    """UTC on the virtual network."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._start_ns = NEW_YEAR_2025 * NS

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970 now."""
        return self._start_ns + self._simulation.now_ns

    def set(self, unix_s: float) -> None:
        """Set the present time, in seconds since 1970."""
        self._start_ns = round(unix_s) * NS - self._simulation.now_ns
