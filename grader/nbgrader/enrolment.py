"""Puts the class list into the gradebook."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Student
from sqlalchemy import bindparam, insert, select, update

from grader.lab.class_list import COLUMNS, Trainee
from grader.nbgrader import config
from grader.nbgrader.database import open_book, reporting_no_access
from hardware.atomic_file import write_atomically

_STUDENT: Any = Student.__table__
_LISTED = "class_list.txt"


def enrol(root: Path, trainees: Sequence[Trainee]) -> tuple[int, int]:
    """Add the trainees to the gradebook, all of them or none, or update their names and addresses.
    The ids are also written to `class_list.txt`.

    Returns: how many are new, and of how many a name or address has changed.
    """
    coursedir = config.coursedir(root)
    with reporting_no_access(coursedir.db_url), open_book(coursedir) as gradebook:
        # nbgrader itself makes a transaction for each, and reads the whole class again after it.
        known = {row["id"]: row for row in gradebook.db.execute(select(_STUDENT)).mappings()}
        if new := [_row(trainee) for trainee in trainees if trainee.id not in known]:
            gradebook.db.execute(insert(_STUDENT), new)
        changed = set[str]()
        for name in ("first_name", "last_name", "email"):
            here = [one for one in trainees if one.id in known and getattr(one, name)]
            named = [one for one in here if getattr(one, name) != known[one.id][name]]
            changed |= {one.id for one in named}
            change = update(_STUDENT).where(_STUDENT.c.id == bindparam("who"))
            rows = [{"who": one.id, "value": getattr(one, name)} for one in named]
            if rows:
                gradebook.db.execute(change.values({name: bindparam("value")}), rows)
        gradebook.db.commit()
    if trainees:
        names = sorted(listed(root) | {trainee.id for trainee in trainees})
        write_atomically(root / _LISTED, "".join(f"{name}\n" for name in names))
    return len(new), len(changed)


def enrolled(root: Path) -> list[Trainee]:
    """All trainees of the gradebook, also those who only handed in. Raises: CourseError."""
    coursedir = config.coursedir(root)
    with reporting_no_access(coursedir.db_url), open_book(coursedir) as gradebook:
        rows = gradebook.db.execute(select(_STUDENT)).mappings()
        return [Trainee(**{name: row[name] or "" for name in COLUMNS}) for row in rows]


def listed(root: Path) -> set[str]:
    """The ids of all class lists so far; empty when there was none. The gradebook does not have
    this information: it also has everyone who handed in."""
    file = root / _LISTED
    return set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()


def _row(trainee: Trainee) -> dict[str, str | None]:
    return {name: value or None for name, value in vars(trainee).items()}
