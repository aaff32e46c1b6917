"""Notices when an author saves a file of a lab."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

POLL_S = 0.5
"""Seconds between two looks at the folder."""


def saves(
    folders: Sequence[Path], wait: Callable[[], None] = lambda: time.sleep(POLL_S)
) -> Iterator[Path]:
    """Yield each folder once at the start, and again after each change of a file in it. It never
    ends by itself. `wait` is called between two looks."""
    seen: dict[Path, dict[Path, tuple[int, int]]] = {}
    while True:
        for folder in folders:
            found = _state(folder)
            if found != seen.get(folder):
                seen[folder] = found
                yield folder
        wait()


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    """Time of change and size of every file. Python's caches and hidden files, such as the
    temporary ones of editors, are left out."""
    state = {}
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            continue
        try:
            stat = file.stat()
        except FileNotFoundError:  # an editor replaces a file in two steps
            continue
        if file.is_file():
            state[file] = (stat.st_mtime_ns, stat.st_size)
    return state
