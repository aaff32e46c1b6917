"""Writing the pages: those of `warsha feedback` into `feedback/`, where nbgrader puts and finds
them, and those of `warsha class` into `class/`."""

import shutil
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from grader.archive.store import Store
from grader.disk import error_line, report_disk_full, write_atomically
from grader.errors import DiskFull, GraderError
from grader.lab.course import Course
from grader.nbgrader import commands, config, folders
from grader.nbgrader.attached_files import MOST_DEEP
from grader.nbgrader.standings import standings
from grader.reports.class_data import class_file, register_of
from grader.reports.class_page import class_page
from grader.reports.class_register import ClassRegister
from grader.reports.feedback import feedback_page
from grader.reports.gather import sheet_of
from grader.reports.tables import moodle_table, plain_table
from hardware.i18n import _


class FeedbackWriter:
    """Writes the pages of an assignment, one for each of its labs, as `nbgrader generate_feedback`
    would with our template, but without converting a notebook.

    Raises: GraderError when nothing was graded.
    """

    def __init__(self, course: Course, assignment: str, student: str | None = None) -> None:
        self.course, self.assignment = course, assignment
        self.store = Store(course.store)
        self._lab_of = cache(self.store.lab)
        self.coursedir = config.coursedir(course.root)
        url = self.coursedir.db_url
        labs = folders.labs_of(course, assignment)
        self.standings = {lab: standings(url, assignment, lab, student) for lab in labs}
        known = self.standings[labs[0]]
        self.students = [who for who in known if any(self._autograded(who).glob("*.ipynb"))]
        if not self.students:
            cause = _("there is no graded submission of {lab}").format(lab=assignment)
            command = f"warsha grade {assignment}"
            raise GraderError(cause, _("run: {command}").format(command=command))

    def run(self) -> Iterator[tuple[str, str]]:
        """Write all pages: each trainee as they are there, and why they are not, else nothing.

        One that cannot be made keeps no other from being made. Raises: DiskFull.
        """
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
        """Our page; empty when nbgrader has to make this notebook's."""
        standing = self.standings.get(lab, {}).get(student)
        if standing is None:
            return ""
        record = self.store.record(lab, student, assignment=self.assignment)
        if record is None:
            return ""
        sheet = sheet_of(self.store, self._lab_of(record.stamp["lab"]), record, standing)
        return feedback_page(sheet) if sheet else ""

    def _write(self, student: str, pages: Mapping[str, str]) -> None:
        """The pages, and beside them what `nbgrader release_feedback` reads there. The old folder
        stays until the new one is whole."""
        place = self._feedback(student)
        fresh = place.with_name(f".{place.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        graded = self._autograded(student)
        shutil.copytree(graded, fresh, ignore=partial(self._left_out, graded))
        for lab, page in pages.items():
            (fresh / f"{lab}.html").write_text(page, encoding="utf-8")
        for each in filter(Path.is_file, fresh.rglob("*")):
            each.chmod(0o664 if self.coursedir.groupshared else 0o644)
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)

    def _left_out(self, graded: Path, folder: str, names: list[str]) -> set[str]:
        """What nbgrader does not copy either, and links: what one leads to may be anybody's. Too
        deep folders, too: nbgrader's own `autograde` takes them."""
        usual = shutil.ignore_patterns("*.ipynb", *self.coursedir.ignore)(folder, names)
        files = [Path(folder, name) for name in names]
        links = {file.name for file in files if file.is_symlink()}
        if len(Path(folder).relative_to(graded).parts) < MOST_DEEP:
            return usual | links
        return usual | links | {file.name for file in files if file.is_dir()}

    def _autograded(self, student: str) -> Path:
        return self._place(self.coursedir.autograded_directory, student)

    def _feedback(self, student: str) -> Path:
        return self._place(self.coursedir.feedback_directory, student)

    def _place(self, step: Any, student: str) -> Path:
        return Path(self.coursedir.format_path(step, student, self.assignment))


def write_class(
    course: Course, lab: str, assignment: str = ""
) -> tuple[ClassRegister, list[Path]]:
    """Write the class page of a lab and its tables; what they tell, and the files. `assignment`
    is what the lab is handed in with, if that has another name. Raises: DiskFull."""
    register = register_of(course, lab, assignment)
    texts = {
        "html": class_page(register),
        "csv": plain_table(register),
        "moodle.csv": moodle_table(register),
    }
    files = []
    with report_disk_full(course.root):
        for kind, text in texts.items():
            file = class_file(course, lab, kind, assignment)
            file.parent.mkdir(exist_ok=True)
            write_atomically(file, text)
            files.append(file)
    return register, files
