"""nbgrader's folders: what was released, what was handed in, and when."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from nbgrader.utils import parse_utc

from grader.archive.store import Store
from grader.errors import CourseError, SubmissionError
from grader.lab.course import BUILD, Course
from grader.nbgrader import config
from hardware.i18n import _, reason

Step = Literal["source", "release", "submitted", "autograded", "feedback"]

_TIME = re.compile(
    r"(\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"(?:Z| ?([+-](?:0\d|1[0-4])):?([0-5]\d)?| ([A-Za-z][\w/+-]*))?"
)
"""A date with a time, and a zone as hours and minutes or as a name. A parser would fill in missing
parts from today; a zone name must be no path. The zones of the world go from -12:00 to +14:00."""


def labs_of(course: Course, assignment: str) -> tuple[str, ...]:
    """The labs of an assignment: usually one with the same name, but an instructor may put several
    labs into one assignment.

    Raises: CourseError or StoreError when there is none.
    """
    # A look at the folder is not enough: the path `buttons/` has one, and is no assignment's name.
    known = assignments(course.root)
    names = released(course.root, assignment) if assignment in known else []
    store = Store(course.store)
    if labs := tuple(name for name in names if store.has_released(name)):
        return labs
    for lab in {*names} & {*course.labs}:
        store.released(lab)  # raises
    raise _no_labs(course, assignment, names)


def _no_labs(course: Course, assignment: str, names: Collection[str]) -> CourseError:
    if names:
        cause = _("no notebook of {name} is a lab of this course").format(name=assignment)
        command = f"nbgrader autograde {assignment}"
        cure = _("run it in {folder}: {command}").format(folder=course.root, command=command)
        return CourseError(cause, cure)
    known = assignments(course.root)
    for group in (name for name in known if assignment in released(course.root, name)):
        cause = _("{lab} is handed in as a part of {name}").format(lab=assignment, name=group)
        return CourseError(
            cause, _("run: {command}").format(command=course.command(f"grade {group}"))
        )
    cause = _("the built course has no lab {lab}").format(lab=assignment)
    if assignment in course.labs:
        return CourseError(cause, _("run: {command}").format(command=course.command(BUILD)))
    is_name = "/" not in assignment and assignment.strip(".")
    if is_name and source_folder(course.root, assignment).is_dir():
        command = f"nbgrader generate_assignment {assignment}"
        cure = _("run it in {folder}: {command}").format(folder=course.root, command=command)
        return CourseError(cause, cure)
    return CourseError(cause, _("choose one of: {names}").format(names=", ".join(known) or "-"))


def assignments(root: Path) -> list[str]:
    """The names of the released assignments."""
    return sorted(place.name for place in release_folder(root, "-").parent.glob("[!.]*/"))


def released(root: Path, assignment: str) -> list[str]:
    """The names of the released notebooks of an assignment."""
    return sorted(file.stem for file in release_folder(root, assignment).glob("*.ipynb"))


def source_folder(root: Path, assignment: str) -> Path:
    """The folder with the instructor's notebooks and files of an assignment."""
    return step_folder(config.coursedir(root), "source", assignment)


def release_folder(root: Path, assignment: str) -> Path:
    """The folder of a released assignment."""
    return step_folder(config.coursedir(root), "release", assignment)


def step_folder(coursedir: Any, step: Step, assignment: str, student: str = ".") -> Path:
    """The folder of an assignment in nbgrader's `CourseDirectory`; `source` and `release` have no
    student."""
    directory = getattr(coursedir, f"{step}_directory")
    return Path(coursedir.format_path(directory, student, assignment))


def submitted(root: Path, assignment: str) -> dict[str, Path]:
    """The folder of each trainee who handed in, by id, sorted. A folder without read permission is
    included: grading it reports the problem, and the other trainees are not affected."""
    coursedir = config.coursedir(root)
    marker = "\0"
    pattern = step_folder(coursedir, "submitted", assignment, marker)
    place = pattern.parts.index(marker)
    parent = Path(*pattern.parts[:place])
    rest = pattern.parts[place + 1 :]
    # Not "*": JupyterLab makes a folder .ipynb_checkpoints where somebody opens a notebook.
    entries = (entry for entry in parent.glob("[!.]*") if entry.is_dir())
    found = {entry.name: entry.joinpath(*rest) for entry in entries}
    return {name: found[name] for name in sorted(found) if _may_be_folder(found[name])}


def _may_be_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except PermissionError:
        return True


def unreadable(error: OSError, name: str) -> SubmissionError:
    """The error for a submitted file that cannot be read: files that are collected keep their
    permissions."""
    return SubmissionError(f"{name}: {reason(error)}", _("check the file's permissions"))


def timestamp_of(folder: Path) -> datetime | None:
    """When a submission was handed in (UTC), from its timestamp.txt; None when it has none.

    Raises: SubmissionError when the file holds no time.
    """
    file = folder / "timestamp.txt"
    try:
        if not file.is_file() or file.is_symlink():
            return None
        with file.open(encoding="utf-8") as source:
            line = source.read(100).strip().partition("\n")[0].rstrip()
        return _utc(line)
    except OSError as error:
        raise unreadable(error, file.name) from error
    except (ValueError, OverflowError) as error:
        raise SubmissionError(
            _("timestamp.txt has no valid time"), _("write it as 2026-01-15 10:00:00 UTC")
        ) from error


def time_of(text: str) -> datetime:
    """The time that somebody typed (UTC). Raises: CourseError."""
    try:
        return _utc(text.strip())
    except (ValueError, OverflowError) as error:
        raise CourseError(
            _("{text!r} is not a time").format(text=text),
            _("write it as 2026-01-15 23:59 UTC, or with +02:00 or Africa/Cairo in place of UTC"),
        ) from error


def _utc(text: str) -> datetime:
    """The time in UTC, without a zone, as nbgrader stores it. nbgrader's parser takes the hours of
    a zone for seconds, and an unknown zone (`EEST`) for UTC.

    Raises: ValueError, OverflowError.
    """
    if (match := _TIME.fullmatch(text)) is None:
        raise ValueError(text)
    time, hours, minutes, zone = match.groups()
    found: datetime = parse_utc(f"{time} UTC")
    if hours:
        return found - timedelta(hours=int(hours), minutes=int(hours[0] + (minutes or "0")))
    if zone in (None, "UTC", "GMT"):
        return found
    try:
        zone_info = ZoneInfo(zone)
    except (KeyError, OSError) as error:
        raise ValueError(zone) from error
    return found.replace(tzinfo=zone_info).astimezone(UTC).replace(tzinfo=None)
