"""Wall time and processor time of a block."""

import resource
from pathlib import Path
from time import perf_counter
from types import TracebackType


class Stopwatch:
    """`with Stopwatch(pid) as watch`: afterwards `wall_s`, and `core_s` of this process, of its
    children that ended in the block, and of boards that still run."""

    def __init__(self, *pids: int | None) -> None:
        self._pids = [pid for pid in pids if pid is not None]
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
        """The share of the wall time in which the cores worked."""
        return min(1.0, self.core_s / self.wall_s)

    def _core_s(self) -> float:
        spent = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            spent += usage.ru_utime + usage.ru_stime
        for pid in self._pids:
            ran_ns = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]
            spent += int(ran_ns) / 1e9
        return spent
