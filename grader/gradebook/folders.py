"""Where nbgrader keeps what was released and what was handed in."""

from pathlib import Path

from grader.errors import CourseError
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
