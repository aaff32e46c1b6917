"""The error message of a failed board cell: the board's traceback with lines of the cell.

Without it, IPython shows a traceback of our magics: 40 lines, and none is the trainee's.
"""

import re
import traceback
from itertools import groupby
from types import TracebackType
from typing import Any

from hardware.errors import DeviceError, HardwareError
from hardware.i18n import _
from hardware.notebook import hints
from hardware.notebook.session import CELL, blank_lines, programs

_FRAME = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?$')
MOST_REPEATED = 3
"""How often a place is shown that follows itself: a function that calls itself without end."""
MAIN = "main.py"
RED, PLAIN = "\x1b[31m", "\x1b[0m"


class CellFailed(Exception):
    """Ends a cell; IPython shows `lines` in place of a traceback."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines[-1] if lines else "")
        self.lines = lines

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows."""
        return self.lines


def with_cell_lines(traceback: str, cell: str, file: str, shift: int) -> list[str]:
    """The board's traceback; places in `file` are given as lines of the cell.

    Args:
        traceback: the text that MicroPython prints.
        cell: the whole cell with its magic line, which is line 1.
        file: the name under which the cell ran on the board (`<stdin>`, `main.py`).
        shift: what to add to the board's line number to get the cell's.
    """
    source = cell.splitlines()
    shown = []
    for text, repeated in groupby(map(str.rstrip, traceback.rstrip().splitlines())):
        times = len([*repeated])
        frame = _FRAME.match(text)
        if not frame or frame["file"].lstrip("/") != file:
            shown += [text] * times
            continue
        number, name = int(frame["line"]) + shift, frame["name"]
        place = _("cell line {number}").format(number=number)
        if name and name != "<module>":
            place = _("cell line {number}, in {name}").format(number=number, name=name)
        code = [f"    {source[number - 1].strip()}"] if 0 < number <= len(source) else []
        shown += [f"  {place}", *code] * min(times, MOST_REPEATED)
        if times > MOST_REPEATED:
            more = _("the same line again: {count} times").format(count=times - MOST_REPEATED)
            shown.append(f"  {more}")
    return shown


def explain(
    error: HardwareError, cell: str = "", file: str = "<stdin>", shift: int = 0
) -> CellFailed:
    """The exception that a magic raises in place of a known error."""
    if isinstance(error, DeviceError):
        lines = with_cell_lines(error.traceback, cell, file, shift) or [str(error)]
        return CellFailed([*lines[:-1], f"{RED}{lines[-1]}{PLAIN}", *_hints(lines, cell)])
    return CellFailed([f"{RED}{error}{PLAIN}", *([error.cure] if error.cure else [])])


def _hints(traceback: list[str], cell: str) -> list[str]:
    """What the error probably means, as lines below it."""
    *places, message = traceback
    if message.startswith(("SyntaxError", "IndentationError")):
        if found := hints.syntax_hint(cell):
            number, text = found
            place = _("cell line {number}").format(number=number)
            return [f"{place}: {text}", f"    {cell.splitlines()[number - 1].strip()}"]
        return []
    return list(filter(None, [hints.runtime_hint(message, cell, "\n".join(places))]))


def show_known_errors(shell: Any, *known: type[Exception]) -> None:
    """Let cells in the notebook's own Python show errors of these classes (with `cure`) as one
    line of cause and one of cure, below the line of the cell that raised it.

    Args:
        shell: IPython's shell.
    """

    def show(
        shell: Any,
        kind: type[Exception],
        error: Any,
        frames: TracebackType,
        tb_offset: int | None = None,
    ) -> list[str]:
        lines = [*_cell_lines(shell, frames), *_told(error).lines]
        shell._showtraceback(kind, error, lines)
        return lines

    shell.set_custom_exc(known, show)


def _told(error: Any) -> CellFailed:
    """The error, with lines of the cell whose program ended while another cell waited for it."""
    if not getattr(error, "detached", False):
        return explain(error)
    if f'File "{MAIN}"' in error.traceback:
        head = "\n" * (1 + blank_lines.get(MAIN, 0))
        return explain(error, head + programs.get(MAIN, ""), MAIN, len(head))
    head = "\n" * (1 + blank_lines.get(CELL, 0))  # the line numbers of a cell are the board's
    return explain(error, head + programs.get(CELL, ""))


def _cell_lines(shell: Any, frames: TracebackType) -> list[str]:
    """The lines of cells that led to an error, from a traceback."""
    shown = []
    for frame in traceback.extract_tb(frames):
        if shell.compile.format_code_name(frame.filename) and frame.lineno:
            shown.append("  " + _("cell line {number}").format(number=frame.lineno))
            if frame.line and "get_ipython()." not in frame.line:  # what became of a magic
                shown.append(f"    {frame.line}")
    return shown
