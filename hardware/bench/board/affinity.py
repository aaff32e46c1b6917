"""Board and bench on one CPU: a round trip takes 6 us there, and ten times that across two."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

PROCESSOR_FIELD = 39
"""Of /proc/thread-self/stat (proc(5)): the CPU that the thread ran on last."""


@contextmanager
def together(*pids: int | None) -> Iterator[None]:
    """Keeps this thread and some processes on this thread's CPU for the length of the block.

    Processes that are started meanwhile inherit it. A thread that is kept on one CPU anyway (a
    worker of a pool) stays there.
    """
    before = os.sched_getaffinity(0)
    here = before if len(before) == 1 else {_processor()} & before or before
    try:
        os.sched_setaffinity(0, here)
        for pid in filter(None, pids):
            os.sched_setaffinity(pid, here)
    except OSError:  # a board is gone, or a container forbids it: then it is only slower
        pass
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _processor() -> int:
    with open("/proc/thread-self/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()  # a name in parentheses may hold blanks
    return int(fields[PROCESSOR_FIELD - 3])
