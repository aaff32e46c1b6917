"""Attached files: everything in a submission's folder that is no notebook. Trainees choose their
names, number, size and depth, so all of these are limited."""

import fnmatch
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from grader.disk import is_disk_full, open_regular_file
from hardware.i18n import _, reason

MAX_FILES = 1000
"""Files, folders and links of one submission."""
MAX_BYTES = 64 << 20
"""All files of one submission together."""
MAX_DEPTH = 32
"""Nested folders. Functions that copy or remove folders call themselves for each level, and Python
limits that to a thousand."""
_NAMED = 3
"""The number of left-out files that a note names."""


def copy_files(folder: Path, place: Path, ignored: Sequence[str], real: Path) -> list[str]:
    """Copy the plain files below `folder` to `place`; no notebooks, no links, no ignored names.

    `real` is the resolved path of `folder`; a file that a link leads elsewhere is not copied.
    Returns notes for the instructor about what was left out: at most three lines.
    """
    left: list[str] = []
    size, is_too_deep, is_too_much = 0, False, False
    entries = _entries(folder, ("*.ipynb", "timestamp.txt", *ignored), MAX_DEPTH)
    for count, file in enumerate(entries, start=1):
        name = file.relative_to(folder)
        try:
            about = file.lstat()
            is_plain = stat.S_ISREG(about.st_mode)
            size += about.st_size if is_plain else 0
            if is_too_much := count > MAX_FILES or size > MAX_BYTES:
                break
            if is_plain:
                with open_regular_file(file, real) as source:
                    _copy(source, about.st_size, place, name)
            elif stat.S_ISDIR(about.st_mode):
                is_too_deep |= len(name.parts) > MAX_DEPTH
            else:
                left.append(_("{name!r} is not a regular file").format(name=file.name))
        except OSError as error:  # no permission, or a name that is too long
            if is_disk_full(error):
                raise
            left.append(f"{file.name!r}: {reason(error)}")
    notes = [_left_out(left)] if left else []
    if is_too_deep:
        text = _("folders nested more than {count} deep were left out")
        notes.append(text.format(count=MAX_DEPTH))
    if is_too_much:
        text = _("more than {count} files or {size} MB: some were left out")
        notes.append(text.format(count=MAX_FILES, size=MAX_BYTES >> 20))
    return notes


def _left_out(names: Sequence[str]) -> str:
    """One line for any number of names."""
    named, more = _("; ").join(names[:_NAMED]), len(names) - _NAMED
    if more <= 0:
        return _("left out: {names}").format(names=named)
    return _("left out: {names}; and {count} more").format(names=named, count=more)


def _copy(source: BinaryIO, size: int, place: Path, name: Path) -> None:
    """Copy the first `size` bytes; bytes that were appended later are left out. A folder or file
    of the trainee that blocks the instructor's path is removed."""
    copy = place / name
    for above in [place / one for one in name.parents][:-1]:
        if above.is_file():
            above.unlink()
    if copy.is_dir():
        shutil.rmtree(copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with copy.open("wb") as target:
        while size > 0 and (chunk := source.read(min(size, 1 << 20))):
            size -= target.write(chunk)


def remove_links(folder: Path, copied: Path) -> None:
    """Remove from a copy everything that was a link in the original.

    nbgrader copies the target of a link, which may be a file of the instructor, and feedback would
    return it to the trainee.
    """
    for file in _entries(folder, ()):
        if file.is_symlink():
            (copied / file.relative_to(folder)).unlink(missing_ok=True)


def _entries(folder: Path, ignored: Sequence[str], deepest: int = sys.maxsize) -> Iterator[Path]:
    """All files and folders below a folder, down to `deepest` levels. Links to folders are not
    followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_named(name, ignored)]
        yield from (Path(place, name) for name in files if not _is_named(name, ignored))
        yield from (Path(place, name) for name in folders)  # after the files, which count first
        if len(Path(place).relative_to(folder).parts) >= deepest:
            folders.clear()


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
