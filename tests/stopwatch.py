"""Wall time and processor time of a block."""

import os
import resource
from time import perf_counter
from types import TracebackType

TICKS = os.sysconf("SC_CLK_TCK")


class Stopwatch:
    """`with Stopwatch(pid) as watch`: afterwards `wall_s`, and `core_s` of this process, of its
    children that ended meanwhile, and of a board that runs on."""

    def __init__(self, pid: int | None = None) -> None:
        self._pid = pid
        self.wall_s = self.core_s = 0.0

    def __enter__(self) -> "Stopwatch":
        self.wall_s, self.core_s = perf_counter(), self._core_s()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.wall_s, self.core_s = perf_counter() - self.wall_s, self._core_s() - self.core_s

    @property
    def share(self) -> float:
        """How much of the wall time they worked."""
        return min(1.0, self.core_s / self.wall_s)

    def _core_s(self) -> float:
        spent = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            spent += usage.ru_utime + usage.ru_stime
        if self._pid is None:
            return spent
        with open(f"/proc/{self._pid}/stat", encoding="ascii", errors="replace") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return spent + (int(user) + int(system)) / TICKS
