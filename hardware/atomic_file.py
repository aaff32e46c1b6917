"""Writes files in one step, so that no error loses what was there before.

    write_atomically(Path("diagram.json"), text)

The text goes into a file beside it, which then takes its place. So whoever reads the file sees the
old text or the new one, and never a part of it.
"""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from hardware.errors import HardwareError
from hardware.i18n import _, reason


def check_writable(target: Path) -> None:
    """Refuse a file before the work that fills it. Raises: HardwareError."""
    cure = _("Give a path that is writable.")
    if not target.parent.is_dir():
        cause = _("{folder}: there is no such folder").format(folder=target.parent)
        raise HardwareError(cause, cure)
    number = errno.EISDIR if target.is_dir() else errno.EACCES
    if target.is_dir() or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise HardwareError(f"{target}: {reason(OSError(number, ''))}", cure)


def write_atomically(file: Path, text: str) -> None:
    """Write a text file in one step: after a kill or on a full disk, the old or the new file is
    there as a whole. Several processes may write at once. Parts of killed processes are
    deleted."""
    for left in file.parent.glob(f".{file.name}.*.new"):
        if not is_alive(left.suffixes[-2][1:]):
            left.unlink(missing_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with new.open("w", encoding="utf-8", newline="") as target:
            with suppress(FileNotFoundError):  # before the text is in it, which may be private
                shutil.copymode(file, new)
            target.write(text)
        new.replace(file)
    except BaseException as error:
        new.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # of a full disk
            error.filename = str(file)
        raise


def is_alive(process: str) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:  # a process of another user
        return True
    return True
