"""Messages for people in English and Arabic (gettext).

Write `_("English text {name}").format(name=...)`; the Arabic is in `locale/ar.po` of the package.
Latin words in the Arabic are isolated (Unicode Annex 9) when the catalogue is read, so that nobody
has to type invisible marks; in the catalogue, longer pieces of code are in backticks, which are
shown only where the English message has backticks.
The language is `WARSHA_LANG` (`ar`, `en`), else that of the locale.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Self

PACKAGES = Path(__file__).resolve().parents[1]

FIELD = r"\{\w+(?:![rs])?(?::[^{}]*)?\}"
"""A place that `format` fills in."""
_WORD = rf"(?:{FIELD}|`[^`]*`|[A-Za-z0-9%/$.~_-][\w%/.:=?&@$*+-]*[\w/*Ω](?:\(\))?|[A-Za-z0-9%Ω])"
_LATIN = re.compile(rf"{_WORD}(?: >? ?{_WORD})*", re.ASCII)
_LTR, _RTL, _FIRST_STRONG, _END = "\u2066", "\u2067", "\u2068", "\u2069"
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.MULTILINE)
_ESCAPED, _ESCAPES = re.compile(r"\\(.)"), {"n": "\n", "t": "\t"}
ISOLATES = _LTR + _RTL + _FIRST_STRONG + _END
"""Characters that keep Latin words in order in an Arabic line: Unicode Annex 9."""


def language() -> str:
    """`ar` or `en`; read at each call, so that a notebook can change it."""
    for name in ("WARSHA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ar" if value.lower().startswith("ar") else "en"
    return "en"


@cache
def _arabic() -> dict[str, str]:
    """English to Arabic as it is typed, from the catalogues of all packages."""
    texts: dict[str, str] = {}
    for file in sorted(PACKAGES.glob("*/locale/ar.po")):
        texts |= entries(file.read_text(encoding="utf-8"))
    return texts


def entries(catalogue: str) -> dict[str, str]:
    """The entries of one of our catalogues, which have no plurals and no contexts. gettext and
    babel take five times as long, at each start of a program in Arabic."""
    found = {}
    for pair in _ENTRY.finditer(catalogue):
        english, arabic = (
            _ESCAPED.sub(_unescaped, "".join(line[1:-1] for line in text.splitlines()))
            for text in pair.groups()
        )
        if english and arabic:
            found[english] = arabic
    return found


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])


def _shown(english: str, text: str) -> str:
    """An entry as people see it: backticks only where the English has some, too."""
    shown = isolated(text)
    return shown if "`" in english else shown.replace("`", "")


def isolated(text: str) -> str:
    """Arabic text with isolates around each run of Latin words, which keep their order.

    A field alone takes the direction of the text that fills it, which is often Arabic too.
    """

    def isolate(run: re.Match[str]) -> str:
        is_field = re.fullmatch(FIELD, run[0])
        return f"{_FIRST_STRONG if is_field else _LTR}{run[0]}{_END}"

    return _LATIN.sub(isolate, text)


def after_code(code: str, text: str) -> str:
    """A line that begins with code, on the left, and goes on with Arabic text."""
    return f"{code}{_RTL}{text}{_END}"


def at_place(place: object, text: str) -> str:
    """A message about a place, such as a file: its name does not decide the direction of an Arabic
    line."""
    return f"{_FIRST_STRONG}{place}{_END}: {text}" if language() == "ar" else f"{place}: {text}"


def in_a_row(parts: Iterable[str]) -> str:
    """Parts of a line with commas between them. In Arabic each keeps a direction of its own."""
    if language() == "ar":
        return "، ".join(f"{_FIRST_STRONG}{part}{_END}" for part in parts)
    return ", ".join(parts)


@cache
def arabic(text: str) -> str:
    """The Arabic of an English message, or the message itself when the catalogue has none."""
    found = _arabic().get(text)
    return _shown(text, found) if found else text


class BilingualText(str):
    """A message in the reader's language, with its English and its Arabic beside it."""

    english: str
    arabic: str

    @classmethod
    def of(cls, english: str, arabic: str) -> Self:
        """The message of two texts."""
        made = cls(arabic if language() == "ar" else english)
        made.english, made.arabic = english, arabic
        return made

    def format(self, *args: object, **fields: object) -> Self:
        """Both texts are filled in; a field that is bilingual, with its text of that language."""
        english = {name: getattr(field, "english", field) for name, field in fields.items()}
        arabic = {name: getattr(field, "arabic", field) for name, field in fields.items()}
        return self.of(self.english.format(*args, **english), self.arabic.format(*args, **arabic))

    def format_map(self, fields: Any, /) -> Self:
        """As `format`, with the fields of a mapping as they are."""
        return self.of(self.english.format_map(fields), self.arabic.format_map(fields))

    def join(self, parts: Iterable[str], /) -> Self:
        """Both texts join the parts."""
        found = list(parts)
        english = self.english.join(getattr(part, "english", part) for part in found)
        return self.of(english, self.arabic.join(getattr(part, "arabic", part) for part in found))


_IN_BOTH: ContextVar[bool] = ContextVar("in both languages", default=False)


@contextmanager
def in_both_languages() -> Iterator[None]:
    """Within, and in this thread only, messages are `BilingualText`s, also those of known errors:
    for a page that changes its language later."""
    before = _IN_BOTH.set(True)
    try:
        yield
    finally:
        _IN_BOTH.reset(before)


def _(text: str) -> str:
    """The message in the reader's language."""
    if _IN_BOTH.get():
        return BilingualText.of(text, arabic(text))
    return arabic(text) if language() == "ar" else text


def both(text: str) -> str:
    """Mark a message for translation without translating it; `arabic` does that later."""
    return text


_LONG_WORD = re.compile(r"(\S{60})\S{140,}")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
"""Characters that move a terminal's cursor or change a line's direction, and lone surrogates."""


def sanitize(text: str) -> str:
    """A message that may quote a file, with a bounded length and control characters escaped."""
    if isinstance(text, BilingualText):
        return text.of(sanitize(text.english), sanitize(text.arabic))
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
        case errno.EEXIST:
            return _("something with this name is there already")
        case errno.ENOTDIR:
            return _("a part of the path is no folder")
        case errno.EROFS:
            return _("the disk can only be read")
        case errno.ENOSPC | errno.EDQUOT:
            return _("the disk is full")
    return error.strerror or str(error)
