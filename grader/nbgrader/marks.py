"""Who is in the gradebook, and with which scores."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Student
from sqlalchemy import bindparam, insert, select, update

from grader.disk import write_atomically
from grader.lab.class_list import Trainee
from grader.nbgrader import config
from grader.nbgrader.database import open_book, told_when_shut

_STUDENT: Any = Student.__table__
_LISTED = "class_list.txt"


def enrol(root: Path, trainees: Sequence[Trainee]) -> None:
    """Put the class list into the gradebook, all or nobody; who is there already is brought up to
    date. Their ids are kept beside it."""
    coursedir = config.coursedir(root)
    with told_when_shut(coursedir.db_url), open_book(coursedir) as gradebook:
        # nbgrader's own way is a transaction for each, and reads the whole class again after it.
        known = set(gradebook.db.execute(select(Student.id)).scalars())
        if new := [_row(trainee) for trainee in trainees if trainee.id not in known]:
            gradebook.db.execute(insert(_STUDENT), new)
        for name in ("first_name", "last_name", "email"):
            told = [one for one in trainees if one.id in known and getattr(one, name)]
            change = update(_STUDENT).where(_STUDENT.c.id == bindparam("who"))
            rows = [{"who": one.id, "value": getattr(one, name)} for one in told]
            if rows:
                gradebook.db.execute(change.values({name: bindparam("value")}), rows)
        gradebook.db.commit()
    if trainees:
        names = sorted(listed(root) | {trainee.id for trainee in trainees})
        write_atomically(root / _LISTED, "".join(f"{name}\n" for name in names))


def listed(root: Path) -> set[str]:
    """The ids of the class lists; empty when there was none. The gradebook does not tell: it has
    whoever handed in."""
    file = root / _LISTED
    return set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()


def _row(trainee: Trainee) -> dict[str, str | None]:
    return {name: value or None for name, value in vars(trainee).items()}


def scores(root: Path) -> dict[tuple[str, str], float]:
    """(trainee, lab) to the score in the gradebook, late penalties taken off."""
    coursedir = config.coursedir(root)
    with open_book(coursedir) as gradebook:
        return {
            (submission.student.id, submission.assignment.name): sum(
                notebook.score - (notebook.late_submission_penalty or 0)
                for notebook in submission.notebooks
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }
