"""Writing the pages: those of `warsha feedback` into `feedback/`, where nbgrader puts and finds
them, and those of `warsha class` into `class/`."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from grader.archive.store import Store
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import commands, config
from grader.gradebook.standings import Standing, standings
from grader.pages.classpage import class_page
from grader.pages.feedback import feedback_page
from grader.pages.gather import sheet_of
from grader.pages.register import Register
from grader.pages.roll import class_file, register_of
from grader.pages.tables import moodle_table, plain_table
from hardware.say import _


class FeedbackWriter:
    """Writes the pages of one lab, each as `nbgrader generate_feedback` would with our template,
    but without converting a notebook.

    Raises: GraderError when nothing was graded.
    """

    def __init__(self, course: Course, lab: str, student: str | None = None) -> None:
        self.course, self.lab = course, lab
        self.store = Store(course.store)
        self._lab_of = cache(self.store.lab)
        self.coursedir = config.coursedir(course.root)
        known = standings(self.coursedir.db_url, lab, lab, student)
        self.standings = {
            who: standing for who, standing in known.items() if self._autograded(who).is_dir()
        }
        if not self.standings:
            cause = _("there is no graded submission of {lab}").format(lab=lab)
            raise GraderError(cause, _("run: {command}").format(command=f"warsha grade {lab}"))

    def run(self) -> Iterator[tuple[str, str]]:
        """Write every page: each trainee as the page is there, and why it is not, else nothing.

        One that cannot be made keeps no other from being made.
        """
        for who, standing in self.standings.items():
            try:
                self._make(who, standing)
            except GraderError as error:
                yield who, f"{error}. {error.cure}"
            else:
                yield who, ""

    def _make(self, student: str, standing: Standing) -> None:
        page = self._page(student, standing)
        if page is None:
            commands.generate_feedback(self.course.root, self.lab, student)
        else:
            self._write(student, page)

    def _page(self, student: str, standing: Standing) -> str | None:
        """Our page; None when nbgrader has to make some of this submission's pages."""
        if len(list(self._autograded(student).glob("*.ipynb"))) != 1:
            return None
        record = self.store.record(self.lab, student)
        if record is None:
            return None
        sheet = sheet_of(self.store, self._lab_of(record.stamp["lab"]), record, standing)
        return feedback_page(sheet) if sheet else None

    def _write(self, student: str, page: str) -> None:
        """The page, and beside it what `nbgrader release_feedback` reads there. The old folder
        stays until the new one is whole."""
        place = self._feedback(student)
        fresh = place.with_name(f".{place.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(self._autograded(student), fresh, ignore=self._left_out)
        file = fresh / f"{self.lab}.html"
        file.write_text(page, encoding="utf-8")
        for each in filter(Path.is_file, fresh.rglob("*")):
            each.chmod(0o664 if self.coursedir.groupshared else 0o644)
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)

    def _left_out(self, folder: str, names: list[str]) -> set[str]:
        """What nbgrader does not copy either, and links: what one leads to may be anybody's."""
        usual = shutil.ignore_patterns("*.ipynb", *self.coursedir.ignore)(folder, names)
        return {*usual, *(name for name in names if Path(folder, name).is_symlink())}

    def _autograded(self, student: str) -> Path:
        return self._place(self.coursedir.autograded_directory, student)

    def _feedback(self, student: str) -> Path:
        return self._place(self.coursedir.feedback_directory, student)

    def _place(self, step: Any, student: str) -> Path:
        return Path(self.coursedir.format_path(step, student, self.lab))


def write_class(course: Course, lab: str) -> tuple[Register, list[Path]]:
    """Write the class page of a lab and its tables; what they tell, and the files."""
    register = register_of(course, lab)
    texts = {
        "html": class_page(register),
        "csv": plain_table(register),
        "moodle.csv": moodle_table(register),
    }
    files = []
    for kind, text in texts.items():
        file = class_file(course, lab, kind)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        files.append(file)
    return register, files
