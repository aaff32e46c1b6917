"""Moves a course's gradebook into another database: every row of every table, in one transaction.
The course's settings name the new database afterwards; the old one stays as it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Base, Student, SubmittedAssignment
from sqlalchemy import Connection, Engine, delete, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError

from grader.errors import CourseError
from grader.nbgrader import config
from grader.nbgrader.database import (
    file_lock,
    open_url,
    reporting_no_access,
    require_gradebook,
)
from hardware.i18n import _

_TABLES: Sequence[Any] = Base.metadata.sorted_tables
"""In an order in which each row comes after those that it refers to."""


def move_gradebook(root: Path, url: str) -> tuple[int, int, int]:
    """Move the gradebook to the database at `url`, and write this address into the settings.

    Returns: how many trainees, labs and submissions are there.
    Raises: CourseError when the database has marks already, or the address has a password;
        NoAccess.
    """
    coursedir = config.coursedir(root)
    try:
        has_password = make_url(url).password is not None
    except ArgumentError as error:
        cure = _("write it as postgresql+psycopg://USER@HOST/NAME")
        raise CourseError(_("{url} is no address of a database").format(url=url), cure) from error
    if has_password:
        raise CourseError(
            _("the address has a password, which would be in a file of the course"),
            _("put it into PGPASSWORD or ~/.pgpass, and leave it out here"),
        )
    source = _source(root, coursedir.db_url, url)
    with file_lock(root / ".grading"):
        _copy(source, url, coursedir.course_id)
        config.set_database(root, url)
        with reporting_no_access(url), open_url(url, coursedir.course_id) as book:
            engine = book.engine
            counts = (_count(engine, it) for it in (Student, Assignment, SubmittedAssignment))
            trainees, labs, submissions = counts
            return trainees, labs, submissions


def _source(root: Path, current: str, url: str) -> str:
    """The address of the gradebook that has the marks. When the settings name the new database
    already, that is the file in the course's folder."""
    if make_url(current) != make_url(url):
        require_gradebook(config.coursedir(root))
        return current
    file = root / "gradebook.db"
    if not file.is_file():
        cause = _("the gradebook is there already: {url}").format(url=url)
        raise CourseError(cause, _("to move it elsewhere, give another address"))
    return f"sqlite:///{file}"


def _copy(source: str, url: str, course: str) -> None:
    with (
        open_url(source, course) as old,
        open_url(url, course) as new,
        reporting_no_access(source),
        reporting_no_access(url),
        old.engine.connect() as read,
        new.engine.begin() as write,
    ):
        if _is_same(read, write):  # moved, and stopped before the settings were written
            return
        _require_no_marks(read, write, url)
        try:
            for table in reversed(_TABLES):
                write.execute(delete(table))
            for table in _TABLES:
                if rows := [dict(row) for row in read.execute(select(table)).mappings()]:
                    write.execute(insert(table), rows)
        except DatabaseError as error:
            cause = _("a row of the gradebook does not fit into the new database: {reason}")
            reason = str(error.orig).partition("\n")[0]
            cure = _("nothing was moved: correct that row in Formgrader, then try again")
            raise CourseError(cause.format(reason=reason), cure) from error


def _is_same(read: Connection, write: Connection) -> bool:
    """Whether both databases have the same rows, and any submission."""
    if not _ids(write, SubmittedAssignment):
        return False
    return all(_rows(read, table) == _rows(write, table) for table in _TABLES)


def _rows(connection: Connection, table: Any) -> list[str]:
    return sorted(repr(tuple(row)) for row in connection.execute(select(table)))


def _require_no_marks(read: Connection, write: Connection, url: str) -> None:
    """Raises: CourseError when the new database has anything that would be lost."""
    unknown = _ids(write, Student) - _ids(read, Student)
    if unknown or _ids(write, SubmittedAssignment):
        raise CourseError(
            _("the database has trainees or marks already: {url}").format(url=url),
            _("give the address of an empty one"),
        )


def _ids(connection: Connection, table: Any) -> set[str]:
    return set(connection.execute(select(table.__table__.c.id)).scalars())


def _count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        count: Any = select(func.count()).select_from(table.__table__)
        return int(connection.execute(count).scalar_one())
