"""The same tasks on many machines: `dask.distributed` (an extra of this package) runs them, and
what they give is finished and saved here.

A task is plain data, and its lab travels by its content hash; the workers need this version of
Warsha and its virtual boards, and no file of the course.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeVar

from grader.archive import lab_cache
from grader.archive.lab_cache import PackedLab, pack
from grader.classrun import pool
from grader.classrun.marker import Graded, Job, Marker, SubmittedWork, Work
from grader.classrun.outcome import Outcome
from grader.classrun.task import Task
from grader.errors import GraderError
from grader.lab.lab import Lab
from grader.score.card import Card
from grader.version import engine_version
from hardware.builds import port_build
from hardware.i18n import _, reason

BATCH = 4
"""Tasks that travel together: each message costs some milliseconds."""

AHEAD = 2
"""Batches for each thread of the cluster that are under way."""

JOIN_S = 30
"""How long the scheduler and its first worker may take to answer."""

LOOK_S = 1.0
"""While no result comes, so often we look whether there are workers."""

TOLD_AT, ENDS_AT = 5, 60
"""After so many looks without any worker it is said, and the run ends. One that died has another
in its place within seconds (dask's nanny), and a person may start one."""

_ONE_AT_A_TIME = Lock()
"""In a worker that was started with threads: what a submission may use is counted by process, and
one that floods would use up what its neighbours have."""

Key = TypeVar("Key")
Batch = list[tuple[Key, Task]]
Scored = list[Card] | pool.TaskFailure


class ClusterError(GraderError):
    """The cluster is not there, went away, or is of another version."""


@dataclass(frozen=True)
class Tls:
    """Files in PEM format; empty ones are those of dask's own configuration."""

    ca: str = ""
    cert: str = ""
    key: str = ""


@dataclass(frozen=True)
class Build:
    """What has to be the same on every machine for the marks to be the same."""

    engine: str
    family: str
    port: str

    @property
    def is_here(self) -> bool:
        """Whether this machine has it."""
        return (self.engine, self.port) == (engine_version(), port_build(self.family))


class DaskCluster:
    """A connection to a scheduler (`tcp://…`, `tls://…`). A context manager; what a person should
    know of a long wait goes to `say`. Raises: ClusterError."""

    def __init__(
        self, address: str, tls: Tls | None = None, say: Callable[[str], None] = lambda _line: None
    ) -> None:
        try:
            import distributed
        except ImportError as error:
            cure = _("run: {command}").format(command="pip install 'warsha[cluster]'")
            raise ClusterError(_("dask.distributed is not installed"), cure) from error
        self._dask: Any = distributed
        self._say = say
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
        """Yield each task's cards, or why there are none, as they come.

        Dask itself repeats what a lost worker had. What was on workers that died again and again
        is tried at the end, each task alone, so that only the guilty one fails. Raises:
        ClusterError.
        """
        # A task of its own and not scattered data, which would be lost with its worker.
        lab = self._client.submit(_same, packed, key=f"warsha-lab-{packed.digest}")
        left = _batches(iter(tasks))
        under_way: dict[Future[list[Scored]], Batch[Key]] = {}
        doubted: deque[tuple[Key, Task]] = deque()
        loop = self._client.loop.asyncio_loop

        def submit(batch: Batch[Key]) -> None:
            plain = [task for _key, task in batch]
            future = self._client.submit(score_batch, work, lab, build, plain, pure=False)
            # Fetched there: a finished result that is lost with its worker keeps nobody waiting
            # here, where we look whether there are workers.
            under_way[asyncio.run_coroutine_threadsafe(_fetched(future), loop)] = batch

        while True:
            while len(under_way) < self._room() and (batch := next(left, None)):
                submit(batch)
            is_alone = not under_way
            if is_alone:
                if not doubted:
                    return
                submit([doubted.popleft()])
            for future in self._done(under_way):
                batch = under_way.pop(future)
                if (found := self._result(future)) is not None:
                    yield from zip((key for key, _task in batch), found, strict=True)
                elif is_alone:
                    yield (
                        batch[0][0],
                        pool.TaskFailure(_("the worker process died, again and again")),
                    )
                else:
                    doubted.extend(batch)

    def _room(self) -> int:
        return AHEAD * max(1, self._threads())

    def _threads(self) -> int:
        """How many all workers have. Raises: ClusterError."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError as error:
            raise _went_away() from error
        return sum(threads.values())

    def _done(
        self, under_way: Collection[Future[list[Scored]]]
    ) -> Collection[Future[list[Scored]]]:
        """Those that are done, one at least. Raises: ClusterError when no worker is left and none
        comes."""
        looks = 0
        while not (done := wait(under_way, LOOK_S, FIRST_COMPLETED).done):
            looks = 0 if self._threads() else looks + 1
            if looks == TOLD_AT:
                told = _("the cluster has no worker left: waiting for one for {seconds:.0f} s")
                self._say(told.format(seconds=LOOK_S * (ENDS_AT - TOLD_AT)))
            if looks == ENDS_AT:
                raise ClusterError(
                    _("the cluster has no worker left"),
                    _("start workers, then say it again: nothing is graded twice"),
                )
        return done

    def _result(self, future: Future[list[Scored]]) -> list[Scored] | None:
        """None when its workers died of it."""
        try:
            return future.result()
        except self._dask.KilledWorker:
            return None
        except self._dask.CancelledError as error:
            raise _went_away() from error


async def _fetched(future: Any) -> Any:
    return await future


def _went_away() -> ClusterError:
    cure = _("start it and say it again: it goes on where it was")
    return ClusterError(_("the cluster went away"), cure)


def _security(distributed: Any, tls: Tls | None) -> Any:
    if tls is None or not (tls.ca or tls.cert or tls.key):
        return None
    for file in filter(None, (tls.ca, tls.cert, tls.key)):
        try:
            Path(file).open("rb").close()
        except OSError as error:  # dask does not say which
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
    """On a worker. Raises: ClusterError when it would give other marks than the others."""
    if not build.is_here:
        raise ClusterError(
            _("a worker of the cluster has another version of Warsha or of its virtual boards"),
            _("bring every machine to the same version"),
        )
    with _ONE_AT_A_TIME:
        lab_cache.unpack(packed)
        return [pool.attempt(work, task) for task in tasks]


def grade_on(
    cluster: DaskCluster,
    marker: Marker,
    work: Work,
    lab: Lab,
    handed_in: Iterable[tuple[str, SubmittedWork]],
) -> Generator[tuple[str, Graded | Outcome | pool.TaskFailure], None, None]:
    """Read submissions here, score them there, finish them here."""
    jobs: dict[str, Job] = {}
    known: deque[tuple[str, Graded | Outcome | pool.TaskFailure]] = deque()

    def tasks() -> Iterator[tuple[str, Task]]:
        for student, one in handed_in:
            job = pool.attempt(marker.read, one)
            if not isinstance(job, Job):
                known.append((student, job))
            elif job.cards is not None:
                known.append((student, pool.attempt(partial(marker.finish, job), job.cards)))
            else:
                jobs[student] = job
                yield student, job.task

    family = lab.board(marker.stamp["board"]).type.family
    build = Build(marker.stamp["engine"], family, marker.stamp["port"])
    for student, cards in cluster.run(work, pack(lab), build, tasks()):
        yield from _drained(known)
        job = jobs.pop(student)
        if isinstance(cards, pool.TaskFailure):
            yield student, cards
        else:
            yield student, pool.attempt(partial(marker.finish, job), cards)
    yield from _drained(known)


def _drained(
    known: deque[tuple[str, Graded | Outcome | pool.TaskFailure]],
) -> Iterator[tuple[str, Graded | Outcome | pool.TaskFailure]]:
    while known:
        yield known.popleft()
