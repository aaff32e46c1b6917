"""`warsha grade`: a drop-in for `nbgrader autograde` that decides marks on virtual boards,
outside of any notebook.

A submission is read as text (`grader.submission`), its program is scored in a worker process,
and the marks are written into the graded cells as the outputs that nbgrader reads. Three things
can come of it: it is graded; it cannot be read; or we failed. In the last two nothing of it is
saved and earlier marks stay.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader import pool
from grader.card import Card, number
from grader.course import Course
from grader.errors import GraderError, SubmissionError
from grader.gradebook import folders
from grader.gradebook.recorder import Recorder
from grader.lab import find
from grader.seeds import PUBLIC_SEED, course_secret, fingerprint_of, hidden_seeds
from grader.submission import Submission, read_submission
from grader.task import Task, score_task
from hardware.say import _

State = Literal["graded", "unchanged", "unreadable", "error"]
Work = Callable[[Task], list[Card]]


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    student: str
    lab: str
    state: State
    marks: tuple[Card, ...] = ()
    reason: str = ""
    """Why it was not graded, with the cure."""
    notes: tuple[str, ...] = ()

    @property
    def is_graded(self) -> bool:
        """Whether the gradebook has its marks (now, or from an earlier run that nothing has
        changed since)."""
        return self.state in ("graded", "unchanged")


@dataclass(frozen=True)
class _Job:
    """A submission that is to be scored."""

    submission: Submission
    task: Task
    timestamp: datetime | None
    stamp: dict[str, str]
    """What decides the mark: when it is that of the graded notebook, there is nothing to do."""


class Grading:
    """One run over the submissions of one lab."""

    def __init__(
        self, course: Course, lab: str, seeds: Literal["hidden", "public"] = "hidden"
    ) -> None:
        self.course = course
        self.lab = find(lab)
        folders.need_release(course.root, lab)
        self.seeds = seeds
        self.secret = _secret_of(course) if seeds == "hidden" else b""
        self.board = course.board or next(iter(self.lab.boards))

    def submissions(self, student: str | None = None) -> dict[str, Path]:
        """Who handed in, and where it lies. Raises GraderError when there is none."""
        found = folders.submitted(self.course.root, self.lab.slug)
        if student is not None:
            found = {student: found[student]} if student in found else {}
        if not found:
            raise GraderError(
                _("nothing was handed in for {lab}").format(lab=self.lab.slug),
                _("look into {folder}").format(folder=self.course.root / "submitted"),
            )
        return found

    def run(
        self,
        folders: Mapping[str, Path],
        *,
        dry_run: bool = False,
        work: Work = score_task,
        workers: int | None = None,
    ) -> Iterator[Outcome]:
        """Grade these submissions; each outcome as it is known."""
        with Recorder(self.course.root) as recorder:
            released = recorder.released(self.lab.slug)
            jobs: dict[str, _Job] = {}
            for student, folder in folders.items():
                job = self._prepare(recorder, released, student, folder)
                if isinstance(job, Outcome):
                    yield job
                else:
                    jobs[student] = job
            tasks = {student: job.task for student, job in jobs.items()}
            for student, result in pool.run(work, tasks, workers or os.cpu_count() or 1):
                if isinstance(result, pool.Failure):
                    yield Outcome(student, self.lab.slug, "error", reason=result.reason)
                else:
                    yield self._finish(recorder, jobs[student], result, dry_run)

    def _prepare(
        self, recorder: Recorder, released: NotebookNode, student: str, folder: Path
    ) -> _Job | Outcome:
        try:
            return self._read(recorder, released, student, folder)
        except SubmissionError as error:
            return Outcome(student, self.lab.slug, "unreadable", reason=f"{error}. {error.cure}")
        except Exception as error:
            return self._error(student, error)

    def _read(
        self, recorder: Recorder, released: NotebookNode, student: str, folder: Path
    ) -> _Job | Outcome:
        """What is to be done about a submission. Raises: SubmissionError."""
        lab = self.lab.slug
        submission = read_submission(folder, lab, student, released)
        timestamp = recorder.timestamp(folder)
        stamp = {
            "submission": submission.sha256,
            "timestamp": str(timestamp or ""),
            "lab": self.lab.digest,
            "board": self.board,
            "seeds": f"{self.seeds} {self.course.seeds}",
        }
        graded = _stamp_of(recorder.autograded(lab, student) / f"{lab}.ipynb")
        if graded == stamp and recorder.has_marks(lab, student):
            return Outcome(student, lab, "unchanged", notes=submission.notes)
        return _Job(submission, self._task(submission, timestamp), timestamp, stamp)

    def _task(self, submission: Submission, timestamp: datetime | None) -> Task:
        seeds: tuple[int, ...] = (PUBLIC_SEED,)
        if self.secret:
            seeds = hidden_seeds(
                self.secret,
                course=self.course.slug,
                lab=self.lab.release,
                trainee=submission.student,
                # Without a time, what was handed in: the next submission must meet other seeds.
                stamp=timestamp.isoformat() if timestamp else submission.sha256,
                count=self.course.seeds,
            )
        return Task(self.lab.slug, self.board, submission.program, submission.answered, seeds)

    def _error(self, student: str, error: Exception) -> Outcome:
        reason = f"{type(error).__name__}: {error}"
        return Outcome(student, self.lab.slug, "error", reason=reason)

    def _finish(self, recorder: Recorder, job: _Job, marks: list[Card], dry_run: bool) -> Outcome:
        submission = job.submission
        try:
            if not dry_run:
                self._save(recorder, job, marks)
        except Exception as error:
            return self._error(submission.student, error)
        return Outcome(
            submission.student, self.lab.slug, "graded", tuple(marks), notes=submission.notes
        )

    def _save(self, recorder: Recorder, job: _Job, marks: Sequence[Card]) -> None:
        lab, student = self.lab.slug, job.submission.student
        notebook = recorder.sanitize(job.submission.notebook, lab, student)
        write_marks(notebook, marks)
        notebook = recorder.finish(notebook, lab, student)
        notebook.metadata.warsha = NotebookNode(job.stamp)
        place = recorder.autograded(lab, student)
        fresh = place.with_name(f".{place.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            nbformat.write(notebook, fresh / f"{lab}.ipynb")
            if job.timestamp:
                (fresh / "timestamp.txt").write_text(f"{job.timestamp} UTC\n")
            recorder.record(notebook, lab, student, job.timestamp)
            # Killed between these lines, the next run finds no stamp that fits and writes the same
            # rows again.
            shutil.rmtree(place, ignore_errors=True)
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _secret_of(course: Course) -> bytes:
    """The secret that this course's marks were given with; a course without marks yet takes the
    one there is."""
    file = course.root / "secret.fingerprint"
    secret = course_secret(file.read_text().strip() if file.exists() else "")
    file.write_text(fingerprint_of(secret) + "\n")
    return secret


def write_marks(notebook: NotebookNode, marks: Sequence[Card]) -> None:
    """Give each graded cell the output that nbgrader reads its score from, and that people see."""
    by_item = {mark.item: mark for mark in marks}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and about.get("grade_id") in by_item:
            mark = by_item[about.grade_id]
            data = {"text/plain": number(mark.points), "text/html": mark._repr_html_()}
            cell.outputs = [new_output("execute_result", data, execution_count=1)]
            cell.execution_count = 1


def _stamp_of(file: Path) -> dict[str, str] | None:
    """What an earlier run noted in the graded notebook; None when stock nbgrader wrote it, or
    nobody."""
    try:
        found = nbformat.read(file, as_version=4).metadata.get("warsha")
    except Exception:  # whatever is wrong with that file, the answer is to grade again
        return None
    return dict(found) if isinstance(found, dict) else None
