"""`warsha grade`: a drop-in for `nbgrader autograde` that decides marks on virtual boards,
outside of any notebook.

Worker processes read, score and write submissions (`grader.classrun.marker`); this process alone
writes into the gradebook. Three things can come of a submission: it is graded; it cannot be read;
or we failed. In the last two nothing of it is saved and earlier marks stay.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from grader.archive.store import Store
from grader.classrun import pool, worker
from grader.classrun.cluster import DaskCluster, grade_on
from grader.classrun.marker import Graded, Marker, Seeds, SubmittedWork, Work
from grader.classrun.outcome import Outcome
from grader.classrun.task import score_task
from grader.disk import error_line, is_disk_full, report_disk_full
from grader.errors import DiskFull, GraderError, NoAccess
from grader.host.probe import isolation_error
from grader.lab.course import Course
from grader.lab.lab import Lab
from grader.nbgrader import folders
from grader.nbgrader.grade_writer import GradeWriter
from grader.seeds import course_secret, fingerprint_of
from grader.version import engine_version
from hardware.builds import port_build
from hardware.i18n import _

Result = Graded | Outcome | pool.TaskFailure
Marks = Mapping[str, float | None]


class Grading:
    """One run over the submissions of one lab."""

    def __init__(
        self,
        course: Course,
        lab: str,
        seeds: Literal["hidden", "public"] = "hidden",
        *,
        sandbox: bool = True,
        assignment: str = "",
    ) -> None:
        self.assignment = assignment or lab
        self.labs = folders.labs_of(course, self.assignment)
        self.course = course
        self.store = Store(course.store)
        self.lab = self.store.lab(self.store.released(lab))
        self.seeds = seeds
        self.secret = _secret_of(course) if seeds == "hidden" else b""
        self.board = course.board or next(iter(self.lab.boards))
        self.sandbox = _sandbox_for(self.lab, sandbox, self.assignment)

    def submissions(self, student: str | None = None) -> dict[str, Path]:
        """Who handed in, and where it lies. Raises GraderError when there is none."""
        found = folders.submitted(self.course.root, self.assignment)
        cause = _("nothing was handed in for {lab}").format(lab=self.assignment)
        if found and student is not None:
            cause = _("{student} handed in nothing for {lab}")
            cause = cause.format(student=student, lab=self.assignment)
            found = {student: found[student]} if student in found else {}
        if not found:
            folder = self.course.root / "submitted"
            raise GraderError(cause, _("look into {folder}").format(folder=folder))
        return found

    def run(
        self,
        folders: Mapping[str, Path],
        *,
        dry_run: bool = False,
        work: Work = score_task,
        workers: int | None = None,
        cluster: DaskCluster | None = None,
    ) -> Iterator[Outcome]:
        """Grade these submissions, here or on a cluster; each outcome as it is known.

        Raises: DiskFull; ClusterError.
        """
        with report_disk_full(self.course.root), GradeWriter(self.course.root) as recorder:
            marker = self.marker(recorder, dry_run)
            if not dry_run:
                recorder.enrol(folders)
            before: dict[str, Marks] = {}
            handed_in = self._handed_in(recorder, folders, before)
            if cluster is not None:
                results = grade_on(cluster, marker, work, self.lab, handed_in)
            else:
                prepare = partial(worker.prepare, marker, work)
                count = workers or pool.processors()
                results = pool.run(worker.grade, handed_in, count, prepare)
            with closing(results):  # a run that ends early ends its workers here and now
                for student, result in results:
                    outcome = self._finish(recorder, student, result, dry_run)
                    earlier = _total(before.pop(student))
                    yield replace(outcome, assignment=self.assignment, earlier=earlier)

    def marker(self, recorder: GradeWriter, dry_run: bool) -> Marker:
        """What grades a submission of this lab, in any process."""
        family = self.lab.board(self.board).type.family
        stamp = {
            "lab": self.lab.digest,
            "board": self.board,
            "seeds": f"{self.seeds} {self.course.seeds}",
            "port": port_build(family),
            "engine": engine_version(),
            "sandbox": self.sandbox,
        }
        seeds = Seeds(self.course.slug, self.lab.release, self.course.seeds, self.secret)
        desk = recorder.desk(self.lab.slug, self.assignment, self.labs)
        return Marker(desk, self.course.store, stamp, seeds, dry_run)

    def _handed_in(
        self, recorder: GradeWriter, folders: Mapping[str, Path], before: dict[str, Marks]
    ) -> Iterator[tuple[str, SubmittedWork]]:
        """One after the other as they are asked for; their marks until now go into `before`."""
        for student, folder in folders.items():
            marks = recorder.auto_scores(self.lab.slug, student, self.assignment)
            before[student] = marks
            yield student, SubmittedWork(student, folder, marks)

    def _finish(
        self, recorder: GradeWriter, student: str, result: Result, dry_run: bool
    ) -> Outcome:
        lab = self.lab.slug
        if isinstance(result, pool.TaskFailure):
            if result.disk_is_full:
                raise DiskFull(self.course.root)
            return Outcome(student, lab, "error", reason=result.reason)
        try:
            if isinstance(result, Graded):
                self._save(recorder, result)
            elif result.state == "unchanged" and not dry_run:
                recorder.penalise(self.assignment, student)
            elif result.state == "missing" and not dry_run:
                self._miss(recorder, student)
        except Exception as error:
            if is_disk_full(error) or isinstance(error, NoAccess):  # nobody else's would be saved
                raise
            return Outcome(student, lab, "error", reason=error_line(error))
        if isinstance(result, Outcome):
            return result
        if result.record is None:
            return Outcome(student, lab, "missing", notes=result.notes)
        # Without pictures: those of a class of thousands would fill the memory.
        marks = tuple(replace(card, waveform="") for card in result.record.cards)
        return Outcome(student, lab, "graded", marks, notes=result.notes)

    def _save(self, recorder: GradeWriter, graded: Graded) -> None:
        """Killed or failing between these lines, the next run finds what was scored but no graded
        notebook with its stamp, and writes the same again; nothing runs twice, and a submission
        counts only when the gradebook has its marks."""
        if graded.fresh is None:
            return
        lab, student, record = self.lab.slug, graded.student, graded.record
        place = graded.fresh.with_name(self.assignment)
        saved = (graded.notebook, lab, student, graded.timestamp, graded.others)
        try:
            if record:
                self.store.keep(record)
            recorder.record(*saved, assignment=self.assignment)
            if record:
                self.store.settle(record)
            shutil.rmtree(place, ignore_errors=True)
            graded.fresh.rename(place)
        finally:
            shutil.rmtree(graded.fresh, ignore_errors=True)

    def _miss(self, recorder: GradeWriter, student: str) -> None:
        """Other notebooks came, and not this lab: no points, as nbgrader gives it. All else is as
        before."""
        lab = self.lab.slug
        recorder.record(None, lab, student, None, assignment=self.assignment)
        recorder.penalise(self.assignment, student)
        desk = recorder.desk(lab, self.assignment, self.labs)
        (desk.autograded(student) / f"{lab}.ipynb").unlink(missing_ok=True)


def gradings(
    course: Course,
    assignment: str,
    seeds: Literal["hidden", "public"] = "hidden",
    *,
    sandbox: bool = True,
) -> list[Grading]:
    """One for each lab that is handed in under that name. Raises: GraderError."""
    return [
        Grading(course, lab, seeds, sandbox=sandbox, assignment=assignment)
        for lab in folders.labs_of(course, assignment)
    ]


def _total(marks: Marks) -> float | None:
    """None when the gradebook has no points of ours."""
    known = [points for points in marks.values() if points is not None]
    return sum(known) if known else None


def _sandbox_for(lab: Lab, sandbox: bool, assignment: str) -> Literal["", "bwrap", "none"]:
    """How the lab's host code is held, for the stamp. Raises: GraderError when it cannot be."""
    if not lab.host:
        return ""
    if not sandbox:
        return "none"
    if error := isolation_error():
        raise GraderError(
            _("{lab} has host code: {why}").format(lab=lab.slug, why=error),
            # In full: nbgrader's commands and Formgrader say this, too, and have no such option.
            _("{cure}; or run: {command}, and every mark will say so").format(
                cure=error.cure, command=f"warsha grade {assignment} --no-sandbox"
            ),
        )
    return "bwrap"


def _secret_of(course: Course) -> bytes:
    """The secret that this course's marks were given with; a course without marks yet takes the
    one there is."""
    file = course.root / "secret.fingerprint"
    known = file.read_text().strip() if file.exists() else ""
    secret = course_secret(known)
    if not known:
        with report_disk_full(course.root):
            file.write_text(fingerprint_of(secret) + "\n")
    return secret
