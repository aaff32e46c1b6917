"""Run many tasks in worker processes. A task whose worker died is tried again, alone."""

import gc
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext
from typing import TypeVar

from grader.disk import error_line, is_disk_full
from hardware.i18n import _

Key = TypeVar("Key")
Task = TypeVar("Task")
Result = TypeVar("Result")

PRELOAD = ["grader.classrun.preload"]

AHEAD = 3
"""Tasks in progress for each worker: one that it works on, one in its queue, and one whose result
was not taken yet."""


LOST = (BrokenProcessPool, MemoryError)
"""What a future raises when no task did: its worker died, or had no memory left to take the task
or to send its result."""
NOT_TAKEN = (BrokenProcessPool, OSError)
"""What a pool raises that cannot take a task: it is broken, or breaks just while it starts a
process, so that the pipes of this are closed."""

WORKER_BYTES = 1 << 30
"""Memory that a worker may fill. Reading and scoring honest work takes 100 MB, and the worst
programs known take 400 MB. A task that needs more raises MemoryError in its own worker: without
this limit, the system would kill any process of this machine."""


@dataclass(frozen=True)
class TaskFailure:
    """A task that gave no result. It holds texts, because not every exception can be sent to the
    parent process."""

    reason: str
    detail: str = ""
    """The traceback, for the developer."""
    disk_is_full: bool = False


def run(
    work: Callable[[Task], Result],
    tasks: Iterable[tuple[Key, Task]],
    workers: int,
    prepare: Callable[[], None] | None = None,
) -> Generator[tuple[Key, Result | TaskFailure], None, None]:
    """Yield each task's result, or why there is none, in the order in which they finish.

    `prepare` is called once in each worker. There are at most `workers` processes, and never more
    than processors: a worker waits only for its own boards, so more of them would only compete for
    the caches (four on two processors did 6 to 10 % less than two).
    Tasks are taken from `tasks` when workers become free. When a worker dies, all tasks in
    progress are lost; they are tried again one by one, so that only the faulty one fails.
    """
    attempted = partial(attempt, work)
    remaining = iter(tasks)
    lost: deque[tuple[Key, Task]] = deque()
    workers = min(workers, processors())
    while True:
        yield from _round(attempted, remaining, lost, workers, prepare)
        if not lost:
            return
        for key, task in lost:
            yield key, _alone(attempted, task, prepare)
        lost.clear()


def _round(
    attempted: Callable[[Task], Result | TaskFailure],
    remaining: Iterator[tuple[Key, Task]],
    lost: deque[tuple[Key, Task]],
    workers: int,
    prepare: Callable[[], None] | None,
) -> Iterator[tuple[Key, Result | TaskFailure]]:
    """Run tasks until none remains or a worker dies; the lost tasks are in `lost` then."""
    in_progress: dict[Future[Result | TaskFailure], tuple[Key, Task]] = {}
    with _executor(workers, prepare) as pool:
        try:
            while True:
                while not lost and len(in_progress) < AHEAD * workers:
                    if (one := next(remaining, None)) is None:
                        break
                    try:
                        in_progress[pool.submit(attempted, one[1])] = one
                    except NOT_TAKEN:
                        lost.append(one)
                if not in_progress:
                    return
                done, _pending = wait(in_progress, return_when=FIRST_COMPLETED)
                for future in done:
                    one = in_progress.pop(future)
                    if isinstance(future.exception(), LOST):
                        lost.append(one)
                    else:
                        yield one[0], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(
    attempted: Callable[[Task], Result | TaskFailure],
    task: Task,
    prepare: Callable[[], None] | None,
) -> Result | TaskFailure:
    """Try a task twice: the first worker may have died for another reason."""
    for _try in range(2):
        with _executor(1, prepare) as pool, suppress(*LOST, *NOT_TAKEN):
            return pool.submit(attempted, task).result()
    return TaskFailure(_("the worker process died twice"))


def attempt(work: Callable[[Task], Result], task: Task) -> Result | TaskFailure:
    """Do a task; an exception becomes a TaskFailure."""
    try:
        return work(task)
    except Exception as error:
        return TaskFailure(error_line(error), traceback.format_exc(), is_disk_full(error))


def limit_memory(most: int) -> tuple[int, int]:
    """Limit the bytes of memory that this process may fill. Returns: the limits before."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    hard = before[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    return before


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def warm() -> None:
    """Start the fork server early: its imports take longest. Call this from the main thread."""
    _context()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited: only we handle Ctrl-C
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def _context() -> BaseContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def _executor(workers: int, prepare: Callable[[], None] | None) -> ProcessPoolExecutor:
    begin = partial(_begin, prepare)
    return ProcessPoolExecutor(workers, mp_context=_context(), initializer=begin)


def _begin(prepare: Callable[[], None] | None) -> None:
    """Called once in each worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and lets us finish
    limit_memory(WORKER_BYTES)
    gc.freeze()  # collecting what was imported again and again costs 5 %
    gc.set_threshold(10_000)  # so does collecting at every 700th object
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with_parent() -> None:
    """End this worker when its parent is killed; else it would wait for work for ever."""
    if (parent := multiprocessing.parent_process()) is not None:
        wait_for([parent.sentinel])
        os._exit(1)
