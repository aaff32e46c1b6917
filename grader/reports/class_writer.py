"""Writes the class page of a lab and its tables into `class/`, for `warsha class`."""

from pathlib import Path

from grader.disk import report_disk_full
from grader.errors import GraderError
from grader.lab.course import Course
from grader.reports.class_page import class_page
from grader.reports.class_register import ClassRegister, register_of
from grader.reports.csv_tables import moodle_table, plain_table
from hardware.atomic_file import write_atomically
from hardware.i18n import _


def class_file(course: Course, lab: str, kind: str = "html", assignment: str = "") -> Path:
    """The path of the class page; of a table, `kind` is `csv` or `moodle.csv`."""
    name = f"{assignment}.{lab}" if assignment not in ("", lab) else lab
    return course.root / "class" / f"{name}.{kind}"


def write_class(
    course: Course, lab: str, assignment: str = ""
) -> tuple[ClassRegister, list[Path]]:
    """Write the class page of a lab and its tables. Returns their content and their paths.

    `assignment` is named if its name is not the lab's. Raises: GraderError when nobody has handed
    in; DiskFull.
    """
    register = register_of(course, lab, assignment)
    if not any(row.feedback or row.not_graded for row in register.rows):
        cause = _("nothing was handed in for {lab}").format(lab=assignment or lab)
        cure = _("look in {folder}").format(folder=course.root / "submitted")
        raise GraderError(cause, cure)
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
