"""What keeps us from writing or reading: whether an error says that there is no room, or no right
to. And writing so that what was there before is lost by no error."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from grader.errors import DiskFull, GraderError, NoAccess
from hardware.i18n import _, reason

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SHUT = {errno.EACCES, errno.EPERM, errno.EROFS}
# SQLite says the first (sqlite.org/rescode.html, SQLITE_FULL), PostgreSQL the second (its 53100).
_SAID = ("database or disk is full", "No space left on device")


@contextmanager
def report_disk_full(place: Path) -> Iterator[None]:
    """Whatever it is that finds no room, it is told as one error. Raises: DiskFull."""
    try:
        yield
    except Exception as error:
        if is_disk_full(error) and not isinstance(error, DiskFull):
            raise DiskFull(place) from error
        raise


@contextmanager
def report_no_access() -> Iterator[None]:
    """A file or folder that may not be read or written is told with a cure. Raises: NoAccess."""
    try:
        yield
    except OSError as error:
        if error.errno in _SHUT and error.filename is not None:
            raise no_access(error) from error
        raise


def no_access(error: OSError) -> NoAccess:
    """What may not be read or written, and what to do."""
    cure = _("give yourself the right to read and write there, then say it again")
    return NoAccess(f"{error.filename}: {reason(error)}", cure)


def error_line(error: Exception) -> str:
    """One line of any error, with its cure where one is known."""
    if isinstance(error, OSError) and error.errno in _SHUT and error.filename is not None:
        error = no_access(error)
    if isinstance(error, GraderError):
        return f"{error}. {error.cure}" if error.cure else str(error)
    return f"{type(error).__name__}: {error}"


def resolved_folder(folder: Path) -> Path:
    """A submission's folder (`<trainee>/<assignment>`) as it must lie: not where a link leads for
    which somebody swaps it."""
    return folder.parent.parent.resolve() / folder.parent.name / folder.name


def open_regular_file(file: Path, folder: Path) -> BinaryIO:
    """Open a plain file below a folder of somebody else's, who may swap it meanwhile: neither it
    nor what leads to it from there is a link, and no pipe or device makes us wait.

    Raises: OSError, with ELOOP for a link and EINVAL for what is no plain file.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        problem = 0
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            problem = errno.EINVAL
        elif not Path(os.readlink(f"/proc/self/fd/{descriptor}")).is_relative_to(folder):
            problem = errno.ELOOP
        if problem:
            raise OSError(problem, os.strerror(problem), str(file))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def is_disk_full(error: BaseException) -> bool:
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


def write_atomically(file: Path, text: str) -> None:
    """In one step: a run that is killed, or finds no room, leaves the old file or the new one.
    Several processes may write at once; what a killed one left goes."""
    for left in file.parent.glob(f".{file.name}.*.new"):
        if not _is_alive(left.suffixes[-2][1:]):
            left.unlink(missing_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with new.open("w", encoding="utf-8") as target:
            with suppress(FileNotFoundError):  # before anything is in it: it may be private
                shutil.copymode(file, new)
            target.write(text)
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A folder that takes the old one's place only when all of it is made. For one process at a
    time."""
    new = folder.with_name(f".{folder.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(parents=True)
    try:
        yield new
        replace_folder(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def replace_folder(new: Path, folder: Path) -> None:
    """A folder in the place of another. Whoever is killed in between leaves the old one where
    `restore_folder` finds it."""
    restore_folder(folder)
    old = _old(folder)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def restore_folder(folder: Path) -> None:
    """Put a folder back that a killed `replace_folder` has moved away."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
