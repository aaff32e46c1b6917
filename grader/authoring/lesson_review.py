"""Whether a lesson is whole: each Arabic cell has its English, terms are the glossary's, and what
the score asks for is said."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from nbformat import NotebookNode

from grader.authoring.glossary import untold
from grader.lab.check import Check
from grader.lab.lab import Lab, Texts
from grader.lab.limits import Limit
from hardware.i18n import _

ARABIC = re.compile("[\u0621-\u064a]")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def remarks(lab: Lab, cells: Sequence[NotebookNode]) -> Iterator[str]:
    """What a lesson's cells lack, a line each."""
    for number, arabic, english in _pairs(cells):
        place = _("lesson.md, cell {number}").format(number=number)
        if not arabic:
            yield f"{place}: {_('English without the Arabic before it')}"
        elif not english:
            yield f"{place}: {_('Arabic without the English in the next cell')}"
        else:
            yield from (f"{place}: {told}" for told in lacks({"ar": arabic, "en": english}))
    for item in lab.items:
        yield from _score_rows(lab, item, cells)


def lacks(texts: Texts) -> Iterator[str]:
    """What is wrong with a text in its two languages."""
    arabic, english = texts["ar"], texts["en"]
    if not ARABIC.search(arabic):
        yield _("the Arabic has no Arabic letter")
    if ARABIC.search(_CODE.sub("", english)):
        yield _("there is Arabic in the English")
    told = _(
        "the English says {english}, and the Arabic says nothing of it; the glossary has {ar}"
    )
    for term in untold(_CODE.sub("", english), arabic):
        yield told.format(english=repr(term.english), ar="، ".join(term.arabic))


def _pairs(cells: Sequence[NotebookNode]) -> Iterator[tuple[int, str, str]]:
    """Number (from 1), Arabic and English of the text cells; "" for one that is not there."""
    texts = [(n, cell.source) for n, cell in enumerate(cells, 1) if cell.cell_type == "markdown"]
    while texts:
        number, text = texts.pop(0)
        if not _is_arabic(text):
            yield number, "", text
        elif texts and texts[0][0] == number + 1 and not _is_arabic(texts[0][1]):
            yield number, text, texts.pop(0)[1]
        else:
            yield number, text, ""


def _is_arabic(text: str) -> bool:
    return 'lang="ar"' in text


def _score_rows(lab: Lab, item: str, cells: Sequence[NotebookNode]) -> Iterator[str]:
    """An item's rows of the two score tables, and in them the numbers of its limits."""
    start = f"| {item} | {lab.points(item):g} |"
    lines = (line for c in cells if c.cell_type == "markdown" for line in c.source.split("\n"))
    rows = [line for line in lines if line.startswith(start)]
    if len(rows) != 2:
        told = _("lesson.md: item {item} needs a row {start} in Arabic and one in English")
        yield told.format(item=item, start=start)
        return
    stated = {float(number) for number in _NUMBER.findall(" ".join(rows))}
    told = _("lesson.md: the rows of item {item} do not say {number} of check {id}")
    for check in (check for check in lab.checks if check.item == item):
        for number in sorted(numbers_to_state(check)):
            if not stated & {number, number / 1000}:  # seconds may stand for milliseconds
                yield told.format(item=item, number=f"{number:g}", id=check.id)


def numbers_to_state(check: Check) -> set[float]:
    """Points and limits of a check and its ladder, and what else decides it."""
    steps = ((check.expect, check.points), *check.ladder)
    numbers = {float(n) for limit, points in steps for n in (*numbers_of(limit), points) if n}
    return numbers | {float(number) for number in check.stated}


def numbers_of(limit: Limit[Any]) -> set[float]:
    """The numbers of a declared limit; what depends on the seed has none."""
    values = [getattr(limit, field.name) for field in fields(limit)]  # type: ignore[arg-type]
    return {
        float(v) for v in values if isinstance(v, float | int) and not isinstance(v, bool) and v
    }
