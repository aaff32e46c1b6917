"""The best total of each lab in practice, for the course page.

`grade()` saves it in the trainee's course, in the hidden folder `.warsha`. The trainee can change
these files; no mark depends on them.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hardware.atomic_file import write_atomically

FOLDER = ".warsha"


@dataclass(frozen=True)
class Progress:
    """The best total of one lab in practice."""

    points: float
    maximum: float


def read_progress(course: Path, lab: str) -> Progress | None:
    """The best total so far; None before the first one, and when the file is damaged."""
    try:
        content = json.loads(_file(course, lab).read_text(encoding="utf-8"))
        return Progress(float(content["points"]), float(content["maximum"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_progress(start: Path, lab: str, total: Progress) -> None:
    """Save a total if it is the best one, in the course that `start` is in. Nothing is saved
    outside of a course, and nothing when the disk is full or not writable."""
    folders = (start, *start.parents)
    course = next((folder for folder in folders if (folder / "course.toml").is_file()), None)
    if course is None:
        return
    before = read_progress(course, lab)
    if before is None or total.points >= before.points:
        try:
            (course / FOLDER).mkdir(exist_ok=True)
            write_atomically(_file(course, lab), json.dumps(asdict(total)))
        except OSError:
            return


def _file(course: Path, lab: str) -> Path:
    return course / FOLDER / f"{lab}.json"
