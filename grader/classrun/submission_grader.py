"""Grade one submission, in one direction: read it, score it, write the graded notebook.

This runs in worker processes. The gradebook is written by the one process that started them
(`grader.classrun.grading`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isclose
from pathlib import Path

from nbformat import NotebookNode

from grader.archive import lab_cache
from grader.archive.record import Record
from grader.archive.store import Store
from grader.classrun.extra_notebooks import (
    ExtraNotebook,
    are_changed,
    read_extra_notebooks,
    sanitize_extra_notebooks,
)
from grader.classrun.graded_folder import write_graded_folder, write_marks
from grader.classrun.outcome import Graded, Outcome
from grader.classrun.submission import Submission, read_submission
from grader.classrun.submission_folder import count_unknown, notebooks_in
from grader.classrun.task import Task
from grader.disk import error_line
from grader.errors import NothingHandedIn, SubmissionError
from grader.lab.teams import Team
from grader.nbgrader.folders import timestamp_of
from grader.nbgrader.notebook_marks import NotebookMarks, was_executed
from grader.nbgrader.sanitizer import Sanitizer
from grader.score.card import Card
from grader.seeds import PUBLIC_SEED, hidden_seeds
from hardware.i18n import _

Work = Callable[[Task], list[Card]]
"""What scores a submission: `score_task`, or a stand-in of the tests."""


@dataclass(frozen=True)
class SubmittedWork:
    """A submission before it is read."""

    student: str
    folder: Path
    marks: Mapping[str, float | None]
    """The points in the gradebook by item; None: the item has none."""
    team: Team | None = None
    """The team of this project that the trainee is in, if any."""

    @property
    def seed_name(self) -> str:
        """What the hidden seeds depend on: all members of a team get the same."""
        return self.team.seed_name if self.team else self.student

    @property
    def is_marked(self) -> bool:
        """Whether the gradebook has marks of this submission."""
        return any(points is not None for points in self.marks.values())

    def has(self, cards: Sequence[Card]) -> bool:
        """Whether these are the marks in the gradebook. They differ, for example, when an older
        gradebook was put back."""
        return self.is_marked and all(
            (points := self.marks[card.item]) is not None and isclose(points, card.points)
            for card in cards
            if card.item in self.marks
        )


@dataclass(frozen=True)
class Seeds:
    """Where a course's seeds come from. An empty secret gives the public seed."""

    course: str
    lab: str
    count: int
    secret: bytes = field(default=b"", repr=False)

    def of(self, trainee: str, stamp: str) -> tuple[int, ...]:
        """The seeds of a submission by a trainee's id or a team's `seed_name`; another submission,
        with another stamp, gets others."""
        if not self.secret:
            return (PUBLIC_SEED,)
        return hidden_seeds(
            self.secret,
            course=self.course,
            lab=self.lab,
            trainee=trainee,
            stamp=stamp,
            count=self.count,
        )


@dataclass(frozen=True)
class Job:
    """A submission that was read, and that has to be scored."""

    submission: Submission
    extra: Mapping[str, ExtraNotebook]
    folder: Path
    task: Task
    timestamp: datetime | None
    stamp: Mapping[str, str]
    """Everything that decides the mark. A graded notebook with the same stamp is up to date."""
    number: int
    """The number of the submission, from 1 (see `Record`)."""
    cards: tuple[Card, ...] | None = None
    """The marks, if an earlier run that was aborted has scored this submission already."""


@dataclass(frozen=True)
class SubmissionGrader:
    """Grades submissions of one lab. Plain data: it is sent to worker processes."""

    sanitizer: Sanitizer
    store: Path
    stamp: Mapping[str, str]
    """The part of the stamp that is the same for all submissions."""
    seeds: Seeds
    dry_run: bool = False

    def read(self, submitted: SubmittedWork) -> Job | Graded | Outcome:
        """Read a submission as text, and decide what to do.

        Returns a Job when it has to be scored, else its result. Raises only for faults of ours.
        """
        try:
            return self._read(submitted)
        except SubmissionError as error:
            reason = error_line(error)
            return Outcome(submitted.student, self.sanitizer.lab, "unreadable", reason=reason)

    def _read(self, submitted: SubmittedWork) -> Job | Graded | Outcome:
        student, folder, sanitizer = submitted.student, submitted.folder, self.sanitizer
        try:
            submission = read_submission(
                folder,
                sanitizer.lab,
                student,
                sanitizer.released,
                sanitizer.neighbours,
                exact=bool(sanitizer.other_labs),
            )
        except NothingHandedIn:
            if not notebooks_in(folder):
                raise
            submission = None  # there are notebooks, but only those of other names
        timestamp = timestamp_of(folder)
        extra = read_extra_notebooks(sanitizer, folder, student)
        if submission is None:
            return self._missing(submitted, timestamp, extra)
        return self._job_or_unchanged(submitted, submission, timestamp, extra)

    def _missing(
        self,
        submitted: SubmittedWork,
        timestamp: datetime | None,
        extra: Mapping[str, ExtraNotebook],
    ) -> Graded | Outcome:
        """Notebooks of the assignment were handed in, but not this lab."""
        student, sanitizer = submitted.student, self.sanitizer
        notes = [_("{name} is missing: no points").format(name=f"{sanitizer.lab}.ipynb")]
        if count := count_unknown(submitted.folder, {sanitizer.lab, *sanitizer.neighbours}):
            notes.append(_("{count} other notebooks were left out").format(count=count))
        graded = sanitizer.autograded(student)
        is_saved = submitted.is_marked and graded.is_dir() and timestamp_of(graded) == timestamp
        if self.dry_run or (is_saved and not are_changed(sanitizer, extra, student)):
            return Outcome(student, sanitizer.lab, "missing", notes=tuple(notes))
        notebooks, extra_notes = sanitize_extra_notebooks(sanitizer, extra, student)
        new_folder, left_out = write_graded_folder(
            sanitizer, student, submitted.folder, timestamp, notebooks
        )
        notes += [*extra_notes, *left_out]
        marks = _extra_marks(notebooks)
        return Graded(student, None, tuple(notes), None, timestamp, new_folder, marks)

    def _job_or_unchanged(
        self,
        submitted: SubmittedWork,
        submission: Submission,
        timestamp: datetime | None,
        extra: Mapping[str, ExtraNotebook],
    ) -> Job | Outcome:
        lab, assignment = self.sanitizer.lab, self.sanitizer.assignment
        student, store = submission.student, Store(self.store)
        stamp = {
            "submission": submission.sha256,
            "timestamp": str(timestamp or ""),
            **self.stamp,
        }
        if submitted.team:
            stamp["team"] = submitted.team.name
        number = store.number(
            lab, student, submission.sha256, stamp["timestamp"], assignment=assignment
        )
        record = store.record(lab, student, number, assignment)
        scored = store.kept(lab, student, number, assignment)
        team = submitted.team.members if submitted.team else ()
        known = (record, scored, *(store.record(lab, one, assignment=assignment) for one in team))
        cards = next((r.cards for r in known if r and r.stamp == stamp), None)
        # Marks whose record is lost or damaged cannot be explained: they are made again.
        counted = store.counted(lab, student, assignment)
        marks = counted.cards if counted else ()
        is_saved = record is not None and record.stamp == stamp and submitted.has(marks)
        is_saved = is_saved and self._graded_stamp(student) == stamp
        if is_saved and not are_changed(self.sanitizer, extra, student):
            return Outcome(student, lab, "unchanged", notes=submission.notes)
        task = self._task(submission, submitted.seed_name, timestamp, stamp)
        return Job(submission, extra, submitted.folder, task, timestamp, stamp, number, cards)

    def _task(
        self,
        submission: Submission,
        seed_name: str,
        timestamp: datetime | None,
        stamp: Mapping[str, str],
    ) -> Task:
        # A trainee who hands in by files writes the time stamp himself. The hash is in the seeds,
        # too: an old time stamp must not bring back seeds that an earlier feedback page has shown.
        time = f"{timestamp.isoformat()} " if timestamp else ""
        return Task(
            lab=self.sanitizer.lab,
            digest=stamp["lab"],
            board=stamp["board"],
            program=submission.program,
            host=submission.host,
            scenario=submission.scenario,
            prediction=submission.prediction,
            seeds=self.seeds.of(seed_name, time + submission.sha256),
            sandbox="none" if stamp["sandbox"] == "none" else "bwrap",
        )

    def _graded_stamp(self, student: str) -> dict[str, str] | None:
        """The stamp in the graded notebook; None when there is no graded notebook of ours."""
        file = self.sanitizer.autograded(student) / f"{self.sanitizer.lab}.ipynb"
        try:
            found = json.loads(file.read_bytes())["metadata"]["warsha"]
        except Exception:  # whatever is wrong with that file: the submission is graded again
            return None
        return found if isinstance(found, dict) else None

    def write(self, job: Job, cards: Sequence[Card]) -> Graded:
        """Sanitise the submission, put the marks into it, keep its record, and write its new
        folder."""
        submission, sanitizer = job.submission, self.sanitizer
        student = submission.student
        record = self._record(job, cards)
        notes = submission.notes
        if "timed_out" in record.remarks:
            note = _("stopped by this machine's time limit: another machine may give another mark")
            notes = (*notes, note)
        if self.dry_run:
            return Graded(student, record.without_pictures(), notes)
        Store(self.store).keep(record)
        notebook = sanitizer.sanitize(submission.notebook, student)
        write_marks(notebook, cards)
        notebook = sanitizer.finish(notebook, student)
        notebook.metadata.warsha = NotebookNode(job.stamp)
        extra, extra_notes = sanitize_extra_notebooks(sanitizer, job.extra, student)
        marks, extra_marks = NotebookMarks.of(notebook), _extra_marks(extra)
        new_folder, left_out = write_graded_folder(
            sanitizer, student, job.folder, job.timestamp, {**extra, job.task.lab: notebook}
        )
        return Graded(
            student,
            record.without_pictures(),
            (*notes, *extra_notes, *left_out),
            marks,
            job.timestamp,
            new_folder,
            extra_marks,
        )

    def _record(self, job: Job, cards: Sequence[Card]) -> Record:
        task, assignment = job.task, self.sanitizer.assignment
        return Record(
            student=job.submission.student,
            lab=task.lab,
            number=job.number,
            submission=job.submission.sha256,
            timestamp=job.stamp["timestamp"],
            stamp=job.stamp,
            seeds=task.seeds,
            program=task.program,
            host=task.host,
            scenario=task.scenario,
            answered=task.prediction.share,
            cards=tuple(cards),
            assignment="" if assignment == task.lab else assignment,
        )


def _extra_marks(
    notebooks: Mapping[str, NotebookNode | None],
) -> dict[str, NotebookMarks | None]:
    """The marks of the extra notebooks; None: it was not handed in."""
    return {
        name: NotebookMarks.of(one, was_run=was_executed(one)) if one else None
        for name, one in notebooks.items()
    }


_worker: list[tuple[SubmissionGrader, Work]] = []
"""In a worker process: what it grades with."""


def start_worker(grader: SubmissionGrader, work: Work) -> None:
    """Called once in each worker process, before its first submission."""
    lab_cache.use_store(grader.store)
    _worker[:] = [(grader, work)]


def grade_submission(submitted: SubmittedWork) -> Graded | Outcome:
    """Read, score and write one submission in a worker process. Raises only for faults of ours."""
    grader, work = _worker[0]
    job = grader.read(submitted)
    if not isinstance(job, Job):
        return job
    return grader.write(job, job.cards or work(job.task))
