"""Score submissions on many machines with `dask.distributed` (an extra of this package).

Submissions are read and written on this machine; only the scoring is done on the cluster. A task
is plain data, and its lab is sent with its content hash. The workers need the same version of
Warsha and of its virtual boards, and no files of the course.
"""

import asyncio
import resource
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeVar

from grader.archive import lab_cache
from grader.archive.lab_cache import PackedLab, pack
from grader.classrun import pool
from grader.classrun.outcome import Graded, Outcome
from grader.classrun.submission_grader import Job, SubmissionGrader, SubmittedWork, Work
from grader.classrun.task import Task
from grader.errors import GraderError
from grader.lab.lab import Lab
from grader.score.card import Card
from grader.version import engine_version
from hardware.i18n import _, reason
from hardware.paths import port_build

BATCH = 4
"""Tasks that are sent together: each message costs some milliseconds."""

AHEAD = 2
"""Batches in progress for each thread of the cluster."""

JOIN_S = 60
"""How long the scheduler and its first worker may take to answer."""

POLL_S = 1.0
"""While no result arrives, we look at this interval whether there are workers."""

WARN_AFTER, END_AFTER = 5, 60
"""After this number of looks without any worker, the user is notified, and the run ends. Dask's
nanny replaces a worker that died within seconds, and a person may start one."""

_ONE_AT_A_TIME = Lock()
"""For a worker with several threads: limits are counted by process, so a submission that uses too
much would take it from those in the other threads."""

Key = TypeVar("Key")
Batch = list[tuple[Key, Task]]
Scored = list[Card] | pool.TaskFailure


class ClusterError(GraderError):
    """The cluster cannot be reached, or it has another version."""


@dataclass(frozen=True)
class Tls:
    """Paths of files in PEM format. An empty one is taken from dask's own configuration."""

    ca: str = ""
    cert: str = ""
    key: str = ""


@dataclass(frozen=True)
class Build:
    """The versions that must be equal on all machines, so that the marks are equal."""

    engine: str
    port: str
    port_sha256: str

    @property
    def is_here(self) -> bool:
        """Whether this machine has these versions."""
        return (self.engine, self.port_sha256) == (engine_version(), port_build(self.port))


class DaskCluster:
    """A connection to a scheduler (`tcp://…`, `tls://…`). A context manager. `notify` gets a line
    for the user when a wait is long. Raises: ClusterError."""

    def __init__(
        self,
        address: str,
        tls: Tls | None = None,
        notify: Callable[[str], None] = lambda _line: None,
    ) -> None:
        try:
            import distributed
        except ImportError as error:
            cure = _("run in the Warsha folder: {command}").format(
                command=".venv/bin/pip install -e '.[cluster]'"
            )
            raise ClusterError(_("dask.distributed is not installed"), cure) from error
        self._dask: Any = distributed
        self._notify = notify
        try:
            self._client: Any = distributed.Client(
                address, security=_security(distributed, tls), timeout=JOIN_S
            )
            self._client.wait_for_workers(1, timeout=JOIN_S)
        except (OSError, ValueError, TypeError) as error:
            cause = _("no cluster answers at {address}: {error}")
            cure = _("start it: dask scheduler, and on each machine dask worker with its address")
            if address.startswith("tls:") and not (tls and tls.ca):
                cure = _("name its certificates: --tls-ca, --tls-cert and --tls-key")
            raise ClusterError(cause.format(address=address, error=error), cure) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._client.close()

    def run(
        self, work: Work, packed: PackedLab, build: Build, tasks: Iterable[tuple[Key, Task]]
    ) -> Iterator[tuple[Key, Scored]]:
        """Yield each task's cards, or why there are none, in the order in which they arrive.

        Dask itself repeats the tasks of a lost worker. When several workers died during a batch,
        its tasks are tried again at the end, one by one, so that only the faulty one fails.
        Raises: ClusterError.
        """
        # A task, not scattered data: dask computes a task again when its worker is lost.
        lab = self._client.submit(_same, packed, key=f"warsha-lab-{packed.digest}")
        batches = _batches(iter(tasks))
        in_progress: dict[Future[list[Scored]], Batch[Key]] = {}
        suspects: deque[tuple[Key, Task]] = deque()
        loop = self._client.loop.asyncio_loop

        def submit(batch: Batch[Key]) -> None:
            plain = [task for _key, task in batch]
            future = self._client.submit(score_batch, work, lab, build, plain, pure=False)
            # Fetched in dask's own loop: when a finished result is lost with its worker, this
            # thread does not block and can look whether there are workers.
            in_progress[asyncio.run_coroutine_threadsafe(_fetched(future), loop)] = batch

        while True:
            while len(in_progress) < self._room() and (batch := next(batches, None)):
                submit(batch)
            is_alone = not in_progress
            if is_alone:
                if not suspects:
                    return
                submit([suspects.popleft()])
            for future in self._done(in_progress):
                batch = in_progress.pop(future)
                if (found := self._result(future)) is not None:
                    yield from zip((key for key, _task in batch), found, strict=True)
                elif is_alone:
                    why = pool.TaskFailure(_("the worker process died several times"))
                    yield batch[0][0], why
                else:
                    suspects.extend(batch)

    def _room(self) -> int:
        return AHEAD * max(1, self._threads())

    def _threads(self) -> int:
        """The number of threads of all workers. Raises: ClusterError."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError as error:
            raise _went_away() from error
        return sum(threads.values())

    def _done(
        self, in_progress: Collection[Future[list[Scored]]]
    ) -> Collection[Future[list[Scored]]]:
        """Wait for finished batches; at least one. Raises: ClusterError when there has been no
        worker for a long time."""
        looks = 0
        while not (done := wait(in_progress, POLL_S, FIRST_COMPLETED).done):
            looks = 0 if self._threads() else looks + 1
            if looks == WARN_AFTER:
                text = _("the cluster has no worker left: waiting for one for {seconds:.0f} s")
                self._notify(text.format(seconds=POLL_S * (END_AFTER - WARN_AFTER)))
            if looks == END_AFTER:
                raise ClusterError(
                    _("the cluster has no worker left"),
                    _("start workers, then run it again: nothing is graded twice"),
                )
        return done

    def _result(self, future: Future[list[Scored]]) -> list[Scored] | None:
        """The result of a batch; None when its workers died."""
        try:
            return future.result()
        except self._dask.KilledWorker:
            return None
        except self._dask.CancelledError as error:
            raise _went_away() from error


async def _fetched(future: Any) -> Any:
    return await future


def _went_away() -> ClusterError:
    cure = _("start it, then run it again to resume")
    return ClusterError(_("the cluster went away"), cure)


def _security(distributed: Any, tls: Tls | None) -> Any:
    if tls is None or not (tls.ca or tls.cert or tls.key):
        return None
    for file in filter(None, (tls.ca, tls.cert, tls.key)):
        try:
            Path(file).open("rb").close()
        except OSError as error:  # dask does not name the file
            raise ClusterError(
                f"{file}: {reason(error)}", _("give the path of a PEM file")
            ) from error
    return distributed.Security(
        tls_ca_file=tls.ca or None,
        tls_client_cert=tls.cert or None,
        tls_client_key=tls.key or None,
        require_encryption=True,
    )


def _batches(tasks: Iterator[tuple[Key, Task]]) -> Iterator[Batch[Key]]:
    batch: Batch[Key] = []
    for one in tasks:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _same(packed: PackedLab) -> PackedLab:
    return packed


def score_batch(
    work: Callable[[Task], list[Card]], packed: PackedLab, build: Build, tasks: Sequence[Task]
) -> list[Scored]:
    """Runs on a worker. Raises: ClusterError when its versions are others."""
    if not build.is_here:
        raise ClusterError(
            _("a worker of the cluster has another version of Warsha or of its virtual boards"),
            _("bring every machine to the same version"),
        )
    with _ONE_AT_A_TIME, _limited_memory():
        lab_cache.unpack(packed)
        return [pool.attempt(work, task) for task in tasks]


@contextmanager
def _limited_memory() -> Iterator[None]:
    """While a batch is scored, this process may fill as much as a worker of the pool, besides what
    it holds already: it may belong to other people, too."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])  # proc_pid_statm: data and stack
    before = pool.limit_memory(pages * resource.getpagesize() + pool.WORKER_BYTES)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def grade_on(
    cluster: DaskCluster,
    grader: SubmissionGrader,
    work: Work,
    lab: Lab,
    submitted: Iterable[tuple[str, SubmittedWork]],
) -> Generator[tuple[str, Graded | Outcome | pool.TaskFailure], None, None]:
    """Read submissions here, score them on the cluster, write them here."""
    jobs: dict[str, Job] = {}
    finished: deque[tuple[str, Graded | Outcome | pool.TaskFailure]] = deque()

    def tasks() -> Iterator[tuple[str, Task]]:
        for student, one in submitted:
            job = pool.attempt(grader.read, one)
            if not isinstance(job, Job):
                finished.append((student, job))
            elif job.cards is not None:
                finished.append((student, pool.attempt(partial(grader.write, job), job.cards)))
            else:
                jobs[student] = job
                yield student, job.task

    port = lab.board(grader.stamp["board"]).type.port
    build = Build(grader.stamp["engine"], port, grader.stamp["port"])
    for student, cards in cluster.run(work, pack(lab), build, tasks()):
        while finished:
            yield finished.popleft()
        job = jobs.pop(student)
        if isinstance(cards, pool.TaskFailure):
            yield student, cards
        else:
            yield student, pool.attempt(partial(grader.write, job), cards)
    yield from finished
