"""The output of the board in a cell: as it comes, and never more than a page can show."""

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from time import monotonic
from typing import Any, Self, TextIO

from IPython import get_ipython
from IPython.display import HTML, display

from hardware.i18n import _

MOST = 200_000
"""Characters that a cell shows as they are. JupyterLab draws all of a cell's text again for each
piece: with 1 MB the page stands still for minutes."""
TAIL = 4_000
"""Characters of the end of a longer output that the cell shows."""
EVERY_S = 0.5
"""The shortest time between two drawings of that end."""
FOLDER = Path("board_output")
"""All of each long output is in a file there, in the folder of the notebook."""
MOST_FILES = 10
"""The oldest files are removed."""

_HEAD = "Traceback (most recent call last):\n"
_BEGUN = "|".join(re.escape(_HEAD[:size]) for size in range(len(_HEAD) - 1, 0, -1))
_LAST_TRACEBACK = re.compile(
    rf"^(?:{re.escape(_HEAD)}(?:  .*\n)*(?:  .*|\S.*\n?)?\s*|{_BEGUN})\Z", re.MULTILINE
)
"""A traceback at the end of the output, or the beginning of one."""


class CellOutput:
    """Shows text of the board. A longer output goes into a file, and the cell shows its end."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._length = 0
        self._tail = ""
        self._file: TextIO | None = None
        self._view: Any = None
        self._drawn_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._file:
            self._draw()
            self._file.close()

    def write(self, text: str) -> None:
        """Show a piece of output."""
        self._length += len(text)
        if self._file is None and (self._length <= MOST or not self._open()):
            # The kernel flushes every 0.2 s; a flush here would make many messages.
            sys.stdout.write(text)
            self._shown.append(text)
            return
        assert self._file
        self._file.write(text)
        self._tail = (self._tail + text)[-TAIL:]
        if monotonic() - self._drawn_s > EVERY_S:
            self._draw()

    def _open(self) -> bool:
        """Begin the file; False where no page shows the output, or no file can be made."""
        if not hasattr(get_ipython(), "kernel"):
            return False
        try:
            self._file = _new_file()
        except OSError:
            return False
        self._file.writelines(self._shown)
        self._shown.clear()
        sys.stdout.write("\n")
        return True

    def _draw(self) -> None:
        assert self._file
        self._file.flush()
        self._drawn_s = monotonic()
        note = _("{count} characters until now; all of them are in {file}; the end:")
        link = f'<a href="{self._file.name}" target="_blank">{self._file.name}</a>'
        head = escape(note).format(count=f"{self._length:,}", file=f'<bdi dir="ltr">{link}</bdi>')
        html = HTML(f'<div dir="auto">· {head}</div><pre dir="auto">{escape(self._tail)}</pre>')
        if self._view is None:
            self._view = display(html, display_id=True)
        else:
            self._view.update(html)


def _new_file() -> TextIO:
    """A file for one output; no link of another cell leads to it. Raises: OSError."""
    FOLDER.mkdir(exist_ok=True)
    numbers = sorted(int(path.stem) for path in FOLDER.glob("*.txt") if path.stem.isdecimal())
    for number in numbers[: 1 - MOST_FILES]:
        (FOLDER / f"{number}.txt").unlink(missing_ok=True)
    last = numbers[-1] if numbers else 0
    while True:
        last += 1
        with suppress(FileExistsError):  # another notebook was faster
            return (FOLDER / f"{last}.txt").open("x", encoding="utf-8")


class WithoutLastTraceback:
    """Passes output on. A traceback at its end waits: when it ended the program, the cell shows it
    with the cell's own lines, and it must not appear twice."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._held = ""

    def add(self, text: str) -> None:
        """Take one piece of output."""
        text = self._held + text
        found = _LAST_TRACEBACK.search(text)
        at = found.start() if found else len(text)
        self._held = text[at:]
        if at:
            self._write(text[:at])

    def pass_on(self) -> None:
        """The program goes on, or has printed the traceback itself."""
        held, self._held = self._held, ""
        self._write(held)
