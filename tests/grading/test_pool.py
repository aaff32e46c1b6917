"""Worker processes: distribution of tasks, and tasks of killed workers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.classrun import pool
from grader.errors import GraderError
from tests.support.processes import wait_for_end

ORPHANS = """
import os, signal, sys
sys.path[:0] = {path!r}
import test_pool
from grader.classrun import pool
if __name__ == "__main__":
    for _key, pid in pool.run(test_pool.worker_pid, enumerate(range(100)), 2):
        print(pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def double(number: int) -> int:
    """The task of a worker: a result or a crash."""
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def crashes_once(mark: Path) -> str:
    """Crashes at the first attempt and gives a result at the second."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def fails(what: str) -> None:
    """Raises an internal error, or one with a cause."""
    if what == "full":
        raise OSError(28, "No space left on device")
    raise GraderError("known") if what == "known" else ZeroDivisionError("unknown")


def fill(count: int) -> int:
    """Fills so many bytes of memory."""
    return len(bytes(count))


def worker_pid(_task: object) -> int:
    """The worker's process."""
    return os.getpid()


def test_every_task_has_its_result() -> None:
    assert dict(pool.run(double, ((n, n) for n in range(50)), 2)) == {n: 2 * n for n in range(50)}


def test_tasks_are_taken_as_workers_become_free() -> None:
    taken = 0

    def tasks() -> Iterator[tuple[int, int]]:
        nonlocal taken
        for taken in range(1000):
            yield taken, taken

    results = pool.run(double, tasks(), 2)
    for count, _result in zip(range(20), results, strict=False):
        assert taken <= count + 2 * pool.AHEAD
    del results
    assert taken < 50


def test_there_are_no_more_workers_than_processors() -> None:
    busy = dict(pool.run(worker_pid, enumerate(range(200)), pool.processors() + 4))
    assert len(set(busy.values())) <= pool.processors()


def test_only_the_task_that_kills_its_worker_fails() -> None:
    tasks = [(n, -1 if n == 7 else n) for n in range(30)]
    results = dict(pool.run(double, tasks, 2))
    failure = results.pop(7)
    assert isinstance(failure, pool.TaskFailure)
    assert "twice" in failure.reason
    assert results == {n: 2 * n for n in range(30) if n != 7}


def test_a_task_that_fills_the_memory_fails_alone() -> None:
    sizes = [1000, pool.WORKER_BYTES + 1, 2000, 3 * pool.WORKER_BYTES, 3000]
    results = dict(pool.run(fill, enumerate(sizes), 2))
    failed = {key for key, found in results.items() if isinstance(found, pool.TaskFailure)}
    assert failed == {1, 3}
    assert "MemoryError" in str(results[1])
    assert [results[key] for key in (0, 2, 4)] == [1000, 2000, 3000]


def test_a_killed_worker_loses_no_task(tmp_path: Path) -> None:
    tasks = [(n, tmp_path / str(n)) for n in range(3)]
    assert set(dict(pool.run(crashes_once, tasks, 2)).values()) == {"done"}


def test_a_failure_has_its_reason() -> None:
    results = dict(pool.run(fails, [(what, what) for what in ("known", "unknown", "full")], 1))
    found = {
        what: result for what, result in results.items() if isinstance(result, pool.TaskFailure)
    }
    assert found["known"].reason == "known"
    assert found["unknown"].reason == "ZeroDivisionError: unknown"
    assert [what for what, failure in found.items() if failure.disk_is_full] == ["full"]


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS.format(path=[str(Path(__file__).parent)]), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_for_end(int(done.stdout.split()[0]))


INTERRUPTED = """
import os, signal
from multiprocessing import forkserver
from grader.classrun import pool
if __name__ == "__main__":
    pool.warm()
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGINT)
    print([found for _key, found in pool.run(len, [(1, "four")], 1)])
"""


def test_ctrl_c_during_start_up_reaches_the_parent_only() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[4]\n", "")
