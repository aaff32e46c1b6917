"""Where nbgrader keeps what was released and what was handed in."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nbgrader.utils import parse_utc

from grader.archive.store import Store
from grader.errors import CourseError, SubmissionError
from grader.lab.course import Course
from grader.nbgrader import config
from hardware.i18n import _, reason

_TIME = re.compile(
    r"(\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"(?:Z| ?([+-]\d\d):?(\d\d)?| ([A-Za-z][\w/+-]*))?"
)
"""A whole day and time, lest what is missing be taken from today; and a zone, by hours and minutes
or by a name, which is no path."""


def labs_of(course: Course, assignment: str) -> tuple[str, ...]:
    """The labs that are handed in under that name: mostly one, which is called so; an instructor
    may put several into one assignment.

    Raises: CourseError or StoreError when there is none.
    """
    # Not by its folder: a path like `buttons/` leads to one, too, and is no assignment's name.
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
        return CourseError(cause, _("run: {command}").format(command=f"warsha grade {group}"))
    cause = _("the built course has no lab {lab}").format(lab=assignment)
    if assignment in course.labs:
        return CourseError(cause, _("run: warsha course build"))
    is_name = "/" not in assignment and assignment.strip(".")
    if is_name and source_place(course.root, assignment).is_dir():
        command = f"nbgrader generate_assignment {assignment}"
        cure = _("run it in {folder}: {command}").format(folder=course.root, command=command)
        return CourseError(cause, cure)
    return CourseError(cause, _("choose one of: {names}").format(names=", ".join(known) or "-"))


def assignments(root: Path) -> list[str]:
    """What was released, by name."""
    return sorted(place.name for place in release_place(root, "-").parent.glob("[!.]*/"))


def released(root: Path, assignment: str) -> list[str]:
    """The notebooks of an assignment, by name."""
    return sorted(file.stem for file in release_place(root, assignment).glob("*.ipynb"))


def source_place(root: Path, assignment: str) -> Path:
    """Where the instructor's notebooks and files of an assignment lie."""
    return _place(root, "source_directory", assignment)


def release_place(root: Path, assignment: str) -> Path:
    """Where an assignment lies as it was released."""
    return _place(root, "release_directory", assignment)


def _place(root: Path, step: str, assignment: str) -> Path:
    coursedir = config.coursedir(root)
    return Path(coursedir.format_path(getattr(coursedir, step), ".", assignment))


def submitted(root: Path, assignment: str) -> dict[str, Path]:
    """The folder of each trainee who handed something in, sorted by id; one that may not be looked
    into is among them, and no reason to leave out the others."""
    coursedir = config.coursedir(root)
    marker = "\0"
    pattern = Path(coursedir.format_path(coursedir.submitted_directory, marker, assignment))
    place = pattern.parts.index(marker)
    parent = Path(*pattern.parts[:place])
    rest = pattern.parts[place + 1 :]
    # Not "*": JupyterLab leaves .ipynb_checkpoints behind wherever somebody looked.
    entries = (entry for entry in parent.glob("[!.]*") if entry.is_dir())
    found = {entry.name: entry.joinpath(*rest) for entry in entries}
    return {name: found[name] for name in sorted(found) if _may_be_folder(found[name])}


def _may_be_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except PermissionError:
        return True


def shut(error: OSError, name: str) -> SubmissionError:
    """What a trainee handed in that may not be read: whoever collected it kept its permissions."""
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
            said = source.read(100).strip().partition("\n")[0].rstrip()
        return _utc(said)
    except OSError as error:
        raise shut(error, file.name) from error
    except (ValueError, OverflowError) as error:
        raise SubmissionError(
            _("timestamp.txt holds no time"), _("write it as 2026-01-15 10:00:00 UTC")
        ) from error


def _utc(said: str) -> datetime:
    """nbgrader takes the hours of a zone for seconds, and a zone that it does not know (`EEST`)
    for UTC. Raises: ValueError, OverflowError."""
    if (match := _TIME.fullmatch(said)) is None:
        raise ValueError(said)
    time, hours, minutes, zone = match.groups()
    found: datetime = parse_utc(f"{time} UTC")
    if hours:
        return found - timedelta(hours=int(hours), minutes=int(hours[0] + (minutes or "0")))
    if zone in (None, "UTC", "GMT"):
        return found
    try:
        there = ZoneInfo(zone)
    except (KeyError, OSError) as error:
        raise ValueError(zone) from error
    return found.replace(tzinfo=there).astimezone(UTC).replace(tzinfo=None)
