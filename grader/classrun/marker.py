"""Grades one submission in a worker process: reads it as text (`grader.classrun.submission`),
scores its program, and writes the graded notebook. Only what the one writer has to do is left to
it.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isclose
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbformat.v4 import writes

from grader.archive.record import Record
from grader.archive.store import Store
from grader.classrun.extra_notebooks import ExtraNotebooks, are_changed, read_others
from grader.classrun.outcome import Outcome
from grader.classrun.submission import Submission, read_submission
from grader.classrun.submission_folder import notebooks, strays
from grader.classrun.task import Task
from grader.errors import NothingHandedIn, SubmissionError
from grader.nbgrader.folders import timestamp_of
from grader.nbgrader.sanitizer import Sanitizer
from grader.score.card import Card, number
from grader.seeds import PUBLIC_SEED, hidden_seeds
from hardware.i18n import _

Work = Callable[[Task], list[Card]]


@dataclass(frozen=True)
class SubmittedWork:
    """A submission as the writer knows it."""

    student: str
    folder: Path
    marks: Mapping[str, float | None]
    """Points of ours by item, as the gradebook has them."""

    @property
    def is_marked(self) -> bool:
        """Whether the gradebook has marks of it."""
        return any(points is not None for points in self.marks.values())

    def has(self, cards: Sequence[Card]) -> bool:
        """Whether these are the marks in the gradebook, which may have been put back since."""
        return self.is_marked and all(
            (points := self.marks[card.item]) is not None and isclose(points, card.points)
            for card in cards
            if card.item in self.marks
        )


@dataclass(frozen=True)
class Seeds:
    """Where a course's seeds come from. An empty secret gives the public one."""

    course: str
    lab: str
    count: int
    secret: bytes = field(default=b"", repr=False)

    def of(self, student: str, stamp: str) -> tuple[int, ...]:
        """The seeds of a submission; the next one, with another stamp, meets others."""
        if not self.secret:
            return (PUBLIC_SEED,)
        return hidden_seeds(
            self.secret,
            course=self.course,
            lab=self.lab,
            trainee=student,
            stamp=stamp,
            count=self.count,
        )


@dataclass(frozen=True)
class Job:
    """A submission that is to be graded."""

    submission: Submission
    folder: Path
    task: Task
    timestamp: datetime | None
    stamp: Mapping[str, str]
    """What decides the mark: when it is that of the graded notebook, there is nothing to do."""
    number: int
    cards: tuple[Card, ...] | None = None
    """Marks that an earlier run gave by the same stamp, before it was killed."""
    is_recorded: bool = False
    """Whether the gradebook had them, too."""


@dataclass(frozen=True)
class Graded:
    """What the writer has to save."""

    student: str
    record: Record | None
    """None: the lab is missing; what was handed in beside it is saved all the same."""
    notes: tuple[str, ...]
    notebook: NotebookNode | None = None
    """The graded notebook; None when there is none, and in a dry run."""
    timestamp: datetime | None = None
    fresh: Path | None = None
    """The folder that is to take the place of the one in `autograded/`; None in a dry run."""
    others: Mapping[str, NotebookNode | None] = field(default_factory=dict)
    """Further notebooks, as `Recorder.record` takes them."""


@dataclass(frozen=True)
class Marker:
    """Grades submissions of one lab. Plain data: it travels to worker processes."""

    desk: Sanitizer
    store: Path
    stamp: Mapping[str, str]
    """That part of the stamp that all submissions share."""
    seeds: Seeds
    dry_run: bool = False

    def read(self, handed_in: SubmittedWork) -> Job | Graded | Outcome:
        """What is to be done about a submission; Graded when nothing of it has to be scored.
        Raises whatever is our fault."""
        try:
            return self._read(handed_in)
        except SubmissionError as error:
            reason = f"{error}. {error.cure}"
            return Outcome(handed_in.student, self.desk.lab, "unreadable", reason=reason)

    def _read(self, handed_in: SubmittedWork) -> Job | Graded | Outcome:
        student, folder, desk = handed_in.student, handed_in.folder, self.desk
        try:
            submission = read_submission(
                folder, desk.lab, student, desk.released, desk.neighbours, several=bool(desk.labs)
            )
        except NothingHandedIn:
            if notebooks(folder):  # all of them belong to other places, or to none
                return self._missing(handed_in)
            raise
        timestamp = timestamp_of(folder)
        stamp = {
            "submission": submission.sha256,
            "timestamp": str(timestamp or ""),
            **self.stamp,
        }
        job = self._job(submission, folder, timestamp, stamp)
        # Marks whose record is gone or damaged could not be explained: they are made again.
        is_known = job.is_recorded and handed_in.has(job.cards or ())
        is_known = is_known and self._noted(student) == stamp
        if is_known and not are_changed(desk, folder, student):
            return Outcome(student, desk.lab, "unchanged", notes=submission.notes)
        return job

    def _missing(self, handed_in: SubmittedWork) -> Graded | Outcome:
        """Others of the assignment's notebooks came, and not this lab. Raises: SubmissionError."""
        student, folder, desk = handed_in.student, handed_in.folder, self.desk
        timestamp = timestamp_of(folder)
        notes = [_("{name} is missing: no points").format(name=f"{desk.lab}.ipynb")]
        if count := strays(folder, {desk.lab, *desk.neighbours}):
            notes.append(_("{count} other notebooks were left out").format(count=count))
        place = desk.autograded(student)
        is_known = handed_in.is_marked and place.is_dir() and timestamp_of(place) == timestamp
        if self.dry_run or (is_known and not are_changed(desk, folder, student)):
            return Outcome(student, desk.lab, "missing", notes=tuple(notes))
        others = read_others(desk, folder, student)
        fresh, left_out = self._write(student, folder, timestamp, others)
        notes += [*others.notes, *left_out]
        return Graded(student, None, tuple(notes), None, timestamp, fresh, others.graded)

    def _job(
        self,
        submission: Submission,
        folder: Path,
        timestamp: datetime | None,
        stamp: Mapping[str, str],
    ) -> Job:
        lab, student, store = self.desk.lab, submission.student, Store(self.store)
        # Who hands in by files writes the time himself: an old one must not bring back seeds
        # that an earlier feedback page has shown.
        when = f"{timestamp.isoformat()} " if timestamp else ""
        task = Task(
            lab=lab,
            digest=stamp["lab"],
            board=stamp["board"],
            program=submission.program,
            host=submission.host,
            answered=submission.answered,
            seeds=self.seeds.of(student, when + submission.sha256),
            sandbox="none" if stamp["sandbox"] == "none" else "bwrap",
        )
        group, when = self.desk.group, stamp["timestamp"]
        number = store.number(lab, student, submission.sha256, when, group)
        recorded = store.record(lab, student, number, group)
        kept = store.kept(lab, student, number, group)
        cards = next((r.cards for r in (recorded, kept) if r and r.stamp == stamp), None)
        job = Job(submission, folder, task, timestamp, stamp, number, cards)
        return replace(job, is_recorded=recorded is not None and recorded.stamp == stamp)

    def _noted(self, student: str) -> dict[str, str] | None:
        """What an earlier run noted in the graded notebook; None when stock nbgrader wrote it, or
        nobody."""
        file = self.desk.autograded(student) / f"{self.desk.lab}.ipynb"
        try:
            found = json.loads(file.read_bytes())["metadata"]["warsha"]
        except Exception:  # whatever is wrong with that file, the answer is to grade again
            return None
        return found if isinstance(found, dict) else None

    def finish(self, job: Job, cards: Sequence[Card]) -> Graded:
        """Make all that is saved of these marks."""
        submission, task = job.submission, job.task
        record = Record(
            student=submission.student,
            lab=task.lab,
            number=job.number,
            submission=submission.sha256,
            timestamp=job.stamp["timestamp"],
            stamp=job.stamp,
            seeds=task.seeds,
            program=task.program,
            host=task.host,
            answered=task.answered,
            cards=tuple(cards),
            assignment=self.desk.group,
        )
        odd = submission.notes
        if "timed_out" in record.remarks:
            told = _("this machine's limits of time ended it: another may give another mark")
            odd = (*odd, told)
        if self.dry_run:
            return Graded(submission.student, record, odd)
        notebook = self.desk.sanitize(submission.notebook, submission.student)
        write_marks(notebook, cards)
        notebook = self.desk.finish(notebook, submission.student)
        notebook.metadata.warsha = NotebookNode(job.stamp)
        others = read_others(self.desk, job.folder, submission.student)
        student, timestamp = submission.student, job.timestamp
        fresh, left_out = self._write(student, job.folder, timestamp, others, notebook)
        notes = (*odd, *others.notes, *left_out)
        return Graded(student, record, notes, notebook, timestamp, fresh, others.graded)

    def _write(
        self,
        student: str,
        folder: Path,
        timestamp: datetime | None,
        others: ExtraNotebooks,
        notebook: NotebookNode | None = None,
    ) -> tuple[Path, list[str]]:
        """Beside the place where it belongs; what a killed run left there goes. Returns the
        folder, and what was left out."""
        place = self.desk.autograded(student)
        graded = {**others.graded, self.desk.lab: notebook}
        written = {name: content for name, content in graded.items() if content}
        fresh = place.with_name(f".{place.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            left_out = self.desk.copy_files(folder, fresh)
            # As nbformat.write, without a look at the schema: only cells of ours and texts are in.
            self._keep_others(place, fresh, others)
            for name, content in written.items():
                (fresh / f"{name}.ipynb").write_text(writes(content) + "\n", encoding="utf-8")
            if timestamp:
                (fresh / "timestamp.txt").write_text(f"{timestamp} UTC\n")
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        return fresh, left_out

    def _keep_others(self, place: Path, fresh: Path, others: ExtraNotebooks) -> None:
        """Of an assignment of several labs each is graded by itself: what is graded of the others
        stays; so does what cannot be read now."""
        for name in [*self.desk.labs, *(self.desk.others.keys() - others.graded.keys())]:
            file = place / f"{name}.ipynb"
            if file.is_file() and not file.is_symlink():
                shutil.copyfile(file, fresh / file.name)


def write_marks(notebook: NotebookNode, marks: Sequence[Card]) -> None:
    """Give each graded cell the output that nbgrader reads its score from, and that people see."""
    by_item = {mark.item: mark for mark in marks}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and about.get("grade_id") in by_item:
            mark = by_item[about.grade_id]
            data = {"text/plain": number(mark.points), "text/html": mark._repr_html_()}
            output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
            cell.outputs = [from_dict({**output, "data": data})]
            cell.execution_count = 1
