"""Whether an error says that there is no room to write on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import DiskFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# SQLite says the first (sqlite.org/rescode.html, SQLITE_FULL), PostgreSQL the second (its 53100).
_SAID = ("database or disk is full", "No space left on device")


@contextmanager
def told_when_full(place: Path) -> Iterator[None]:
    """Whatever it is that finds no room, it is told as one error. Raises: DiskFull."""
    try:
        yield
    except Exception as error:
        if is_full(error) and not isinstance(error, DiskFull):
            raise DiskFull(place) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether that is the reason of an error, or of the one behind it."""
    return any(map(_says_so, _chain(error)))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, OSError):  # its text holds the name of a file, which anybody may choose
        return error.errno in _FULL
    return any(text in str(error) for text in _SAID)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
