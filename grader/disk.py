"""Files: errors of a full disk, of missing permissions and of wrong paths; writing in one step, so
that no error loses what was there before; and reading from folders of untrusted people."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grader.errors import DiskFull, GraderError, NoAccess
from hardware.i18n import _, reason

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""All permissions of everybody but the owner."""
_NO_ROOM = 64 << 10
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_ACCESS = {errno.EACCES, errno.EPERM, errno.EROFS}
# Of SQLite (sqlite.org/rescode.html, SQLITE_FULL) and of PostgreSQL (its error 53100).
_FULL_MESSAGES = ("database or disk is full", "No space left on device")


@contextmanager
def report_disk_full(place: Path) -> Iterator[None]:
    """Turn every error of a full disk into DiskFull. Raises: DiskFull."""
    try:
        yield
    except Exception as error:
        if is_disk_full(error) and not isinstance(error, DiskFull):
            raise DiskFull(place) from error
        raise


@contextmanager
def report_no_access() -> Iterator[None]:
    """Turn an error of missing permissions into NoAccess. Raises: NoAccess."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ACCESS and error.filename is not None:
            raise no_access(error) from error
        raise


@contextmanager
def report_wrong_paths() -> Iterator[None]:
    """Turn every error of the system that names a file into one line. Raises: GraderError."""
    with report_no_access():
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ACCESS or error.filename is None:
                raise
            if error.errno in _FULL:
                raise DiskFull(_place(error)) from error
            raise GraderError(f"{_place(error)}: {reason(error)}", _("check this path")) from error


def no_access(error: OSError) -> NoAccess:
    """The error for a file or folder that may not be read or written."""
    cure = _("change the permissions so that you can read and write there, then run it again")
    if error.errno == errno.EROFS:
        cure = _("mount it so that you can write to it, then run it again")
    return NoAccess(f"{_place(error)}: {reason(error)}", cure)


def require_writable(folder: Path) -> None:
    """Raises: NoAccess when files cannot be made in a folder, or in the one where it will be."""
    place = folder if folder.exists() else folder.parent
    if not os.access(place, os.W_OK | os.X_OK):
        read_only = os.statvfs(place).f_flag & os.ST_RDONLY
        code = errno.EROFS if read_only else errno.EACCES
        raise no_access(OSError(code, os.strerror(code), str(place)))


def _place(error: OSError) -> Path:
    place = Path(error.filename)
    # A file that is ours for a moment says nothing to a person.
    return place.parent if place.name.startswith(".") and place.suffix == ".new" else place


def error_line(error: Exception) -> str:
    """Any error as one line, with its cure when one is known."""
    if isinstance(error, OSError) and error.errno in _NO_ACCESS and error.filename is not None:
        error = no_access(error)
    if isinstance(error, GraderError):
        cause: str = error.args[0]  # `str` would leave one language of a text in both
        return _("{cause}; {cure}").format(cause=cause, cure=error.cure) if error.cure else cause
    return f"{type(error).__name__}: {error}"


def close_to_others(place: Path, *, keep_group: bool = False) -> bool:
    """Take every permission on a file or folder from other users, and from its group unless
    `keep_group`. Returns: whether they had any."""
    mode = stat.S_IMODE(place.stat().st_mode)
    found = mode & (stat.S_IRWXO if keep_group else OTHERS)
    if found:
        place.chmod(mode & ~found)
    return bool(found)


def resolved_folder(folder: Path) -> Path:
    """The real path of a submission's folder (`<trainee>/<assignment>`). Links above it are
    followed, but not its own two names, which a trainee may replace by links."""
    return folder.parent.parent.resolve() / folder.parent.name / folder.name


def open_regular_file(file: Path, folder: Path) -> BinaryIO:
    """Open a regular file below an untrusted folder, whose owner may replace files at any moment.
    Neither the file nor a folder on the way may be a link, and a pipe or device does not block.

    Raises: OSError, with ELOOP for a link and EINVAL for anything but a regular file.
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


@contextmanager
def alone_in_folder(folder: Path) -> Iterator[None]:
    """A block in which only one process at a time is with the same folder; others wait."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk is the reason of an error, or of an error that caused it."""
    return any(map(_means_full, _chain(error)))


def is_nearly_full(folder: Path) -> bool:
    """Whether the disk of a folder has less space than the smallest files need."""
    return shutil.disk_usage(folder).free < _NO_ROOM


def _means_full(error: BaseException) -> bool:
    if isinstance(error, OSError):  # its text has the name of a file, which anybody can choose
        return error.errno in _FULL
    return any(text in str(error) for text in _FULL_MESSAGES)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A new folder that replaces the old one when the block ends without an error. Only one
    process may do this at a time."""
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
    """Put a new folder in the place of another one. After a kill in between, `restore_folder` puts
    the old one back."""
    restore_folder(folder)
    old = _old(folder)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def restore_folder(folder: Path) -> None:
    """Put back a folder that a killed `replace_folder` had moved away."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
