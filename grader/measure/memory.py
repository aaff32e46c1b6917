"""The board's memory: free heap after each garbage collection, and files on its flash.

The board itself reports the heap to the bench; a program cannot print a false value. A program
that never collects reports nothing: in a lab that measures memory, a given file calls
`gc.collect()`. Files are those that the episode read (`read_file`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import Run
from grader.lab.units import NS_PER_MS, Bytes
from grader.measure.times import Times
from hardware.bench.protocol import frames

LEAST_COLLECTIONS = 36
"""Fewer garbage collections say nothing about a heap that falls: they meet a program by chance
when it holds more or less of its data."""


@dataclass(frozen=True)
class Heap:
    """Free bytes in columns, as `gc.mem_free()` counts them, and when (ns since t = 0)."""

    at_ns: Times
    free: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at_ns)

    def fall(self, first_ns: int, last_ns: int) -> Bytes | None:
        """How many bytes the free heap lost between two times; negative when it grew. The value at
        a time is that of the last collection before it. None when nothing was collected in
        between."""
        first, last = np.searchsorted(self.at_ns, (first_ns, last_ns), side="right") - 1
        if not 0 <= first < last:
            return None
        return Bytes(int(self.free[first] - self.free[last]), int(self.at_ns[last]))

    def lost(self, first_ns: int, last_ns: int) -> int | None:
        """How many bytes the free heap lost between two times; negative when it grew. None when
        there were less than 36 collections.

        Between two collections a program holds more or less of its data. So the first third of
        the collections is compared with the last third, the most free bytes and the fewest. The
        smaller loss counts: where collections keep step with the program's minutes, a third may
        meet only its full or only its empty lists.
        """
        first, last = np.searchsorted(self.at_ns, (first_ns, last_ns))
        free = self.free[first:last]
        if len(free) < LEAST_COLLECTIONS:
            return None
        third = len(free) // 3
        begin, end = free[:third], free[-third:]
        return int(min(begin.max() - end.max(), begin.min() - end.min()))


def heap(run: Run) -> Heap:
    """The free heap at each collection, since power-on."""
    rows = run.trace.records[run.trace.records["kind"] == frames.REC_HEAP]
    return Heap(rows["t"].astype(np.int64) - run.zero_ns, rows["c"].astype(np.int64))


def file_content(run: Run, name: str, at_ms: float | None = None) -> bytes | None:
    """The content of a file as it was read last, or at that time; None when the file was not
    there, or was never read."""
    seen = [
        one for one in run.files if one.name == name and at_ms in (None, one.at_ns / NS_PER_MS)
    ]
    return seen[-1].data if seen else None


def file_size(run: Run, name: str, at_ms: float | None = None) -> Bytes | None:
    """The length of a file in bytes; None as for `file_content`."""
    data = file_content(run, name, at_ms)
    return None if data is None else Bytes(len(data))
