"""The folder that a trainee handed in: which of its notebooks is which, and their bytes.

The trust boundary runs here, too: names are any, and nothing is followed.
"""

import errno
import hashlib
import os
import unicodedata
from collections.abc import Collection
from pathlib import Path

from grader.disk import open_regular_file, resolved_folder
from grader.errors import NothingHandedIn, SubmissionError
from grader.nbgrader.folders import shut
from hardware.i18n import _

MAX_BYTES = 16 << 20
MOST_NAMES = 3
"""So many names of a trainee's making are told in one line."""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def notebooks(folder: Path) -> list[Path]:
    """The notebooks that lie in a folder; no links."""
    return sorted(
        entry
        for entry in folder.iterdir()
        if _folded(entry.suffix) == ".ipynb" and not entry.is_symlink()
    )


def strays(folder: Path, names: Collection[str]) -> int:
    """How many notebooks lie there that are none of those."""
    return sum(not _owner(file.stem, names) for file in notebooks(folder))


def sha256_of(file: Path) -> str:
    """Of a notebook as it was handed in. Raises: SubmissionError."""
    return hashlib.sha256(read(file)).hexdigest()


def chosen(
    folder: Path, lab: str, beside: Collection[str], *, several: bool
) -> tuple[Path, list[str]]:
    """The notebook of a folder: by its name, else the only one there is, whatever a browser called
    it; never one that has its own place. Of several labs none takes a notebook that may be
    anything."""
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            raise SubmissionError(
                _("the folder is a link to another"), _("put the files themselves there")
            )
        files = notebooks(folder)
    except OSError as error:
        raise shut(error, folder.parent.name) from error
    owners = {lab} if several else {lab, ""}
    found = [file for file in files if _owner(file.stem, (lab, *beside)) in owners]
    named = [file for file in found if _folded(file.stem) == _folded(lab)]
    likely = named or found
    if not likely:
        raise NothingHandedIn(
            _("no notebook was handed in"), _("ask the trainee to submit it again")
        )
    if len(likely) > 1:
        names = ", ".join(file.name for file in likely[:MOST_NAMES])
        if (more := len(likely) - MOST_NAMES) > 0:
            names += " " + _("and {count} more").format(count=more)
        raise SubmissionError(
            _("which notebook counts? {names}").format(names=names),
            _("leave one, or name it {name}").format(name=f"{lab}.ipynb"),
        )
    notes = []
    if likely[0].name != f"{lab}.ipynb":
        notes.append(_("the file is called {name!r}").format(name=likely[0].name))
    if others := len(found) - 1:
        notes.append(_("{count} other notebooks were left out").format(count=others))
    return likely[0], notes


def _owner(stem: str, names: Collection[str]) -> str:
    """Which notebook of an assignment a file is: its name begins with that one's, for a browser
    makes `buttons (1)` of `buttons`; "" is none."""
    begins = [name for name in names if _folded(stem).startswith(_folded(name))]
    return max(begins, key=len, default="")


def read(file: Path) -> bytes:
    """The bytes of a regular file of bounded size: no link, no device, no pipe."""
    try:
        source = open_regular_file(file, resolved_folder(file.parent))
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ELOOP):
            raise SubmissionError(
                _("{name} is no plain file").format(name=file.name),
                _("submit the notebook itself"),
            ) from error
        raise shut(error, file.name) from error
    with source:
        about = os.fstat(source.fileno())
        if about.st_size > MAX_BYTES:
            raise SubmissionError(
                _("{name} has {size} MB").format(name=file.name, size=about.st_size >> 20),
                _("clear the outputs and submit it again"),
            )
        return source.read(MAX_BYTES + 1)
