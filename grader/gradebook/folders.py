"""Where nbgrader keeps what was released and what was handed in."""

from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from grader.errors import CourseError, SubmissionError
from grader.gradebook import config
from hardware.say import _


def need_release(root: Path, assignment: str, lab: str) -> None:
    """Raises CourseError when the course has not released that lab's notebook there."""
    coursedir = config.coursedir(root)
    folder = Path(coursedir.format_path(coursedir.release_directory, ".", assignment))
    if not (folder / f"{lab}.ipynb").is_file():
        raise CourseError(
            _("the built course has no lab {lab}").format(lab=lab), _("run: warsha course build")
        )


def submitted(root: Path, lab: str) -> dict[str, Path]:
    """The folder of each trainee who handed something in, sorted by id."""
    coursedir = config.coursedir(root)
    marker = "\0"
    pattern = Path(coursedir.format_path(coursedir.submitted_directory, marker, lab))
    place = pattern.parts.index(marker)
    parent = Path(*pattern.parts[:place])
    rest = pattern.parts[place + 1 :]
    # Not "*": JupyterLab leaves .ipynb_checkpoints behind wherever somebody looked.
    entries = (entry for entry in parent.glob("[!.]*") if entry.is_dir())
    found = {entry.name: entry.joinpath(*rest) for entry in entries}
    return {name: found[name] for name in sorted(found) if found[name].is_dir()}


def timestamp_of(folder: Path) -> datetime | None:
    """When a submission was handed in (UTC), from its timestamp.txt; None when it has none.

    Raises: SubmissionError when the file holds no time.
    """
    file = folder / "timestamp.txt"
    if not file.is_file() or file.is_symlink():
        return None
    try:
        with file.open(encoding="utf-8") as source:
            found: datetime = parse_utc(source.read(100).strip())
    except (ValueError, OverflowError) as error:
        raise SubmissionError(
            _("timestamp.txt holds no time"), _("write it as 2026-01-15 10:00:00 UTC")
        ) from error
    return found
