"""Reviews a lesson: each Arabic cell needs its English, terms must be those of the glossary, the
score tables must state the limits of the checks, and cells that a person grades need a title."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from nbformat import NotebookNode

from grader.authoring.glossary import missing_terms
from grader.lab.cells import is_notes
from grader.lab.check import Check
from grader.lab.lab import Lab, Texts
from grader.lab.limits import Limit
from hardware.i18n import _

ARABIC = re.compile("[\u0621-\u064a]")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def remarks(lab: Lab, cells: Sequence[NotebookNode]) -> Iterator[str]:
    """Problems in the cells of a lesson, one line each."""
    for number, arabic, english in _pairs(cells):
        place = _("lesson.md, cell {number}").format(number=number)
        if not arabic:
            yield f"{place}: {_('English without the Arabic before it')}"
        elif not english:
            yield f"{place}: {_('Arabic without the English in the next cell')}"
        else:
            texts = {"ar": arabic, "en": english}
            yield from (f"{place}: {problem}" for problem in problems(texts))
    for item in lab.items:
        yield from _score_rows(lab, item, cells)
    graded = {cell.metadata.nbgrader.grade_id for cell in cells if _is_manual(cell)}
    text = _("lab.toml, manual: {name} is only there, or only in the lesson")
    yield from (text.format(name=name) for name in sorted(graded ^ set(lab.manual)))


def problems(texts: Texts) -> Iterator[str]:
    """Problems of a text in its two languages."""
    arabic, english = texts["ar"], texts["en"]
    if not ARABIC.search(arabic):
        yield _("the Arabic has no Arabic letter")
    if ARABIC.search(_CODE.sub("", english)):
        yield _("there is Arabic in the English")
    missing = _(
        "the English uses {english}, but the Arabic does not have this term; the glossary has {ar}"
    )
    for term in missing_terms(_CODE.sub("", english), arabic):
        yield missing.format(english=repr(term.english), ar="، ".join(term.arabic))


def _pairs(cells: Sequence[NotebookNode]) -> Iterator[tuple[int, str, str]]:
    """Number (from 1), Arabic and English of the text cells; "" when one of them is missing. Cells
    for notes, and model answers for a person who grades, are left out."""
    texts = [
        (n, cell.source)
        for n, cell in enumerate(cells, 1)
        if cell.cell_type == "markdown"
        and not is_notes(cell.source)
        and "nbgrader" not in cell.metadata
    ]
    while texts:
        number, text = texts.pop(0)
        if not _is_arabic(text):
            yield number, "", text
        elif texts and texts[0][0] == number + 1 and not _is_arabic(texts[0][1]):
            yield number, text, texts.pop(0)[1]
        else:
            yield number, text, ""


def _is_manual(cell: NotebookNode) -> bool:
    """Whether a person grades the cell."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade") and marks.get("solution"))


def _is_arabic(text: str) -> bool:
    return 'lang="ar"' in text


def _score_rows(lab: Lab, item: str, cells: Sequence[NotebookNode]) -> Iterator[str]:
    """Problems with an item's rows in the two score tables: they must state its limits."""
    start = f"| {item} | {lab.points(item):g} |"
    lines = (line for c in cells if c.cell_type == "markdown" for line in c.source.split("\n"))
    rows = [line for line in lines if line.startswith(start)]
    if len(rows) != 2:
        text = _("lesson.md: item {item} needs a row {start} in Arabic and one in English")
        yield text.format(item=item, start=start)
        return
    stated = {float(number) for number in _NUMBER.findall(" ".join(rows))}
    text = _("lesson.md: the rows of item {item} do not state {number} of check {id}")
    for check in (check for check in lab.checks if check.item == item):
        for number in sorted(numbers_to_state(check)):
            # Seconds or minutes may stand for milliseconds.
            if not stated & {number, number / 1000, number / 60_000}:
                yield text.format(item=item, number=f"{number:g}", id=check.id)


def numbers_to_state(check: Check) -> set[float]:
    """The points and limits of a check and its ladder, and its other stated numbers."""
    steps = ((check.expect, check.points), *check.ladder)
    numbers = {float(n) for limit, points in steps for n in (*numbers_of(limit), points) if n}
    return numbers | {float(number) for number in check.stated}


def numbers_of(limit: Limit[Any]) -> set[float]:
    """The numbers of a declared limit, without their signs. A limit that depends on the seed has
    none."""
    values = [getattr(limit, field.name) for field in fields(limit)]  # type: ignore[arg-type]
    return {
        abs(float(v))
        for v in values
        if isinstance(v, float | int) and not isinstance(v, bool) and v
    }
