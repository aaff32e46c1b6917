"""What one submission may use: CPU time, and changes of pin modes. Without these limits, a program
that floods the bench in every episode of every seed would keep a worker busy for a quarter of an
hour.
"""

import os
from dataclasses import replace

import numpy as np

from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace

CPU_S = 60.0
"""CPU seconds for all boards and benches of a submission. A normal program uses one or two."""
ENOUGH_S = 30.0
"""CPU seconds that one episode may use."""
LEAST_WALL_S = 4.0
"""The wall time of an episode when no CPU time is left: enough to start a board."""
SET_UPS = 500_000
"""Changes of pin modes of a submission. Each takes the bench as long as thirty other records; the
references make a few in an episode. Unlike CPU time they are the same on every machine."""
LEAST_SET_UPS = 20_000
"""Those of an episode when none is left."""


class Budget:
    """The budget of one submission. It counts the CPU time of this process since it was created,
    so the process must grade only this submission until the budget ends."""

    def __init__(self) -> None:
        self._begin_s = _cpu_s()
        self._was_restored = False
        self.set_ups = 0
        """Changes of pin modes so far."""

    def limits(self) -> Limits:
        """The limits of the next episode: the usual ones while enough is left, and only enough to
        start a board when nothing is left."""
        left_s = self._left_s()
        limits = replace(Limits(), set_ups=max(LEAST_SET_UPS, SET_UPS - self.set_ups))
        if left_s >= ENOUGH_S:
            return limits
        return replace(limits, cpu_s=max(1, round(left_s)), wall_s=max(LEAST_WALL_S, 4 * left_s))

    @property
    def used_s(self) -> float:
        """CPU seconds so far."""
        return _cpu_s() - self._begin_s

    def count(self, trace: Trace) -> None:
        """Count what an episode used, besides CPU time."""
        self.set_ups += int(np.count_nonzero(trace.records["kind"] == frames.REC_MODE))

    def restore(self, used_s: float, set_ups: int) -> None:
        """Set what was used back to these values: an error of ours costs the submission nothing.
        This works once, because the submission itself may cause the error, seed after seed."""
        if not self._was_restored:
            self._begin_s = _cpu_s() - used_s
            self.set_ups = set_ups
            self._was_restored = True

    def _left_s(self) -> float:
        return CPU_S - self.used_s


def _cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])
