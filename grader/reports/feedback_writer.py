"""Writes the feedback pages into `feedback/`, for `warsha feedback`. nbgrader puts its pages in
the same place."""

import shutil
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from grader.archive.store import Store
from grader.disk import atomic_folder, error_line, report_disk_full, require_writable
from grader.errors import DiskFull, GraderError
from grader.lab.course import Course
from grader.nbgrader import commands, config, folders
from grader.nbgrader.attached_files import MAX_DEPTH
from grader.nbgrader.database import require_gradebook
from grader.nbgrader.standings import standings
from grader.reports.feedback_data import feedback_data
from grader.reports.feedback_page import feedback_page
from hardware.i18n import _


class FeedbackWriter:
    """Writes the feedback pages of an assignment, one for each of its labs and trainees.

    The pages are those that `nbgrader generate_feedback` would make with our template, but no
    notebook is converted. Raises: GraderError when nothing was graded.
    """

    def __init__(self, course: Course, assignment: str, student: str | None = None) -> None:
        self.course, self.assignment = course, assignment
        self.store = Store(course.store)
        self._lab_of = cache(self.store.lab)
        self.coursedir = config.coursedir(course.root)
        require_gradebook(self.coursedir)
        url = self.coursedir.db_url
        labs = folders.labs_of(course, assignment)
        self.standings = {lab: standings(url, assignment, lab, student) for lab in labs}
        known = self.standings[labs[0]]
        self.students = [who for who in known if any(self._autograded(who).glob("*.ipynb"))]
        if not self.students:
            raise self._nothing(student)

    def _nothing(self, student: str | None) -> GraderError:
        """The error when nothing, or nothing of this trainee, was graded."""
        lab, command = self.assignment, self.course.command(f"grade {self.assignment}")
        cause = _("there is no graded submission of {lab}").format(lab=lab)
        if student is not None:
            command += f" --student {student}"
            cause = _("no submission of {lab} by {student} was graded")
            if student not in folders.submitted(self.course.root, lab):
                cause = _("{student} handed in nothing for {lab}")
                cure = _("look in {folder}").format(folder=self.course.root / "submitted")
                return GraderError(cause.format(student=student, lab=lab), cure)
        cause = cause.format(student=student, lab=lab)
        return GraderError(cause, _("run: {command}").format(command=command))

    def run(self) -> Iterator[tuple[str, str]]:
        """Write all pages. Yields each trainee, with the reason when a page cannot be made, else
        with "". The other pages are made all the same. Raises: DiskFull; NoAccess when no page can
        be written."""
        place = folders.step_folder(self.coursedir, "feedback", self.assignment)
        require_writable(place.parent)
        for who in self.students:
            try:
                with report_disk_full(self.course.root):
                    self._make(who)
            except DiskFull:
                raise
            except Exception as error:
                yield who, error_line(error)
            else:
                yield who, ""

    def _make(self, student: str) -> None:
        graded = sorted(file.stem for file in self._autograded(student).glob("*.ipynb"))
        pages = {name: self._page(name, student) for name in graded}
        made = {name: page for name, page in pages.items() if page}
        if made and made.keys() == pages.keys():
            self._write(student, made)
        else:
            commands.generate_feedback(self.course.root, self.assignment, student)

    def _page(self, lab: str, student: str) -> str:
        """Our page of a notebook; "" when nbgrader has to make it."""
        standing = self.standings.get(lab, {}).get(student)
        if standing is None:
            return ""
        record = self.store.counted(lab, student, self.assignment)
        if record is None:
            return ""
        data = feedback_data(self.store, self._lab_of(record.stamp["lab"]), record, standing)
        return feedback_page(data) if data else ""

    def _write(self, student: str, pages: Mapping[str, str]) -> None:
        """Write the pages and the attached files, as `nbgrader release_feedback` expects them. The
        old folder is removed when the new one is complete."""
        graded = self._autograded(student)
        leave_out = partial(self._left_out, graded)
        with atomic_folder(self._feedback(student)) as new:
            shutil.copytree(graded, new, ignore=leave_out, dirs_exist_ok=True)
            for lab, page in pages.items():
                (new / f"{lab}.html").write_text(page, encoding="utf-8")
            for each in filter(Path.is_file, new.rglob("*")):
                each.chmod(0o664 if self.coursedir.groupshared else 0o644)

    def _left_out(self, graded: Path, folder: str, names: list[str]) -> set[str]:
        """Names that are not copied: those that nbgrader ignores; links, because they may lead to
        files of anyone; folders that are nested too deep (nbgrader's `autograde` copies them)."""
        usual = shutil.ignore_patterns("*.ipynb", *self.coursedir.ignore)(folder, names)
        files = [Path(folder, name) for name in names]
        links = {file.name for file in files if file.is_symlink()}
        if len(Path(folder).relative_to(graded).parts) < MAX_DEPTH:
            return usual | links
        return usual | links | {file.name for file in files if file.is_dir()}

    def _autograded(self, student: str) -> Path:
        return folders.step_folder(self.coursedir, "autograded", self.assignment, student)

    def _feedback(self, student: str) -> Path:
        return folders.step_folder(self.coursedir, "feedback", self.assignment, student)
