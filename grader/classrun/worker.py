"""What runs in a worker process: one `Marker`, kept from submission to submission."""

from grader.archive import lab_cache
from grader.classrun.marker import Graded, Job, Marker, SubmittedWork, Work
from grader.classrun.outcome import Outcome

_at_work: list[tuple[Marker, Work]] = []


def prepare(marker: Marker, work: Work) -> None:
    """Called once in each worker, before its first submission."""
    lab_cache.use_store(marker.store)
    _at_work[:] = [(marker, work)]


def grade(handed_in: SubmittedWork) -> Graded | Outcome:
    """Read, score and write one submission. Whatever it raises is our fault."""
    marker, work = _at_work[0]
    job = marker.read(handed_in)
    if not isinstance(job, Job):
        return job
    return marker.finish(job, job.cards or work(job.task))
