"""When each lab is due, for trainees: a file in the exchange beside the released labs. The course
page reads it each time, so that a new due date and more time for somebody reach every trainee.

    {"labs": {LAB: TIME}, "extended": {TRAINEE: {LAB: TIME}}}        times in ISO 8601 with a zone

Every trainee can read the file. It has no ids: TRAINEE is a hash. Who guesses an id can find it.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from sqlalchemy import select

from grader.errors import CourseError
from grader.nbgrader import config
from grader.nbgrader.database import open_book
from hardware.atomic_file import write_atomically
from hardware.i18n import _, reason

FILE = "due.json"


def publish(root: Path) -> None:
    """Write what the gradebook says now; without an exchange nothing is written.

    Raises: CourseError.
    """
    settings = config.load(root)
    file = _file(settings)
    if not file.parent.is_dir():  # nothing was released
        return
    labs, extended = in_gradebook(root)
    try:
        write_atomically(file, json.dumps({"labs": labs, "extended": extended}))
        file.chmod(0o644)
    except OSError as error:
        raise CourseError(
            _("{file}: {reason}; the course page shows the earlier due dates").format(
                file=file, reason=reason(error)
            ),
            _("let this account write there, then run it again"),
        ) from error


def publish_when_set(root: Path) -> None:
    """Change nbgrader's `Gradebook`: a due date that Formgrader or `nbgrader db` sets is published
    at once. nbgrader has no hook for that. A later call replaces the course."""
    gradebook: Any = Gradebook
    now = gradebook.update_or_create_assignment
    stock = getattr(now, "__wrapped__", now)

    @wraps(stock)
    def update_or_create_assignment(self: Any, name: str, **fields: Any) -> Any:
        made = stock(self, name, **fields)
        if "duedate" in fields:
            with suppress(CourseError):  # it is in the gradebook; the next grading publishes it
                publish(root)
        return made

    gradebook.update_or_create_assignment = update_or_create_assignment


def in_gradebook(root: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The contents of the file: `labs` and `extended`. Raises: CourseError."""
    coursedir = config.coursedir(root)
    mine = SubmittedAssignment
    given: Any = (
        select(Assignment.name, Assignment.duedate, mine.student_id, mine.extension)
        .outerjoin(
            mine.__table__,
            (mine.assignment_id == Assignment.id) & mine.extension.is_not(None),
        )
        .where(Assignment.duedate.is_not(None))
    )
    labs: dict[str, str] = {}
    extended: dict[str, dict[str, str]] = {}
    with open_book(coursedir) as book:
        for lab, due, student, extension in book.db.execute(given):
            labs[lab] = due.replace(tzinfo=UTC).isoformat()
            if student is not None:
                until = (due + extension).replace(tzinfo=UTC).isoformat()
                extended.setdefault(_key(coursedir.course_id, student), {})[lab] = until
    return labs, extended


def published(folder: Path, trainee: str) -> dict[str, datetime] | None:
    """When each lab is due for a trainee, by the exchange that this folder's nbgrader settings
    name; None without such a file, or when it is damaged."""
    try:
        settings = config.load(folder)
        found = json.loads(_file(settings).read_text(encoding="utf-8"))
        mine = found["extended"].get(_key(settings.CourseDirectory.course_id, trainee), {})
        return times({**found["labs"], **mine})
    except (CourseError, OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def times(texts: Mapping[str, str]) -> dict[str, datetime]:
    """The times that have a zone. Raises: ValueError, TypeError, AttributeError."""
    due = {lab: datetime.fromisoformat(text) for lab, text in texts.items()}
    return {lab: time for lab, time in due.items() if time.tzinfo}


def _file(settings: Any) -> Path:
    return Path(settings.Exchange.root) / str(settings.CourseDirectory.course_id) / FILE


def _key(course: str, trainee: str) -> str:
    return sha256(f"{course}/{trainee}".encode()).hexdigest()
