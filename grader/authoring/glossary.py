"""The glossary: the Arabic forms of technical terms, and a check that a translation uses them."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("glossary.toml")

_CODE = re.compile(r"`[^`]*`|<[^>]*>|https?://\S+")
"""Code, tags and addresses: no prose."""
_MARKS = re.compile("[\u064b-\u0652\u0640]")
"""Vowel marks and the tatweel."""
_LETTERS = str.maketrans("أإآى", "اااي")
_BEFORE = "(?:[وف])?(?:ال|لل|[بكل]ال|[بكل])?"
"""Prefixes that are written together with an Arabic word: and, with, for, the."""


@dataclass(frozen=True)
class Term:
    """An English term and its Arabic forms; the first one is preferred."""

    english: str
    arabic: tuple[str, ...]

    def used_in(self, english: str) -> bool:
        """Whether an English text uses the term outside of code."""
        words = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]", self.english)))
        flags = 0 if self.english.isupper() else re.IGNORECASE
        return bool(re.search(rf"\b{words}(?:s|es)?\b", _CODE.sub(" ", english), flags))

    def is_in(self, arabic: str) -> bool:
        """Whether an Arabic text has one of the forms."""
        text = _plain(arabic)
        return any(re.search(_pattern(form), text) for form in self.arabic)


@cache
def terms() -> tuple[Term, ...]:
    """All terms of the glossary."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Term(english, tuple(forms)) for english, forms in table.items())


def missing_terms(english: str, arabic: str) -> list[Term]:
    """The terms that the English text uses and the Arabic text does not."""
    return [term for term in terms() if term.used_in(english) and not term.is_in(arabic)]


def _plain(arabic: str) -> str:
    """A text without vowel marks and tags, and with one form of the letter alef."""
    return _MARKS.sub("", re.sub("<[^>]*>", "", arabic)).translate(_LETTERS)


@cache
def _pattern(form: str) -> str:
    """A pattern of a form, with the prefixes and endings that each of its words may have."""
    if form.isascii():
        return rf"\b{re.escape(form)}"
    words = (word.removesuffix("ة") for word in _plain(form).split())
    return r"\s+".join(rf"\b{_BEFORE}{word}\w{{0,4}}" for word in words)
