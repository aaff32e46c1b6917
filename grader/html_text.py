"""Text in HTML pages. Text from a submission stays text, whatever characters it contains."""

import re
from collections.abc import Mapping
from html import escape

from hardware.i18n import ISOLATES

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
"""Characters that are invisible, change the direction of text, or are lone surrogates."""

LATIN = '<bdi dir="ltr">{}</bdi>'
SHORT = 16
"""Code of so many characters is not broken at the end of a line; pages have a style for it."""


def visible(text: str) -> str:
    """Untrusted text on one line, with every character visible: U+202E becomes the six characters
    `\\u202e`, and tabs and line breaks are written out, too."""
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def message(text: str) -> str:
    """A message of ours on one line. It may quote untrusted text, and is as `visible`, but keeps
    the characters that hold Latin words in order in an Arabic line."""
    return "".join(c if c in ISOLATES else visible(c) for c in text)


def lines(text: str) -> list[str]:
    """The lines of untrusted text, each as `visible`; tabs become four spaces."""
    return [visible(line.expandtabs(4)) for line in re.split("\r\n|\n|\r", text)]


def latin(text: str) -> str:
    """Untrusted text as HTML, isolated, from left to right: a value, an id, the name of a part."""
    return LATIN.format(escape(visible(text)))


def auto_direction(text: str) -> str:
    """Untrusted text as HTML, isolated, in the direction of its first letter: a person's name."""
    return f'<bdi dir="auto">{escape(visible(text))}</bdi>'


def rich(text: str) -> str:
    """A text of ours as HTML; text in backticks becomes <code> from left to right."""
    parts = text.split("`")
    return "".join(_code(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def _code(text: str) -> str:
    kind = ' class="short"' * (len(text) <= SHORT)
    return f'<code dir="ltr"{kind}>{escape(text)}</code>'


def bilingual(texts: Mapping[str, str], tag: str = "p") -> str:
    """A text in Arabic and in English as HTML; a missing language is left out."""
    found = (
        f'<{tag} class="{lang}" lang="{lang}" dir="{way}">{rich(texts[lang])}</{tag}>'
        for lang, way in (("ar", "rtl"), ("en", "ltr"))
        if texts.get(lang)
    )
    return "".join(found)
