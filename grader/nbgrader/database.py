"""The database of the gradebook: one process opens it for writing, one transaction at a time."""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

from nbgrader.api import Gradebook, Student, SubmittedAssignment
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from grader.archive.store import Store
from grader.disk import report_no_access
from grader.errors import CourseError, NoAccess
from grader.lab.course import BUILD, course_command
from grader.nbgrader.released_cells import ReleasedCells
from hardware.i18n import _

LOG_PAGES = 8192
"""How long SQLite's log may get before it is copied into the file. With its own default, a copy
after every 20th submission takes longer than to write them."""
CACHE_KB = 32_768
"""SQLite's own 2 MB are less than the rows of a class of thousands, which are not in an order."""

_locked = ContextVar[Path | None]("_locked", default=None)
"""The course that this thread has locked already, for a run of nbgrader that calls our steps."""


def gradebook_file(coursedir: Any) -> Path | None:
    """The file of the course's gradebook; None when it is on a database server."""
    url = make_url(coursedir.db_url)
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


def lost_gradebook(coursedir: Any) -> str:
    """What is wrong when a built course's gradebook has no file, or an empty one; else ""."""
    file, root = gradebook_file(coursedir), Path(coursedir.root)
    store = Store(root / "store")
    with report_no_access():
        if file is None or (file.is_file() and file.stat().st_size) or not store.labs():
            return ""
        if file != (earlier := root / "gradebook.db") and earlier.is_file():
            return ""  # `_require_moved` knows more
    text = _("{file} is missing or empty; trainees with marks in store/: {count}")
    return text.format(file=file, count=len(store.trainees()))


def require_gradebook(coursedir: Any) -> None:
    """Raises: CourseError when the gradebook of a built course was lost: a new and empty one would
    take its place without a word."""
    if cause := lost_gradebook(coursedir):
        cure = _("restore your copy of it; without a copy run: {command}; then {loss}")
        command = course_command(BUILD, coursedir.course_id)
        raise CourseError(cause, cure.format(command=command, loss=loss()))


def loss() -> str:
    """What a gradebook has that cannot be made from the store and the submissions."""
    return _("points and comments that people gave, due dates and extensions are lost")


def open_book(coursedir: Any) -> Any:
    """The course's Gradebook; a new one when the course was never built.

    Raises: CourseError when it was lost, or cannot be opened; NoAccess.
    """
    require_gradebook(coursedir)
    return open_url(coursedir.db_url, coursedir.course_id)


def open_url(url: str, course: str = "default_course") -> Any:
    """The Gradebook at an address. Raises: CourseError; NoAccess."""
    try:
        with _reporting_no_file(url):
            return Gradebook(url, course)
    except (ImportError, NoSuchModuleError) as error:
        raise CourseError(
            _("the gradebook's driver is missing: {reason}").format(reason=error),
            _("run in the Warsha folder: {command}; and write postgresql+psycopg://").format(
                command=".venv/bin/pip install -e '.[postgresql]'"
            ),
        ) from error
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        if url.startswith("sqlite"):  # other addresses may contain a password
            reason = f"{url.removeprefix('sqlite:///')}: {reason}"
        cure = _("check CourseDirectory.db_url; a password belongs in PGPASSWORD or ~/.pgpass")
        if not isinstance(error, OperationalError):  # SQLite's "file is not a database"
            cure = _("restore your copy of it, or move it away and run: {command}; then {loss}")
            cure = cure.format(command=course_command(BUILD, course), loss=loss())
        cause = _("the gradebook cannot be opened: {reason}").format(reason=reason)
        raise CourseError(cause, cure) from error


@contextmanager
def reporting_no_access(url: str) -> Iterator[None]:
    """Turn errors that a gradebook's file cannot be read or written, or that its server does not
    answer any more, into NoAccess."""
    try:
        with _reporting_no_file(url):
            yield
    except OperationalError as error:
        if url.startswith("sqlite"):
            raise
        reason = str(error.orig).partition("\n")[0]
        raise NoAccess(
            _("the gradebook's server does not answer: {reason}").format(reason=reason),
            _("start it, then run the command again: what was graded is saved"),
        ) from error


@contextmanager
def _reporting_no_file(url: str) -> Iterator[None]:
    """Turn errors that a gradebook's file cannot be read or written into NoAccess."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)  # see sqlite.org/rescode.html
        no_access = ("readonly database", "unable to open database file")
        cure = _("change the permissions so that you can read and write there, then run it again")
        if "database is locked" in text:
            cure = _(
                "another program is writing to it: wait, or close that program, then run it again"
            )
        elif not any(words in text for words in no_access):
            raise
        raise NoAccess(f"{url.removeprefix('sqlite:///')}: {text}", cure) from error


class Database:
    """A course's gradebook. Until it is closed, nobody else can grade into it or build the course.

    Raises: CourseError when somebody else does so already, or when it cannot be opened.
    """

    def __init__(self, root: Path, coursedir: Any) -> None:
        self._url: str = coursedir.db_url
        is_unlocked = _locked.get() != root.resolve()
        with reporting_no_access(self._url), ExitStack() as opened:
            if is_unlocked:
                opened.enter_context(file_lock(root / ".grading"))
            self._gradebook = opened.enter_context(open_book(coursedir))
            self._engine: Engine = self._gradebook.engine
            self._file = gradebook_file(coursedir)
            file = root / "gradebook.db"
            if self._file != file:
                _require_moved(file, self._engine)
            if self._engine.dialect.name == "sqlite":
                # pysqlite begins a transaction too late, so two writers could interfere:
                # docs.sqlalchemy.org, "Serializable isolation / Savepoints"
                event.listen(self._engine, "connect", _own_transactions)
                event.listen(self._engine, "begin", _begin)
                self._gradebook.close()
            elif self._engine.dialect.name == "postgresql" and is_unlocked:
                opened.enter_context(_lock_on_server(self._engine, coursedir.course_id))
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Unlock the course."""
        self._opened.close()

    def released(self, assignment: str) -> dict[str, ReleasedCells]:
        """The released notebooks of an assignment, by name. Raises: MissingEntry."""
        try:
            with reporting_no_access(self._url):
                found = self._gradebook.find_assignment(assignment)
                names = [row.name for row in found.notebooks]
                return {
                    name: ReleasedCells.read(self._gradebook, assignment, name) for name in names
                }
        finally:
            self._gradebook.db.remove()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Everything that is done within it is saved, or nothing."""
        with reporting_no_access(self._url), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def many_transactions(self) -> Iterator[None]:
        """Within it, a transaction takes a fraction of the time, and whoever reads the gradebook
        does not wait: SQLite writes a log, and waits for the disk only when it copies the log into
        the file. The kill of a process loses nothing. After a power cut the last transactions may
        be missing, each as a whole: then the next run writes them again.

        SQLite can do this only on a disk of this machine; elsewhere nothing changes.
        """
        is_logging = self._is_on_own_disk() and self._pragma("journal_mode = WAL") == "wal"
        if is_logging:
            for setting in (
                "synchronous = NORMAL",
                f"wal_autocheckpoint = {LOG_PAGES}",
                f"cache_size = -{CACHE_KB}",
            ):
                self._pragma(setting)
        try:
            yield
        finally:
            if is_logging:  # the gradebook is one file again, for whoever copies it
                self._pragma("synchronous = FULL")
                self._pragma("journal_mode = DELETE")

    def _is_on_own_disk(self) -> bool:
        """Whether the gradebook is a file on a disk of this machine. The folders of other machines
        have no device here."""
        return self._file is not None and os.major(self._file.stat().st_dev) != 0

    def _pragma(self, setting: str) -> str:
        """Change a setting of SQLite. Returns: its answer; "" when it has none, or cannot."""
        connection = self._engine.raw_connection()  # the one that `transaction` uses, too
        try:
            found = connection.cursor().execute(f"PRAGMA {setting}").fetchone()
        except sqlite3.OperationalError:  # the file is read-only, or in use
            return ""
        finally:
            connection.close()
        return str(found[0]) if found else ""


@contextmanager
def course_lock(root: Path, coursedir: Any) -> Iterator[None]:
    """Lock the course. Within, this thread can open its `Database`.

    Raises: CourseError, NoAccess.
    """
    with closing(Database(root, coursedir)):
        before = _locked.set(root.resolve())
        try:
            yield
        finally:
            _locked.reset(before)


def _require_moved(file: Path, engine: Engine) -> None:
    """Raises: CourseError when an empty database is used beside a gradebook's file with marks:
    names, due dates and marks that persons gave would be missing, without a word."""
    if not file.is_file() or _ids(engine, SubmittedAssignment):
        return
    old = create_engine(f"sqlite:///{file}")
    try:
        submissions = _ids(old, SubmittedAssignment)
        missing = _ids(old, Student) - _ids(engine, Student)
    except DatabaseError:  # not a gradebook
        return
    finally:
        old.dispose()
    if submissions or missing:
        cause = _("the new database is empty, and {file} is not (submissions there: {count})")
        raise CourseError(
            cause.format(file=file, count=len(submissions)),
            _("run: {command}, with its address; to begin anew, move that file away").format(
                command=course_command("course move URL", file.parent.name)
            ),
        )


def _ids(engine: Engine, table: Any) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(select(table.__table__.c.id)).scalars())


def file_lock(file: Path) -> TextIO:
    """Lock the course for this process until the file is closed. Raises: CourseError."""
    lock = file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise _locked_by_other() from error
    return lock


@contextmanager
def _lock_on_server(engine: Engine, course: str) -> Iterator[None]:
    """Lock the course on a PostgreSQL server, for graders on all machines: an advisory lock, which
    ends with its connection. Raises: CourseError."""
    digest = hashlib.sha256(f"warsha {course}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
            raise _locked_by_other()
        yield
        with suppress(DBAPIError):  # a server that has stopped has no locks
            connection.execute(select(func.pg_advisory_unlock(key)))


def _locked_by_other() -> CourseError:
    cause = _("somebody else is grading or building this course at the moment")
    return CourseError(cause, _("wait until that is done, then try again"))


def _own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
