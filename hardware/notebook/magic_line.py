"""The line behind a magic: its words, its options, and errors in it."""

import re
import shlex
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, TypeVar

from hardware.errors import HardwareError
from hardware.i18n import ISOLATES, _, after_code
from hardware.notebook.cell_failure import explain

Magic = TypeVar("Magic", bound=Callable[..., Any])
T = TypeVar("T")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0}


def split(line: str) -> list[str]:
    """The words of a line. Raises: HardwareError for a quotation mark that is not closed."""
    try:
        return shlex.split(line)
    except ValueError:
        cause = _("A quotation mark is not closed in the first line.")
        raise HardwareError(cause, _("Close it, or delete it.")) from None


def option(words: list[str], name: str) -> str | None:
    """The value of an option; None when it is not there. Raises: HardwareError without a value."""
    if name not in words:
        return None
    at = words.index(name) + 1
    if at >= len(words):
        raise usage(f"{name} 2s")
    return words[at]


def take_seconds(words: list[str], name: str) -> float | None:
    """Remove an option with a duration from the words; its seconds, or None without it. Raises:
    HardwareError."""
    value = option(words, name)
    if value is None:
        return None
    at = words.index(name)
    del words[at : at + 2]
    return seconds(value)


def seconds(text: str) -> float:
    """Seconds of `80ms`, `1.5s`, `250us`, or of a bare number.

    Raises:
        HardwareError: the text is not a duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise HardwareError(
            _("{text!r} is not a duration.").format(text=text), _("Write it as 80ms or 1.5s.")
        )
    return float(match[1]) * _SECONDS[match[2]]


def usage(form: str) -> HardwareError:
    """The error for words that fit no form of the magic."""
    return HardwareError(_("Unknown form of this command."), _("Write: {form}").format(form=form))


def shown_help(lines: Sequence[str]) -> Callable[[Magic], Magic]:
    """Gives a magic the help that `%magic?` shows, in the reader's language."""

    def add(magic: Magic) -> Magic:
        # IPython prefers this to the docstring.
        magic.getdoc = lambda: "\n".join(map(_help_line, lines, map(_, lines)))  # type: ignore[attr-defined]
        return magic

    return add


def _help_line(line: str, shown: str) -> str:
    """A line of a help, in English and in the reader's language. The form at its beginning is the
    same in both and stays on the left; the words behind it have their own direction."""
    places = [at for at, char in enumerate(shown) if char not in ISOLATES]
    same = takewhile(lambda pair: pair[0] == shown[pair[1]], zip(line, places, strict=False))
    form = "".join(char for char, _at in same)
    if form == line or not form.strip():
        return shown
    return after_code(form, shown[places[len(form) - 1] + 1 :])


def guard(work: Callable[[], T]) -> T:
    """Do this; show a known error as one line of cause and one line of cure."""
    try:
        return work()
    except HardwareError as error:
        raise explain(error) from None
