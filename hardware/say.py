"""Messages for people in English and Arabic.

Write `_("English text {name}").format(name=...)`; the Arabic lies in `locale/ar.po` of the package
that speaks.
The language is `WARSHA_LANG` (`ar`, `en`), else that of the locale.
"""

import os
from functools import cache
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[1]


def language() -> str:
    """`ar` or `en`, asked anew at each call so that a notebook can change it."""
    for name in ("WARSHA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ar" if value.lower().startswith("ar") else "en"
    return "en"


@cache
def _arabic() -> dict[str, str]:
    """English to Arabic, from the catalogue of every package of ours."""
    from babel.messages.pofile import read_po  # 20 ms that only readers of Arabic pay

    texts: dict[str, str] = {}
    for file in sorted(PACKAGES.glob("*/locale/ar.po")):
        with file.open("rb") as source:
            catalogue = read_po(source)
        texts |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    return texts


def arabic(text: str) -> str:
    """The Arabic of an English message, or the message itself when the catalogue has none."""
    return _arabic().get(text, text)


def _(text: str) -> str:
    """The message in the reader's language."""
    return arabic(text) if language() == "ar" else text
