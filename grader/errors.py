"""The errors of the grader.

GraderError
 +-- LabError         a lab's folder is wrong (file, key, what)
 +-- CourseError      course.toml, the class list or a lesson is wrong (file, line or cell, what)
 +-- SubmissionError  what was handed in cannot be read as a submission
      +-- NothingHandedIn  there is no notebook of that lab
 +-- DiskFull         the disk is full; the run stops and can be resumed
 +-- NoAccess         a file, a folder or the gradebook may not be read or written
 +-- NotGraded        an error of ours: bench or checks raised twice; no mark, but never a zero
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hardware.i18n import _

T = TypeVar("T")
V = TypeVar("V")


class GraderError(Exception):
    """A known error, with one line for its cause (`str(error)`) and one for its cure
    (`error.cure`)."""

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.cure = cure

    def _render_traceback_(self) -> list[str]:
        """The lines that a notebook shows in place of a traceback. IPython calls this name."""
        return [str(self), *filter(None, [self.cure])]


class LabError(GraderError):
    """A lab's folder is incomplete or contradicts itself; see `lab_error`."""


class LabFaults:
    """Collects the errors of a lab's files: its author sees all of them at once."""

    def __init__(self) -> None:
        self._found: list[LabError] = []

    def attempt(self, work: Callable[[], T], instead: V) -> T | V:
        """The result of `work`; `instead` when it raises LabError, which is kept."""
        try:
            return work()
        except LabError as error:
            self.add(error)
            return instead

    def add(self, error: LabError) -> None:
        """Keep an error."""
        self._found.append(error)

    def raise_all(self) -> None:
        """Raises: LabError with one line for each error, if there was any."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            cures = dict.fromkeys(error.cure for error in self._found if error.cure)
            raise LabError("\n".join(map(str, self._found)), "\n".join(cures))


class CourseError(GraderError):
    """A course, a class list or a lesson has an error."""


class SubmissionError(GraderError):
    """A submission cannot be read. Nothing of it is graded, and earlier marks stay."""


class NothingHandedIn(SubmissionError):
    """A submission contains no notebook of that lab."""


class DiskFull(GraderError):
    """The disk is full."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            _("the disk is full: {place}").format(place=place),
            _("make room and run it again to resume"),
        )


class NoAccess(GraderError):
    """A file, a folder or the gradebook may not be read or written."""


class NotGraded(GraderError):
    """A submission could not be graded because of an error of ours; `detail` is its traceback."""

    def __init__(self, cause: str, detail: str, cure: str = "") -> None:
        super().__init__(cause, cure or _("report it with the details; earlier marks stay"))
        self.detail = detail


def lab_error(file: Path, key: str, what: str, cure: str = "") -> LabError:
    """An error in a lab's file: `traffic_light/lab.toml, boards: there is none`."""
    place = f"{file.parent.name}/{file.name}" + (f", {key}" if key else "")
    return LabError(f"{place}: {what}", cure)
