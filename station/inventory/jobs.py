"""The jobs of a station: which board was in work where, how it ended, and what that says about
cables, hubs, batches and images.

A job is noted when it begins. When the station is killed, the next start finds the jobs that have
no end, and says so.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from station.inventory import boards, codes, flash_log
from station.inventory.database import Change
from station.inventory.tables import CODE, NAME, OPEN_LOAN, JobResult, JobRow, LoanRow

Trait = Literal["cable", "hub", "batch", "image"]
TRAITS: tuple[Trait, ...] = ("cable", "hub", "batch", "image")
"""What jobs are compared by."""


@dataclass(frozen=True)
class Tally:
    """How many jobs, or boards, ended in which way."""

    good: int = 0
    faulty: int = 0
    not_tested: int = 0

    @property
    def yield_percent(self) -> int | None:
        """Good ones of those that were tested; None when none was."""
        tested = self.good + self.faulty
        return round(100 * self.good / tested) if tested else None


def begin(
    change: Change, station: str, slot: str, *, hub: str = "", cable: str = "", batch: str = ""
) -> int:
    """Note that a board is in work from now on. Returns: the id of the job. Raises: Refused."""
    job = JobRow(
        station=station,
        slot=codes.plain(slot, NAME),
        hub=codes.plain(hub, NAME),
        cable=codes.plain(cable, CODE),
        batch=codes.plain(batch, CODE),
        began=change.at,
    )
    change.session.add(job)
    change.session.flush()
    return job.id


def identified(change: Change, job_id: int, mac: str) -> None:
    """Note which board it is."""
    change.session.get_one(JobRow, job_id).mac = mac


def image_of(change: Change, job_id: int) -> str:
    """The name and version of the image that the board of a job holds; "": not known."""
    mac = change.session.get_one(JobRow, job_id).mac
    image = flash_log.held_image(change.session, mac)
    return f"{image.name} {image.version}".strip() if image else ""


def loan_of(change: Change, job_id: int) -> LoanRow | None:
    """The loan of the board of a job; None: it is not lent, or did not say who it is."""
    mac = change.session.get_one(JobRow, job_id).mac
    return change.session.scalars(select(LoanRow).where(LoanRow.mac == mac, OPEN_LOAN)).first()


def end(
    change: Change, job_id: int, result: JobResult, *, image: str = "", what: str = ""
) -> None:
    """Note how a job ended."""
    job = change.session.get_one(JobRow, job_id)
    job.ended, job.result = change.at, result
    job.image, job.what = image[:NAME], what[: boards.NOTE]


def end_interrupted(change: Change, station: str) -> list[JobRow]:
    """The jobs that a station did not end before it was stopped; they have ended as errors."""
    found = select(JobRow).where(JobRow.station == station, JobRow.ended.is_(None))
    rows = list(change.session.scalars(found.order_by(JobRow.id)))
    for job in rows:
        job.ended, job.result = change.at, "error"
    return rows


def boards_since(session: Session, moment: datetime) -> Tally:
    """How the boards ended that were in work since then: the last job of each counts. Jobs in
    which the board did not say who it is are not counted."""
    last = (
        select(func.max(JobRow.id))
        .where(JobRow.ended >= moment, JobRow.mac != "", JobRow.result != "")
        .group_by(JobRow.mac)
    )
    rows = session.scalars(select(JobRow.result).where(JobRow.id.in_(last)))
    return _tally(Counter(rows))


def compared(session: Session, trait: Trait, since: datetime) -> list[tuple[str, Tally]]:
    """The jobs since a moment by their cable, hub, batch or image; the worst first. Those without
    that trait are left out."""
    column = getattr(JobRow, trait)
    query = (
        select(column, JobRow.result, func.count())
        .where(JobRow.ended >= since, column != "", JobRow.result != "")
        .group_by(column, JobRow.result)
    )
    counts: dict[str, Counter[str]] = {}
    for name, result, count in session.execute(query):
        counts.setdefault(name, Counter())[result] += count
    found = [(name, _tally(counter)) for name, counter in counts.items()]
    return sorted(found, key=lambda pair: (_share_good(pair[1]), pair[0]))


def _share_good(tally: Tally) -> float:
    """A board that could not be tested counts against its cable and its hub."""
    return tally.good / (tally.good + tally.faulty + tally.not_tested)


def _tally(results: Counter[str]) -> Tally:
    return Tally(results["pass"], results["fail"], results["error"])
