"""Text in a page: what a submission says stays text, whatever characters it holds."""

import re
from collections.abc import Mapping
from html import escape

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
"""What cannot be seen, or turns the direction of what stands beside it, or is half a character."""

LATIN = '<bdi dir="ltr">{}</bdi>'


def visible(text: str) -> str:
    """Foreign text in which every character can be seen: U+202E becomes the six letters `\\u202e`.

    A tab or a line break too: it is meant for one line.
    """
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def lines(text: str) -> list[str]:
    """Foreign text line by line, each as `visible`; tabs become four spaces."""
    return [visible(line.expandtabs(4)) for line in re.split("\r\n|\n|\r", text)]


def latin(text: str) -> str:
    """Foreign text as HTML, isolated, left to right: a measured value, an id, a name of a part."""
    return LATIN.format(escape(visible(text)))


def auto_direction(text: str) -> str:
    """Foreign text as HTML, isolated, in the direction of its first letter: a person's name."""
    return f'<bdi dir="auto">{escape(visible(text))}</bdi>'


def rich(text: str) -> str:
    """A sentence of ours as HTML; what stands in backticks becomes <code>, kept left to right."""
    parts = escape(text).split("`")
    return "".join(
        f'<code dir="ltr">{part}</code>' if index % 2 else part for index, part in enumerate(parts)
    )


def bilingual(texts: Mapping[str, str], tag: str = "p") -> str:
    """A text in Arabic, and beside it in English; a language that is missing is left out."""
    found = (
        f'<{tag} class="{lang}" lang="{lang}" dir="{way}">{rich(texts[lang])}</{tag}>'
        for lang, way in (("ar", "rtl"), ("en", "ltr"))
        if texts.get(lang)
    )
    return "".join(found)
