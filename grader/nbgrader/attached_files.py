"""What lies beside a lab's notebook in a submission: further notebooks, and other files."""

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

MOST_FILES = 1000
"""Of one submission: whatever has a name of its own counts, folders and links too."""
MOST_BYTES = 64 << 20
"""Of one submission's files together."""
MOST_DEEP = 32
"""Folders in each other. What copies or removes folders goes one deeper into itself for each, and
Python ends that at a thousand."""
_NAMED = 3
"""So many of what was left out are told by name."""


def copy_files(folder: Path, place: Path, ignored: Sequence[str], real: Path) -> list[str]:
    """Copy plain files, in folders too; no notebooks, no links, nothing that is ignored by name.
    `real` is the folder without a link on its way. Returns what was left out, for the
    instructor: a few lines, however much it is."""
    left: list[str] = []
    size, is_deep, is_much = 0, False, False
    entries = _entries(folder, ("*.ipynb", "timestamp.txt", *ignored), MOST_DEEP)
    for count, file in enumerate(entries, start=1):
        name = file.relative_to(folder)
        try:
            about = file.lstat()
            is_plain = stat.S_ISREG(about.st_mode)
            size += about.st_size if is_plain else 0
            if is_much := count > MOST_FILES or size > MOST_BYTES:
                break
            if is_plain:
                with open_regular_file(file, real) as source:
                    _copy(source, about.st_size, place, name)
            elif stat.S_ISDIR(about.st_mode):
                is_deep |= len(name.parts) > MOST_DEEP
            else:
                left.append(_("{name!r} is no plain file").format(name=file.name))
        except OSError as error:  # it may not be read, its name is too long
            if is_disk_full(error):
                raise
            left.append(f"{file.name!r}: {reason(error)}")
    notes = [_left_out(left)] if left else []
    if is_deep:
        told = _("folders inside folders, more than {count} deep, were left out")
        notes.append(told.format(count=MOST_DEEP))
    if is_much:
        told = _("more than {count} files or {size} MB: some were left out")
        notes.append(told.format(count=MOST_FILES, size=MOST_BYTES >> 20))
    return notes


def _left_out(what: Sequence[str]) -> str:
    """One line, however many they are."""
    named, more = "; ".join(what[:_NAMED]), len(what) - _NAMED
    if more <= 0:
        return _("left out: {names}").format(names=named)
    return _("left out: {names}; and {count} more").format(names=named, count=more)


def _copy(source: BinaryIO, size: int, place: Path, name: Path) -> None:
    """Whatever stands in its way goes: where the instructor has a file there may be a folder, and
    where he has a folder a file. What was added to the file meanwhile stays out."""
    copy = place / name
    for above in [place / one for one in name.parents][:-1]:
        if above.is_file():
            above.unlink()
    if copy.is_dir():
        shutil.rmtree(copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with copy.open("wb") as target:
        while size > 0 and (some := source.read(min(size, 1 << 20))):
            size -= target.write(some)


def remove_links(folder: Path, copied: Path) -> None:
    """Take out of a copy what was a link in the original: nbgrader copies what a link leads to,
    the instructor's own files too, and feedback would carry them back to the trainee."""
    for file in _entries(folder, ()):
        if file.is_symlink():
            (copied / file.relative_to(folder)).unlink(missing_ok=True)


def _entries(folder: Path, ignored: Sequence[str], deepest: int = sys.maxsize) -> Iterator[Path]:
    """All below a folder, and what is in no more than `deepest` folders there; links to folders
    are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_named(name, ignored)]
        yield from (Path(place, name) for name in files if not _is_named(name, ignored))
        yield from (Path(place, name) for name in folders)  # many must not crowd out a file
        if len(Path(place).relative_to(folder).parts) >= deepest:
            folders.clear()


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
