"""Marks and comments that a person gives a member of a team: every member gets them, at once when
they are given through nbgrader, and at the next grading a member who had no submission then."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, event, inspect, make_url, select, update
from sqlalchemy.orm import Session

from grader.errors import CourseError
from grader.lab.course import load_course
from grader.lab.teams import NAME
from grader.nbgrader import config
from grader.nbgrader.team_work import teams_of

_BY_PERSON: dict[Any, tuple[str, ...]] = {
    Grade: ("manual_score", "extra_credit", "needs_manual_grade"),
    Comment: ("manual_comment",),
}
"""What a person gives."""

_courses: list[Path] = []
"""The built course whose gradebook this process shares marks in; at most one."""


def take_over(connection: Connection, assignment: str, student: str, team: Sequence[str]) -> None:
    """Copy marks and comments of the other members to a member who has none of that cell."""
    for kind, columns in _BY_PERSON.items():
        table = kind.__table__
        found = connection.execute(_rows(kind, assignment, team)).mappings()
        rows = [dict(row) for row in found]
        given = {row["cell_id"]: row for row in rows if _is_given(row)}
        for row in rows:
            source = given.get(row["cell_id"])
            if source and row["student_id"] == student and not _is_given(row):
                values = {name: source[name] for name in columns}
                connection.execute(update(table).where(table.c.id == row["id"]).values(values))


def _is_given(row: Mapping[str, Any]) -> bool:
    """Whether a person gave points or a comment there."""
    names = ("manual_score", "extra_credit", "manual_comment")
    return any(row.get(name) is not None for name in names)


def _rows(kind: Any, assignment: str, students: Sequence[str]) -> Any:
    """A query for the grades or comments of these students."""
    return (
        select(kind.__table__, SubmittedAssignment.student_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment, SubmittedAssignment.student_id.in_(students))
    )


def share_when_given(root: Path) -> None:
    """Share what a person gives from now on: Formgrader and nbgrader's API write it through a
    session of SQLAlchemy. nbgrader has no hook for that. A later call replaces the course."""
    _courses[:] = [root]
    if not event.contains(Session, "before_flush", _share):
        event.listen(Session, "before_flush", _share)


def _share(session: Any, _context: object, _instances: object) -> None:
    (root,) = _courses
    given = [one for one in session.dirty if type(one) in _BY_PERSON and _is_changed(one)]
    if not given or not (root / NAME).is_file():
        return
    # Of a wrong file the next grading tells; the mark itself is saved.
    with suppress(CourseError), session.no_autoflush:
        if session.get_bind().url == make_url(config.coursedir(root).db_url):
            course = load_course(root.name, root.parent)
            for one in given:
                submission = one.notebook.assignment
                team = teams_of(course, submission.assignment.name).get(submission.student_id)
                for other in _same_cell(session, one, team.members if team else ()):
                    for name in _BY_PERSON[type(one)]:
                        setattr(other, name, getattr(one, name))


def _is_changed(one: Any) -> bool:
    columns = inspect(one).attrs
    return any(columns[name].history.has_changes() for name in _BY_PERSON[type(one)])


def _same_cell(session: Any, one: Any, members: Sequence[str]) -> Iterable[Any]:
    """The grades or comments of the other members for the same cell."""
    kind = type(one)
    query = (
        select(kind)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(kind.cell_id == one.cell_id, SubmittedAssignment.student_id.in_(members))
    )
    return (other for other in session.execute(query).scalars() if other is not one)
