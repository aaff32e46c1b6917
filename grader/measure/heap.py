"""Memory: how much of the heap is free, as a file that the lab gives prints it.

The bench cannot look into a board's heap. A given file (see `files` in lab.toml) that the program
has to call prints `HEAP <free bytes>` behind a `gc.collect()`; given files lie over a
submission's own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.measure.serial import records
from grader.measure.times import Times
from grader.run import Run
from grader.units import Bytes

FORM = r"HEAP (?P<free>\d{1,9})"


@dataclass(frozen=True)
class Heap:
    """Free bytes in columns, and when they were (ns since t = 0)."""

    at_ns: Times
    free: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at_ns)

    def fall(self, first: int, last: int) -> Bytes | None:
        """By how much it fell from one record to another (counted from 0); below 0 it grew. None
        if there are not so many."""
        if len(self) <= max(first, last):
            return None
        return Bytes(int(self.free[first] - self.free[last]), int(self.at_ns[last]))


def heap(run: Run) -> Heap:
    """The free heap at each `HEAP` line after READY."""
    found = records(run, FORM)
    return Heap(found.at_ns, np.array([int(text) for text in found.texts("free")], np.int64))
