"""What lies beside a lab's notebook in a submission: further notebooks, and other files."""

import fnmatch
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from grader.disk import is_full, open_plain
from hardware.say import _, reason

MOST_FILES = 1000
MOST_BYTES = 64 << 20
"""Of one submission's files together."""


def copy_files(folder: Path, place: Path, ignored: Sequence[str], real: Path) -> list[str]:
    """Copy plain files, in folders too; no notebooks, no links, nothing that is ignored by name.
    `real` is the folder without a link on its way. Returns what was left out, for the
    instructor."""
    notes: list[str] = []
    count = size = 0
    for file in _files(folder, ("*.ipynb", "timestamp.txt", *ignored)):
        try:
            about = file.lstat()
            is_plain = stat.S_ISREG(about.st_mode)
            count, size = count + 1, size + is_plain * about.st_size
            if count > MOST_FILES or size > MOST_BYTES:
                return [*notes, _("more files than a submission may have: some were left out")]
            if not is_plain:
                notes.append(_("{name!r} is no plain file: left out").format(name=file.name))
                continue
            with open_plain(file, real) as source:
                _copy(source, about.st_size, place, file.relative_to(folder))
        except OSError as error:  # it may not be read, its name is too long
            if is_full(error):
                raise
            left = _("{name!r} was left out: {why}")
            notes.append(left.format(name=file.name, why=reason(error)))
    return notes


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
    for file in _files(folder, ()):
        if file.is_symlink():
            (copied / file.relative_to(folder)).unlink(missing_ok=True)


def _files(folder: Path, ignored: Sequence[str]) -> Iterator[Path]:
    """All that is no folder, below a folder; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = [name for name in folders if not _is_named(name, ignored)]
        yield from (Path(place, name) for name in [*links, *files] if not _is_named(name, ignored))


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
