"""Finds characters that an Arabic keyboard or copied text puts into a program by mistake.

MicroPython takes many of them for names (`٣٥` is a NameError, not a number) or reports only
"invalid syntax", and direction marks are invisible. So programs are checked before they go to the
board. Inside strings and comments every character is allowed, but not in the fields of f-strings.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.errors import HardwareError
from hardware.i18n import language

INVISIBLE = frozenset(
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""Direction marks and other characters without width (Unicode Annex 9, section 2)."""

INSTEAD = (
    dict(zip("،؛؟٪٫٬ـ×÷", ",;?%.__*/", strict=True))
    | dict.fromkeys("−–—", "-")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‘’", "'")
    | dict.fromkeys("\u00a0\u202f\u3000", " ")
)
"""Similar characters, and what Python needs in their place."""

NAMES = {
    "،": ("an Arabic comma", "فاصلة عربية"),
    "؛": ("an Arabic semicolon", "فاصلة منقوطة عربية"),
    "؟": ("an Arabic question mark", "علامة استفهام عربية"),
    "٪": ("an Arabic percent sign", "علامة نسبة عربية"),
    "٫": ("an Arabic decimal separator", "فاصلة عشرية عربية"),
    "٬": ("an Arabic thousands separator", "فاصلة آلاف عربية"),
    "ـ": ("an Arabic tatweel", "كشيدة (تطويل)"),
    "\u00a0": ("a no-break space", "مسافة غير قابلة للكسر"),
}


_F_PREFIX = re.compile(r"(?<!\w)(?:[fF][rR]?|[rR][fF])\Z")


@dataclass(frozen=True)
class StrayCharacter:
    """One wrong character; `line` and `column` count from 1, as an editor shows them."""

    line: int
    column: int
    char: str

    @property
    def wanted(self) -> str:
        """What to write instead; empty for a character to delete."""
        if self.char in INVISIBLE:
            return ""
        if self.char in INSTEAD:
            return INSTEAD[self.char]
        return str(unicodedata.digit(self.char))

    def describe(self, lang: str) -> str:
        """One line in `ar` or `en`: the place, the character, and what to do."""
        english, arabic = self._name()
        if lang == "ar":
            its = "مكانه" if self.char.isdigit() else "مكانها"
            cure = f"اكتب \u2066{self.wanted}\u2069 {its}" if self.wanted.strip() else "احذفها"
            if self.wanted == " ":
                cure = "اكتب مسافة عادية مكانها"
            return f"السطر {self.line}، العمود {self.column}: {arabic}؛ {cure}."
        cure = f"write {self.wanted} instead" if self.wanted.strip() else "delete it"
        if self.wanted == " ":
            cure = "write a plain space instead"
        return f"line {self.line}, column {self.column}: {english}; {cure}."

    def _name(self) -> tuple[str, str]:
        code = f"U+{ord(self.char):04X}"
        if self.char in INVISIBLE:
            return (f"an invisible mark ({code})", f"علامة غير مرئية (\u2066{code}\u2069)")
        if self.char in NAMES:
            return NAMES[self.char]
        if self.char in INSTEAD:
            return (f"a typographic {self.char}", f"علامة طباعية \u2066{self.char}\u2069")
        return (f"an Arabic digit {self.char}", f"رقم عربي {self.char}")


class StrayCharactersFound(HardwareError):
    """The program has characters that MicroPython cannot read: those in `characters`."""

    def __init__(self, characters: list[StrayCharacter]) -> None:
        super().__init__(" ".join(one.describe(language()) for one in characters[:3]))
        self.characters = characters


def _code(source: str) -> Iterator[tuple[int, str]]:
    """(offset, character) of everything outside of strings and comments, and of the fields of
    f-strings."""
    at, end = 0, len(source)
    while at < end:
        char = source[at]
        if char == "#":
            at = _until(source, "\n", at)
        elif char in "\"'":
            quote = char * 3 if source.startswith(char * 3, at) else char
            start, at = at, _string_end(source, quote, at + len(quote))
            if _F_PREFIX.search(source, max(0, start - 3), start):
                yield from _fields(source, start + len(quote), at - len(quote))
        else:
            yield at, char
            at += 1


def _fields(source: str, at: int, end: int) -> Iterator[tuple[int, str]]:
    """(offset, character) of an f-string's fields, `{level:5.1f}`, without strings in them."""
    depth = 0
    while at < end:
        char = source[at]
        if not depth and source.startswith("{{", at):
            at += 2
            continue
        depth += (char == "{") - (char == "}" and depth > 0)
        if depth and char in "\"'":
            at = _string_end(source, char, at + 1)
            continue
        if depth:
            yield at, char
        at += 1


def _until(source: str, what: str, start: int) -> int:
    found = source.find(what, start)
    return len(source) if found < 0 else found


def _string_end(source: str, quote: str, at: int) -> int:
    """Offset after a string; an unclosed short string ends with its line, as in Python."""
    while at < len(source):
        if source[at] == "\\":
            at += 2
        elif source.startswith(quote, at):
            return at + len(quote)
        elif source[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return at


def find(source: str) -> list[StrayCharacter]:
    """All wrong characters of a program, in the order of the text."""
    wrong = []
    for offset, char in _code(source):
        foreign_digit = not char.isascii() and char.isdigit()
        if char in INVISIBLE or char in INSTEAD or foreign_digit:
            line_start = source.rfind("\n", 0, offset) + 1
            wrong.append(
                StrayCharacter(source.count("\n", 0, offset) + 1, offset - line_start + 1, char)
            )
    return wrong


def check(source: str) -> None:
    """Check a program.

    Raises:
        StrayCharactersFound: it has such characters outside strings and comments.
    """
    if found := find(source):
        raise StrayCharactersFound(found)
