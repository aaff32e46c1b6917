"""Messages for people in English and Arabic (gettext).

Write `_("English text {name}").format(name=...)`; the Arabic is in `locale/ar.po` of the package.
Latin words in the Arabic are isolated (Unicode Annex 9) when the catalogue is read, so that nobody
has to type invisible marks; in the catalogue, longer pieces of code are in backticks.
The language is `WARSHA_LANG` (`ar`, `en`), else that of the locale.
"""

import errno
import os
import re
from functools import cache
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[1]

FIELD = r"\{\w+(?:![rs])?(?::[^{}]*)?\}"
"""A place that `format` fills in."""
_WORD = rf"(?:{FIELD}|`[^`]*`|[A-Za-z0-9%/$.~_-][\w%/.:=?&@$*+-]*[\w/*Ω](?:\(\))?|[A-Za-z0-9%Ω])"
_LATIN = re.compile(rf"{_WORD}(?: >? ?{_WORD})*", re.ASCII)
_LTR, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"
"""Isolates, Unicode Annex 9."""


def language() -> str:
    """`ar` or `en`; read at each call, so that a notebook can change it."""
    for name in ("WARSHA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ar" if value.lower().startswith("ar") else "en"
    return "en"


@cache
def _arabic() -> dict[str, str]:
    """English to Arabic, from the catalogues of all packages."""
    from babel.messages.pofile import read_po  # takes 20 ms, only for Arabic

    texts: dict[str, str] = {}
    for file in sorted(PACKAGES.glob("*/locale/ar.po")):
        with file.open("rb") as source:
            catalogue = read_po(source)
        entries = (m for m in catalogue if m.id and m.string and not m.fuzzy)
        texts |= {str(entry.id): isolated(str(entry.string)) for entry in entries}
    return texts


def isolated(text: str) -> str:
    """Arabic text with isolates around each run of Latin words, which keep their order.

    A field alone takes the direction of the text that fills it, which is often Arabic too.
    """

    def isolate(run: re.Match[str]) -> str:
        is_field = re.fullmatch(FIELD, run[0])
        return f"{_FIRST_STRONG if is_field else _LTR}{run[0]}{_END}"

    return _LATIN.sub(isolate, text)


def arabic(text: str) -> str:
    """The Arabic of an English message, or the message itself when the catalogue has none."""
    return _arabic().get(text, text)


def _(text: str) -> str:
    """The message in the reader's language."""
    return arabic(text) if language() == "ar" else text


def both(text: str) -> str:
    """Mark a message for translation without translating it; `arabic` does that later."""
    return text


_LONG_WORD = re.compile(r"(\S{60})\S{140,}")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
"""Characters that move a terminal's cursor or change a line's direction, and lone surrogates."""


def sanitize(text: str) -> str:
    """A message that may quote a file, with a bounded length and control characters escaped."""
    short = _LONG_WORD.sub(r"\1…", text)[:2000]
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], short)


def reason(error: OSError) -> str:
    """Why the system refused a file; usual reasons are in the reader's language."""
    match error.errno:
        case errno.ENOENT:
            return _("there is no such file")
        case errno.EACCES | errno.EPERM:
            return _("this account may not open it")
        case errno.EISDIR:
            return _("it is a folder")
    return error.strerror or str(error)
