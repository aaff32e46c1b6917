"""What can go wrong on the grader's side.

GraderError
 +-- LabError         a lab's folder is wrong (file, key, what)
 +-- CourseError      course.toml, the roster or a lesson is wrong (file, line or cell, what)
 +-- SubmissionError  what was handed in cannot be read as a submission
      +-- NothingHandedIn  there is no notebook of that lab
 +-- DiskFull         no room to write on; the run stops, and goes on later where it was
 +-- NoAccess         a file, a folder or the gradebook may not be read or written
 +-- NotGraded        our own fault: bench or checks raised, twice; no mark, never a zero
"""

from pathlib import Path

from hardware.i18n import _


class GraderError(Exception):
    """A known error: one line of cause (`str(error)`) and one line of cure (`error.cure`)."""

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.cure = cure

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback (IPython asks for it by this name)."""
        return [str(self), *filter(None, [self.cure])]


class LabError(GraderError):
    """A lab's folder is incomplete or contradicts itself; see `lab_error`."""


class CourseError(GraderError):
    """A course, a roster or a lesson cannot be used as it stands."""


class SubmissionError(GraderError):
    """What was handed in cannot be read; nothing of it is graded, and earlier marks stay."""


class NothingHandedIn(SubmissionError):
    """There is no notebook of that lab among what was handed in."""


class DiskFull(GraderError):
    """There is no room to write on."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            _("the disk is full: {place}").format(place=place),
            _("make room and say it again: it goes on where it was"),
        )


class NoAccess(GraderError):
    """A file, a folder or the gradebook may not be read or written."""


class NotGraded(GraderError):
    """Nothing is known of this submission; `detail` (a traceback) is for whoever mends it."""

    def __init__(self, cause: str, detail: str, cure: str = "") -> None:
        super().__init__(cause, cure or _("report it with the detail; earlier marks stay"))
        self.detail = detail


def lab_error(file: Path, key: str, what: str, cure: str = "") -> LabError:
    """The error of a lab's author: `traffic_light/lab.toml, boards: there is none`."""
    place = f"{file.parent.name}/{file.name}" + (f", {key}" if key else "")
    return LabError(f"{place}: {what}", cure)
