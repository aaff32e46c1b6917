"""Work on many tasks in worker processes. A task whose worker died is tried once more, alone."""

import multiprocessing
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from grader.errors import GraderError
from hardware.say import _

Key = TypeVar("Key", bound=Hashable)
Task = TypeVar("Task")
Result = TypeVar("Result")

PRELOAD = ["grader.task"]
"""Imported once, in the process that the workers are forked from."""


@dataclass(frozen=True)
class Failure:
    """A task that gave no result. Texts: not every exception survives the way to the parent."""

    reason: str
    detail: str = ""
    """The traceback, for whoever mends it."""


def run(
    work: Callable[[Task], Result], tasks: Mapping[Key, Task], workers: int
) -> Iterator[tuple[Key, Result | Failure]]:
    """Yield each task's result, or why there is none, as they come.

    A worker that dies takes the tasks of the whole pool with it; alone, in the second round,
    only the guilty one fails.
    """
    attempt = partial(_attempt, work)
    lost: list[Key] = []
    with _executor(workers) as pool:
        futures: dict[Future[Result | Failure], Key] = {
            pool.submit(attempt, task): key for key, task in tasks.items()
        }
        try:
            for future in as_completed(futures):
                if isinstance(future.exception(), BrokenProcessPool):
                    lost.append(futures[future])
                else:
                    yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)
    for key in lost:
        with _executor(1) as pool:
            try:
                yield key, pool.submit(attempt, tasks[key]).result()
            except BrokenProcessPool:
                yield key, Failure(_("the worker process died, twice"))


def _attempt(work: Callable[[Task], Result], task: Task) -> Result | Failure:
    """In the worker: whatever it raises is told as text."""
    try:
        return work(task)
    except GraderError as error:
        return Failure(str(error), traceback.format_exc())
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())


def _executor(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return ProcessPoolExecutor(workers, mp_context=context)
