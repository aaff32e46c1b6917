"""What lies beside a lab's notebook in a submission: other files, which go with it."""

import os
from collections.abc import Iterator
from pathlib import Path


def remove_links(folder: Path, copied: Path) -> None:
    """Take out of a copy what was a link in the original: nbgrader copies what a link leads to,
    the instructor's own files too, and feedback would carry them back to the trainee."""
    for file in _links(folder):
        (copied / file.relative_to(folder)).unlink(missing_ok=True)


def _links(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if (file := Path(place, name)).is_symlink():
                yield file
