"""Find a notebook in a trainee's folder, and read its bytes.

The folder is untrusted: a name can be anything, and no link is followed.
"""

import errno
import os
import unicodedata
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from grader.disk import open_regular_file, resolved_folder
from grader.errors import NothingHandedIn, SubmissionError
from grader.nbgrader.folders import unreadable
from hardware.i18n import _

MAX_BYTES = 16 << 20
"""The largest notebook that is read."""
MAX_NAMES = 3
"""A message lists at most this many file names of a trainee."""


def notebooks_in(folder: Path) -> list[Path]:
    """The notebooks in a folder, without links."""
    return sorted(
        entry
        for entry in folder.iterdir()
        if _folded(entry.suffix) == ".ipynb" and not entry.is_symlink()
    )


def count_unknown(folder: Path, names: Collection[str]) -> int:
    """The number of notebooks in the folder that belong to none of these names."""
    return sum(not _owner(file.stem, names) for file in notebooks_in(folder))


def find_notebook(
    folder: Path,
    name: str,
    neighbours: Collection[str],
    *,
    exact: bool,
    compare: Callable[[Sequence[Path]], str] = lambda _files: "",
) -> tuple[Path, list[str]]:
    """Find the file of the released notebook `name`, with notes for the instructor.

    `neighbours` are the other notebooks of the assignment; a file of theirs is never taken.
    Without `exact`, a file whose name matches no released notebook is taken when it is the only
    candidate. `compare` says of several files whether their programs differ. Raises:
    SubmissionError; NothingHandedIn when there is no candidate.
    """
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            raise SubmissionError(
                _("the folder is a link to another"), _("put the files themselves into the folder")
            )
        files = notebooks_in(folder)
    except OSError as error:
        raise unreadable(error, folder.parent.name) from error
    owners = {name} if exact else {name, ""}
    found = [file for file in files if _owner(file.stem, (name, *neighbours)) in owners]
    same_name = [file for file in found if _folded(file.stem) == _folded(name)]
    candidates = same_name or found
    if not candidates:
        raise NothingHandedIn(
            _("no notebook was handed in"), _("ask the trainee to submit it again")
        )
    if len(candidates) > 1:
        names = _compared(candidates, compare)
        raise SubmissionError(
            _("which notebook counts? {names}").format(names=names),
            _("keep only one, or rename it to {name}").format(name=f"{name}.ipynb"),
        )
    notes = []
    if candidates[0].name != f"{name}.ipynb":
        notes.append(_("the file is called {name!r}").format(name=candidates[0].name))
    if len(found) > 1:
        several = [*candidates, *(file for file in found if file not in candidates)]
        text = _("{name} counts, of {names}")
        notes.append(text.format(name=several[0].name, names=_compared(several, compare)))
    return candidates[0], notes


def _compared(files: Sequence[Path], compare: Callable[[Sequence[Path]], str]) -> str:
    """The names of some files, and whether their programs differ."""
    names = ", ".join(file.name for file in files[:MAX_NAMES])
    if (more := len(files) - MAX_NAMES) > 0:
        names += " " + _("and {count} more").format(count=more)
    comparison = compare(files[:MAX_NAMES])
    return f"{names} ({comparison})" if comparison else names


def _owner(stem: str, names: Collection[str]) -> str:
    """The released notebook that a file belongs to: the longest name that the file name begins
    with (a browser makes `buttons (1)` of `buttons`); "" when there is none."""
    matches = [name for name in names if _folded(stem).startswith(_folded(name))]
    return max(matches, key=len, default="")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def read_file(file: Path) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES: no link, no device, no pipe.

    Raises: SubmissionError.
    """
    try:
        source = open_regular_file(file, resolved_folder(file.parent))
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ELOOP):
            raise SubmissionError(
                _("{name} is not a regular file").format(name=file.name),
                _("submit the notebook itself"),
            ) from error
        raise unreadable(error, file.name) from error
    with source:
        about = os.fstat(source.fileno())
        if about.st_size > MAX_BYTES:
            raise SubmissionError(
                _("{name} is too large: {size} MB").format(
                    name=file.name, size=about.st_size >> 20
                ),
                _("clear the outputs and submit it again"),
            )
        return source.read(MAX_BYTES + 1)
