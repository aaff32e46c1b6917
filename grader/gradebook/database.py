"""The gradebook's database: opened once, held by one writer, one transaction at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from nbgrader.api import Gradebook
from sqlalchemy import Connection, event

from grader.errors import CourseError
from grader.gradebook.released import Released
from hardware.say import _


class Database:
    """A course's gradebook, which nobody else grades into until it is closed.

    Raises: CourseError when somebody else does.
    """

    def __init__(self, root: Path, coursedir: Any) -> None:
        self._lock = _alone(root / ".grading")
        self._gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
        self._engine = self._gradebook.engine
        if self._engine.dialect.name == "sqlite":
            # pysqlite begins too late, so two writers could meet in the middle:
            # docs.sqlalchemy.org, "Serializable isolation / Savepoints"
            event.listen(self._engine, "connect", _own_transactions)
            event.listen(self._engine, "begin", _begin)
            self._gradebook.close()

    def close(self) -> None:
        """Let the next one grade."""
        self._gradebook.close()
        self._lock.close()

    def released(self, lab: str, name: str) -> Released:
        """A notebook of a lab as it was released. Raises: MissingEntry."""
        try:
            return Released.read(self._gradebook, lab, name)
        finally:
            self._gradebook.db.remove()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All that is done within, or none of it."""
        with self._engine.begin() as connection:
            yield connection


def _alone(file: Path) -> TextIO:
    """Holds the course for this process until the file is closed. Raises: CourseError."""
    lock = file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        cause = _("somebody else is grading this course at the moment")
        raise CourseError(cause, _("wait until that is done, then try again")) from error
    return lock


def _own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
