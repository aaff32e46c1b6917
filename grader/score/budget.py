"""What one submission may use of this machine: a program that floods the bench in every episode
of every seed would else keep a worker busy for a quarter of an hour.
"""

import os
from dataclasses import replace

from hardware.bench.limits import Limits

CPU_S = 60.0
"""CPU seconds of all its boards and their benches; honest ones use one or two."""
ENOUGH_S = 30.0
"""An episode's own limit."""
LEAST_WALL_S = 4.0


class Budget:
    """Counts from when it is made, in the process that grades this one submission."""

    def __init__(self) -> None:
        self._begin_s = _cpu_s()
        self._is_set_back = False

    def limits(self) -> Limits:
        """Those of the next episode: the usual ones while there is enough left, and just enough
        to begin when there is nothing."""
        left_s = self._left_s()
        if left_s >= ENOUGH_S:
            return Limits()
        return replace(Limits(), cpu_s=max(1, round(left_s)), wall_s=max(LEAST_WALL_S, 4 * left_s))

    @property
    def is_spent(self) -> bool:
        """Whether an episode has less than the usual time, by its submission's own fault."""
        return self._left_s() < ENOUGH_S

    @property
    def used_s(self) -> float:
        """CPU seconds so far."""
        return _cpu_s() - self._begin_s

    def set_back(self, used_s: float) -> None:
        """To what had been used then: what a fault of ours took is not its submission's. Once: it
        may be the submission that brings the fault about, seed by seed."""
        if not self._is_set_back:
            self._begin_s = _cpu_s() - used_s
            self._is_set_back = True

    def _left_s(self) -> float:
        return CPU_S - self.used_s


def _cpu_s() -> float:
    """Of this process and its children that ended."""
    return sum(os.times()[:4])
