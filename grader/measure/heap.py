"""Memory: how much of the board's heap is free behind each garbage collection.

The board tells the bench itself; a program cannot print it. One that never collects tells
nothing: a lab whose item is memory has a given file do it (`gc.collect()`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import Run
from grader.lab.units import Bytes
from grader.measure.times import Times
from hardware.bench.protocol import frames


@dataclass(frozen=True)
class Heap:
    """Free bytes in columns, as `gc.mem_free()` counts them, and when (ns since t = 0)."""

    at_ns: Times
    free: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at_ns)

    def fall(self, first_ns: int, last_ns: int) -> Bytes | None:
        """By how much it fell between two times, each as of the last collection up to it; below
        0 it grew. None when nothing was collected in between."""
        first, last = np.searchsorted(self.at_ns, (first_ns, last_ns), side="right") - 1
        if not 0 <= first < last:
            return None
        return Bytes(int(self.free[first] - self.free[last]), int(self.at_ns[last]))


def heap(run: Run) -> Heap:
    """The free heap at each collection, since power-on."""
    rows = run.trace.records[run.trace.records["kind"] == frames.REC_HEAP]
    return Heap(rows["t"].astype(np.int64) - run.zero_ns, rows["c"].astype(np.int64))
