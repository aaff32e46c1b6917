"""Cells that were meant for the board and ran on the computer, or that have characters of an
Arabic keyboard: what their writer may have forgotten."""

import difflib
import re
from types import ModuleType
from typing import Any

from IPython.core.error import UsageError

from hardware.i18n import _, language
from hardware.notebook import stray_characters
from hardware.notebook.hints import is_of_board
from hardware.notebook.session import current

_CELL_MAGIC = re.compile(r"\s*%%\s*(\w+)")
_NOT_PYTHON = "invalid character", "invalid non-printable character"
_IMPORTED = re.compile(r"cannot import name '(\w+)'")


def load(shell: Any) -> None:
    """Print the advice below each cell of this shell that needs it. Where a cell magic is used in
    a wrong way, it stands in the place of IPython's own line."""
    magics = shell.magics_manager.magics["cell"]
    show_usage_error = shell.show_usage_error
    cell = ""

    def begin(info: Any) -> None:
        nonlocal cell
        cell = str(info.raw_cell)

    def show(error: UsageError) -> None:
        if not advice(cell, error, [*magics]):
            show_usage_error(error)

    def advise(result: Any) -> None:
        error = result.error_in_exec or result.error_before_exec
        if text := advice(str(result.info.raw_cell), error, [*magics]):
            print(text)

    shell.show_usage_error = show
    shell.events.register("pre_run_cell", begin)
    shell.events.register("post_run_cell", advise)


def advice(cell: str, error: BaseException | None, magics: list[str]) -> str:
    """What to write so that the cell runs, or runs on the board; "" when nothing shows that it
    should.

    Args:
        cell: its text.
        error: what ended it.
        magics: the names of the shell's cell magics.
    """
    first, *rest = [line.strip() for line in cell.splitlines() if line.strip()] or [""]
    if first == "%board" and not all(line.startswith("%") for line in rest):
        return _(
            "`%board` is a line of its own, and the rest ran on the computer: "
            "a cell for the board begins with %%board."
        )
    if isinstance(error, SyntaxError) and str(error.msg).startswith(_NOT_PYTHON):
        return " ".join(one.describe(language()) for one in stray_characters.find(cell)[:1])
    if isinstance(error, UsageError | SyntaxError) and (found := _CELL_MAGIC.match(first)):
        if found[1] in magics and not rest:
            empty = _("This cell is empty: write below its first line, %%{name}.")
            return empty.format(name=found[1])
        near = difflib.get_close_matches(found[1].casefold(), magics, 1, 0.75)
        return _("Is it %%{name}? Begin the line with it.").format(name=near[0]) if near else ""
    if (name := _missing(error)) and (is_of_board(name) or given_on_board(name)):
        return _("This is a program for the board: begin the cell with %%board.")
    return ""


def _missing(error: BaseException | None) -> str:
    """The name that the computer's Python does not have."""
    if isinstance(error, ImportError) and (found := _IMPORTED.match(str(error))):
        return found[1]
    if isinstance(error, AttributeError) and not isinstance(error.obj, ModuleType):
        return ""
    return getattr(error, "name", None) or ""


def given_on_board(name: str) -> bool:
    """Whether a program that ran on the board gives this name a value."""
    given = re.compile(
        rf"^(?:{name}\s*=(?!=)|def {name}\b|.*\bimport\b.*\b{name}\b)", re.MULTILINE
    )
    return any(given.search(text) for text in current.ran())
