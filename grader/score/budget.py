"""The CPU time that one submission may use. Without this limit, a program that floods the bench in
every episode of every seed would keep a worker busy for a quarter of an hour.
"""

import os
from dataclasses import replace

from hardware.bench.limits import Limits

CPU_S = 60.0
"""CPU seconds for all boards and benches of a submission. A normal program uses one or two."""
ENOUGH_S = 30.0
"""CPU seconds that one episode may use."""
LEAST_WALL_S = 4.0
"""The wall time of an episode when no CPU time is left: enough to start a board."""


class Budget:
    """The budget of one submission. It counts the CPU time of this process since it was created,
    so the process must grade only this submission until the budget ends."""

    def __init__(self) -> None:
        self._begin_s = _cpu_s()
        self._was_restored = False

    def limits(self) -> Limits:
        """The limits of the next episode: the usual ones while enough is left, and only enough to
        start a board when nothing is left."""
        left_s = self._left_s()
        if left_s >= ENOUGH_S:
            return Limits()
        return replace(Limits(), cpu_s=max(1, round(left_s)), wall_s=max(LEAST_WALL_S, 4 * left_s))

    @property
    def used_s(self) -> float:
        """CPU seconds so far."""
        return _cpu_s() - self._begin_s

    def restore(self, used_s: float) -> None:
        """Set the used time back to `used_s`: the submission does not pay for an error of ours.
        This works once, because the submission itself may cause the error, seed after seed."""
        if not self._was_restored:
            self._begin_s = _cpu_s() - used_s
            self._was_restored = True

    def _left_s(self) -> float:
        return CPU_S - self.used_s


def _cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])
