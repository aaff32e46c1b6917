"""Work on many tasks in worker processes. A task whose worker died is tried once more, alone."""

import multiprocessing
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)
Task = TypeVar("Task")
Result = TypeVar("Result")

PRELOAD = ["grader.task"]
"""Imported once, in the process that the workers are forked from."""


def _executor(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return ProcessPoolExecutor(workers, mp_context=context)


def run(
    work: Callable[[Task], Result], tasks: Mapping[Key, Task], workers: int
) -> Iterator[tuple[Key, Result | Exception]]:
    """Yield each task's result, or the exception that it ended in, as they come.

    A worker that dies takes the tasks of the whole pool with it; alone, in the second round,
    only the guilty one fails.
    """
    lost: list[Key] = []
    with _executor(workers) as pool:
        futures: dict[Future[Result], Key] = {
            pool.submit(work, task): key for key, task in tasks.items()
        }
        try:
            for future in as_completed(futures):
                if isinstance(future.exception(), BrokenProcessPool):
                    lost.append(futures[future])
                else:
                    yield futures[future], _outcome(future)
        finally:
            pool.shutdown(cancel_futures=True)
    for key in lost:
        with _executor(1) as pool:
            alone: Future[Result] = pool.submit(work, tasks[key])
            yield key, _outcome(alone)


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except Exception as error:
        return error
