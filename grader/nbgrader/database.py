"""The gradebook's database: opened once, held by one writer, one transaction at a time."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

from nbgrader.api import Gradebook
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import DatabaseError, NoSuchModuleError, OperationalError

from grader.errors import CourseError, NoAccess
from grader.nbgrader.released import Released
from hardware.i18n import _

_held = ContextVar[Path | None]("_held", default=None)
"""The course that a run of nbgrader around us holds, in this thread: what is opened within is a
part of it."""


def open_book(coursedir: Any) -> Any:
    """The course's Gradebook, made if there is none. Raises: CourseError; NoAccess."""
    return open_url(coursedir.db_url, coursedir.course_id)


def open_url(url: str, course: str = "default_course") -> Any:
    """The same by its address. Raises: CourseError; NoAccess."""
    try:
        with told_when_shut(url):
            return Gradebook(url, course)
    except (ImportError, NoSuchModuleError) as error:
        raise CourseError(
            _("the gradebook's driver is missing: {reason}").format(reason=error),
            _("install it: pip install 'warsha[postgresql]', and write postgresql+psycopg://"),
        ) from error
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        if url.startswith("sqlite"):  # another address may hold a password
            reason = f"{url.removeprefix('sqlite:///')}: {reason}"
        cure = _("look at CourseDirectory.db_url; a password belongs into PGPASSWORD or ~/.pgpass")
        if not isinstance(error, OperationalError):  # SQLite's "file is not a database"
            cure = _("put your copy of it back; else move it away and run: warsha course build")
        cause = _("the gradebook cannot be opened: {reason}").format(reason=reason)
        raise CourseError(cause, cure) from error


@contextmanager
def told_when_shut(url: str) -> Iterator[None]:
    """Whatever keeps a gradebook's file from being read or written. Raises: NoAccess."""
    try:
        yield
    except OperationalError as error:
        said = str(error.orig)  # as sqlite.org/rescode.html has it
        shut = ("readonly database", "unable to open database file")
        cure = _("change the permissions so that you can read and write there, then run it again")
        if "database is locked" in said:
            cure = _("another program writes into it: wait, or close it, then say it again")
        elif not any(words in said for words in shut):
            raise
        raise NoAccess(f"{url.removeprefix('sqlite:///')}: {said}", cure) from error


class Database:
    """A course's gradebook, which nobody else grades into, or builds, until it is closed.

    Raises: CourseError when somebody else does, or it cannot be opened.
    """

    def __init__(self, root: Path, coursedir: Any) -> None:
        self._url: str = coursedir.db_url
        is_free = _held.get() != root.resolve()
        with told_when_shut(self._url), ExitStack() as opened:
            if is_free:
                opened.enter_context(_alone(root / ".grading"))
            self._gradebook = opened.enter_context(open_book(coursedir))
            self._engine: Engine = self._gradebook.engine
            if self._engine.dialect.name == "sqlite":
                # pysqlite begins too late, so two writers could meet in the middle:
                # docs.sqlalchemy.org, "Serializable isolation / Savepoints"
                event.listen(self._engine, "connect", _own_transactions)
                event.listen(self._engine, "begin", _begin)
                self._gradebook.close()
            elif self._engine.dialect.name == "postgresql" and is_free:
                opened.enter_context(_alone_on_server(self._engine, coursedir.course_id))
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Let the next one grade."""
        self._opened.close()

    def released(self, assignment: str) -> dict[str, Released]:
        """The notebooks of an assignment as they were released, by name. Raises: MissingEntry."""
        try:
            with told_when_shut(self._url):
                found = self._gradebook.find_assignment(assignment)
                names = [row.name for row in found.notebooks]
                return {name: Released.read(self._gradebook, assignment, name) for name in names}
        finally:
            self._gradebook.db.remove()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All that is done within, or none of it."""
        with told_when_shut(self._url), self._engine.begin() as connection:
            yield connection


@contextmanager
def alone(root: Path, coursedir: Any) -> Iterator[None]:
    """Nobody else grades into the course meanwhile; we do. Raises: CourseError, NoAccess."""
    with closing(Database(root, coursedir)):
        before = _held.set(root.resolve())
        try:
            yield
        finally:
            _held.reset(before)


def _alone(file: Path) -> TextIO:
    """Holds the course for this process until the file is closed. Raises: CourseError."""
    lock = file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise _somebody_else() from error
    return lock


@contextmanager
def _alone_on_server(engine: Engine, course: str) -> Iterator[None]:
    """Holds the course on a server, for graders of other machines: an advisory lock of a
    connection, which ends with it. Raises: CourseError."""
    digest = hashlib.sha256(f"warsha {course}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
            raise _somebody_else()
        yield
        connection.execute(select(func.pg_advisory_unlock(key)))


def _somebody_else() -> CourseError:
    cause = _("somebody else is grading or building this course at the moment")
    return CourseError(cause, _("wait until that is done, then try again"))


def _own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
