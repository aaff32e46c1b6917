"""`warsha grade`: a drop-in for `nbgrader autograde` that scores on virtual boards, outside of any
notebook.

    Grading.submissions          find the submissions
    SubmissionGrader.read        read each as text, in a worker process
    score_task                   score it on virtual boards
    SubmissionGrader.write       sanitise it, keep the record, write the graded notebook
    GradeWriter.record           one transaction into the gradebook, in this process alone

When a submission cannot be read, or when we fail, nothing of it is saved and earlier marks stay.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from grader.archive.record import Record
from grader.archive.store import Store
from grader.classrun import pool
from grader.classrun.cluster import DaskCluster, grade_on
from grader.classrun.graded_folder import change_marks
from grader.classrun.outcome import Graded, Outcome
from grader.classrun.submission_grader import (
    Seeds,
    SubmissionGrader,
    SubmittedWork,
    Work,
    grade_submission,
    start_worker,
)
from grader.classrun.task import score_task
from grader.disk import error_line, is_disk_full, report_disk_full
from grader.errors import DiskFull, GraderError, NoAccess
from grader.host.probe import isolation_error
from grader.lab.course import Course
from grader.lab.lab import Lab
from grader.nbgrader import folders
from grader.nbgrader.grade_writer import GradeWriter
from grader.nbgrader.module_checks import CheckRules
from grader.nbgrader.team_work import handed_in, submitter, teams_of
from grader.score.card import number
from grader.seeds import course_secret, fingerprint_of
from grader.version import engine_version
from hardware.i18n import _
from hardware.paths import port_build

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
        self.teams = teams_of(course, self.assignment)
        self.rules = CheckRules(course, self.assignment)
        self.store = Store(course.store)
        self.lab = self.store.lab(self.store.released(lab))
        self.seeds = seeds
        self.secret = secret_of(course) if seeds == "hidden" else b""
        self.board = course.board or next(iter(self.lab.boards))
        self.sandbox = _sandbox_for(self.lab, sandbox, course, self.assignment)

    def submissions(self, student: str | None = None) -> dict[str, Path]:
        """The folder of each trainee who handed in, or of one trainee, with the team.

        Raises: GraderError when there is none.
        """
        found = handed_in(self.course.root, self.assignment, self.teams)
        cause = _("nothing was handed in for {lab}").format(lab=self.assignment)
        if found and student is not None:
            cause = _("{student} handed in nothing for {lab}")
            cause = cause.format(student=student, lab=self.assignment)
            wanted = self.teams[student].members if student in self.teams else (student,)
            found = {one: found[one] for one in wanted if one in found}
        if not found:
            folder = self.course.root / "submitted"
            raise GraderError(cause, _("look in {folder}").format(folder=folder))
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
        """Grade these submissions here or on a cluster; yield each outcome when it is known.

        Raises: DiskFull; ClusterError.
        """
        with (
            report_disk_full(self.course.root),
            GradeWriter(self.course.root) as writer,
            nullcontext() if dry_run else writer.many_submissions(),
        ):
            grader = self.submission_grader(writer, dry_run)
            if not dry_run:
                writer.enrol(folders)
            earlier = writer.auto_scores(self.lab.slug, self.assignment)
            prepare = partial(start_worker, grader, work)
            refused = {one: self.rules.refusal(one, folder) for one, folder in folders.items()}
            for student, reason in refused.items():
                if reason:
                    lab, name = self.lab.slug, self.assignment
                    yield Outcome(student, lab, "refused", reason=reason, assignment=name)
            accepted = {one: folder for one, folder in folders.items() if not refused[one]}
            for part in self._parts(accepted):
                submitted = (
                    (student, self.submitted(student, folder, earlier.get(student, {})))
                    for student, folder in part.items()
                )
                if cluster is not None:
                    results = grade_on(cluster, grader, work, self.lab, submitted)
                else:
                    results = pool.run(
                        grade_submission, submitted, workers or pool.processors(), prepare
                    )
                with closing(results):  # when the run ends early, its workers end now
                    for student, result in results:
                        outcome = self._outcome(writer, student, result, dry_run)
                        before = _total(earlier.get(student, {}))
                        notes = (*outcome.notes, *self._team_note(student, folders[student]))
                        yield replace(
                            outcome, assignment=self.assignment, earlier=before, notes=notes
                        )

    def _parts(self, folders: Mapping[str, Path]) -> list[dict[str, Path]]:
        """The submissions in two parts: those that have to be scored, with one member of each
        team; then the other members, who get the marks that are in the store now."""
        first, others, teams = dict(folders), {}, set[str]()
        for student in filter(self.teams.get, folders):
            if (team := self.teams[student].name) in teams:
                others[student] = first.pop(student)
            teams.add(team)
        return [part for part in (first, others) if part]

    def _team_note(self, student: str, folder: Path) -> tuple[str, ...]:
        """Who handed in, when that was another member of the team."""
        if (team := self.teams.get(student)) is None:
            return ()
        by = submitter(self.course.root, self.assignment, team, folder)
        text = _("handed in by {student} for the team {team}").format(student=by, team=team.name)
        return () if by == student else (text,)

    def submitted(
        self, student: str, folder: Path, marks: Mapping[str, float | None]
    ) -> SubmittedWork:
        """A trainee's submission; `marks` are those in the gradebook."""
        return SubmittedWork(student, folder, marks, self.teams.get(student))

    def submission_grader(self, writer: GradeWriter, dry_run: bool) -> SubmissionGrader:
        """What grades a submission of this lab, in any process."""
        stamp = {
            "lab": self.lab.digest,
            "board": self.board,
            "seeds": f"{self.seeds} {self.course.seeds}",
            "port": port_build(self.lab.board(self.board).type.port),
            "engine": engine_version(),
            "sandbox": self.sandbox,
        }
        seeds = Seeds(self.course.slug, self.lab.release, self.course.seeds, self.secret)
        sanitizer = writer.sanitizer(self.lab.slug, self.assignment, self.labs)
        return SubmissionGrader(sanitizer, self.course.store, stamp, seeds, dry_run)

    def _outcome(
        self, writer: GradeWriter, student: str, result: Result, dry_run: bool
    ) -> Outcome:
        """Save the result of a worker, and return the outcome to report."""
        lab, counted = self.lab.slug, None
        if isinstance(result, pool.TaskFailure):
            if result.disk_is_full:
                raise DiskFull(self.course.root)
            return Outcome(student, lab, "error", reason=result.reason)
        try:
            if isinstance(result, Graded):
                counted = self._save(writer, result)
            elif result.state == "unchanged" and not dry_run:
                self._count_again(writer, student)
                self._take_over(writer, student)
                writer.penalise(self.assignment, student)
            elif result.state == "missing" and not dry_run:
                self._save_missing(writer, student)
        except Exception as error:
            if is_disk_full(error) or isinstance(error, NoAccess):  # for all others, too
                raise
            return Outcome(student, lab, "error", reason=error_line(error))
        if isinstance(result, Outcome):
            return result
        if result.record is None or counted is None:
            return Outcome(student, lab, "missing", notes=result.notes)
        return _graded(result.record, counted, result.notes)

    def counted(self, writer: GradeWriter, record: Record) -> Record:
        """The record that counts, by the course's `keep`, when this one was graded last. Only
        marks of the same kind of seeds and of the same team are compared."""
        if self.course.keep == "latest":
            return record
        kind = [record.stamp.get(name) for name in ("seeds", "team")]
        attempts = self.store.attempts(record)
        same = [one for one in attempts if [one.stamp.get(n) for n in ("seeds", "team")] == kind]
        return writer.best(same)

    def _count_again(self, writer: GradeWriter, student: str) -> None:
        """Nothing new was handed in, but another submission may count now: after an extension, or
        with another `keep`."""
        names = (self.lab.slug, student)
        record = self.store.record(*names, assignment=self.assignment)
        before = self.store.counted(*names, self.assignment)
        if record is None or before is None:
            return
        counted = self.counted(writer, record)
        if counted.number == before.number:
            return
        sanitizer = writer.sanitizer(self.lab.slug, self.assignment, self.labs)
        file = sanitizer.autograded(student) / f"{self.lab.slug}.ipynb"
        marks = change_marks(file, counted.cards)
        writer.record(marks, *names, None, assignment=self.assignment, counted=counted)
        self.store.settle(record, counted.number)

    def _save(self, writer: GradeWriter, graded: Graded) -> Record | None:
        """Save a graded submission in the gradebook, the store and `autograded/`. The marks may be
        those of an earlier submission that counts; texts and files are always those that were
        handed in last.

        When the run is killed between two of these steps, the next run finds the marks in the
        store but no graded notebook with their stamp. It writes the same again and scores nothing
        twice. A submission counts only when the gradebook has its marks.

        Returns: the record of these marks; None when the lab is missing.
        """
        if graded.new_folder is None:
            return graded.record
        lab, student, record = self.lab.slug, graded.student, graded.record
        place = graded.new_folder.with_name(self.assignment)
        marks, counted = graded.marks, None
        try:
            if record:
                counted = self.counted(writer, record)
                if counted is not record:
                    marks = change_marks(graded.new_folder / f"{lab}.ipynb", counted.cards)
            saved = (marks, lab, student, graded.timestamp, graded.extra)
            writer.record(*saved, assignment=self.assignment, counted=counted)
            self._take_over(writer, student)
            if record and counted:
                self.store.settle(record, counted.number)
            shutil.rmtree(place, ignore_errors=True)
            graded.new_folder.rename(place)
        except BaseException:
            shutil.rmtree(graded.new_folder, ignore_errors=True)
            raise
        return counted

    def _take_over(self, writer: GradeWriter, student: str) -> None:
        if team := self.teams.get(student):
            writer.take_over(self.assignment, student, team.members)

    def _save_missing(self, writer: GradeWriter, student: str) -> None:
        """The lab is missing, and the rest of the submission has not changed: the lab gets no
        points, as in nbgrader."""
        lab = self.lab.slug
        writer.record(None, lab, student, None, assignment=self.assignment)
        writer.penalise(self.assignment, student)
        sanitizer = writer.sanitizer(lab, self.assignment, self.labs)
        (sanitizer.autograded(student) / f"{lab}.ipynb").unlink(missing_ok=True)


def gradings(
    course: Course,
    assignment: str,
    seeds: Literal["hidden", "public"] = "hidden",
    *,
    sandbox: bool = True,
) -> list[Grading]:
    """A run for each lab of an assignment. Raises: GraderError."""
    return [
        Grading(course, lab, seeds, sandbox=sandbox, assignment=assignment)
        for lab in folders.labs_of(course, assignment)
    ]


def _graded(record: Record, counted: Record, notes: tuple[str, ...]) -> Outcome:
    if counted is not record:
        text = _("submission {number} counts, with {points} points; the new one has {new}")
        points, new = number(counted.points), number(record.points)
        notes = (*notes, text.format(number=counted.number, points=points, new=new))
    marks = counted.without_pictures().cards
    return Outcome(record.student, record.lab, "graded", marks, notes=notes)


def _total(marks: Marks) -> float | None:
    """The sum of the points; None when there are none."""
    known = [points for points in marks.values() if points is not None]
    return sum(known) if known else None


def _sandbox_for(
    lab: Lab, sandbox: bool, course: Course, assignment: str
) -> Literal["", "bwrap", "none"]:
    """How the lab's host code is isolated, for the stamp; "" when the lab has none.

    Raises: GraderError when a sandbox is wanted and cannot be made.
    """
    if not lab.host:
        return ""
    if not sandbox:
        return "none"
    if error := isolation_error():
        raise GraderError(
            _("{lab} has host code: {why}").format(lab=lab.slug, why=error),
            # The whole command: nbgrader and Formgrader show this, too, and have no such option.
            _("{cure}; or run: {command}, and every mark will say so").format(
                cure=error.cure, command=course.command(f"grade {assignment} --no-sandbox")
            ),
        )
    return "bwrap"


def secret_of(course: Course) -> bytes:
    """The secret that this course's marks are given with, known by its fingerprint. A course
    without a fingerprint takes the secret of this machine."""
    file = course.root / "secret.fingerprint"
    known = file.read_text().strip() if file.exists() else ""
    secret = course_secret(known)
    if not known:
        with report_disk_full(course.root):
            file.write_text(fingerprint_of(secret) + "\n")
    return secret
