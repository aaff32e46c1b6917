"""Work on many tasks in worker processes, a few at a time. A task whose worker died is tried
again, alone.
"""

import gc
import multiprocessing
import os
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
from grader.errors import GraderError
from hardware.i18n import _

Key = TypeVar("Key")
Task = TypeVar("Task")
Result = TypeVar("Result")

PRELOAD = ["grader.classrun.preload"]

AHEAD = 3
"""So many tasks of each worker are under way: one that is worked on, one that waits for it, and
one whose result waits for us."""


@dataclass(frozen=True)
class TaskFailure:
    """A task that gave no result. Texts: not every exception survives the way to the parent."""

    reason: str
    detail: str = ""
    """The traceback, for whoever mends it."""
    disk_is_full: bool = False


def run(
    work: Callable[[Task], Result],
    tasks: Iterable[tuple[Key, Task]],
    workers: int,
    prepare: Callable[[], None] | None = None,
) -> Generator[tuple[Key, Result | TaskFailure], None, None]:
    """Yield each task's result, or why there is none, as they come. `prepare` is called once in
    each worker.

    There are at most `workers` of them, and never more than processors: a worker never waits for
    anything but its own boards, so that more of them only empty each other's caches (four on two
    processors did 6 to 10 % less than two).
    Tasks are taken from `tasks` as workers become free. A worker that dies takes the tasks with
    it that were under way; tried again alone, only the guilty one fails.
    """
    tried = partial(attempt, work)
    left = iter(tasks)
    lost: deque[tuple[Key, Task]] = deque()
    workers = min(workers, processors())
    while True:
        yield from _round(tried, left, lost, workers, prepare)
        if not lost:
            return
        for key, task in lost:
            yield key, _alone(tried, task, prepare)
        lost.clear()


def _round(
    tried: Callable[[Task], Result | TaskFailure],
    left: Iterator[tuple[Key, Task]],
    lost: deque[tuple[Key, Task]],
    workers: int,
    prepare: Callable[[], None] | None,
) -> Iterator[tuple[Key, Result | TaskFailure]]:
    """Work until nothing is left, or a worker dies: what it took with it is in `lost` then."""
    under_way: dict[Future[Result | TaskFailure], tuple[Key, Task]] = {}
    with _executor(workers, prepare) as pool:
        try:
            while True:
                while not lost and len(under_way) < AHEAD * workers:
                    if (one := next(left, None)) is None:
                        break
                    try:
                        under_way[pool.submit(tried, one[1])] = one
                    except BrokenProcessPool:
                        lost.append(one)
                if not under_way:
                    return
                done, _pending = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    one = under_way.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        lost.append(one)
                    else:
                        yield one[0], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(
    tried: Callable[[Task], Result | TaskFailure], task: Task, prepare: Callable[[], None] | None
) -> Result | TaskFailure:
    """Twice: what killed the first worker may have been another's task, or nobody's."""
    for _try in range(2):
        with _executor(1, prepare) as pool, suppress(BrokenProcessPool):
            return pool.submit(tried, task).result()
    return TaskFailure(_("the worker process died, twice"))


def attempt(work: Callable[[Task], Result], task: Task) -> Result | TaskFailure:
    """Do it; whatever it raises is told as text."""
    try:
        return work(task)
    except GraderError as error:
        return TaskFailure(str(error), traceback.format_exc(), is_disk_full(error))
    except Exception as error:
        return TaskFailure(error_line(error), traceback.format_exc(), is_disk_full(error))


def processors() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0))


def warm() -> None:
    """Begin with what takes longest, the imports of the process that workers are forked from. From
    the main thread."""
    _context()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it inherits that: Ctrl-C is for us
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which lets us finish
    gc.freeze()  # what was imported stays: looking through it again and again costs 5 %
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with_parent() -> None:
    """A parent that is killed tells nobody: its workers would wait for work for ever."""
    if (parent := multiprocessing.parent_process()) is not None:
        wait_for([parent.sentinel])
        os._exit(1)
