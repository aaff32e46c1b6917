"""What a missed item tells the trainee: the misconception's text in Arabic and English."""

import re
import tomllib
from functools import cache
from pathlib import Path

from grader.html_text import visible
from grader.lab.lab import Lab, Texts
from grader.lab.lab_file import misconception_texts
from grader.score.results import ItemResult
from hardware.bench.board.end_reason import detail_in

FILE = Path(__file__).with_name("misconceptions.toml")

_LINE = re.compile(r" \(main\.py, line (\d+)\)$")
_WHERE = {
    "ar": "، في السطر {cell} من الخلية (السطر {line} من `main.py`)",
    "en": ", in line {cell} of the cell (line {line} of `main.py`)",
}
"""The cell's magic line is its line 1, and is not in the file."""


@cache
def _shared() -> tuple[dict[str, Texts], dict[str, Texts]]:
    return misconception_texts(FILE, tomllib.loads(FILE.read_text(encoding="utf-8")))


def shared() -> dict[str, Texts]:
    """The misconceptions that labs share."""
    return _shared()[0]


def known(lab: Lab, key: str) -> bool:
    """Whether there is a text for that key."""
    return key in lab.misconceptions or key in shared()


def message(lab: Lab, result: ItemResult, above: int = 0) -> Texts:
    """The text of a result's misconception by language; empty texts when nothing was missed.

    `above`: blank lines of the cell above its magic line.
    """
    texts = lab.misconceptions.get(result.key) or shared().get(result.key)
    if not result.key or texts is None:
        return {"ar": "", "en": result.key}
    return _completed(texts, result, above)


def hint(lab: Lab, result: ItemResult, above: int = 0) -> Texts:
    """What helps who meets that misconception again; nothing when there is no such text."""
    mine = lab.hints if result.key in lab.misconceptions else _shared()[1]
    return _completed(mine.get(result.key, {}), result, above)


def _completed(texts: Texts, result: ItemResult, above: int) -> Texts:
    item = result.detail.partition(".")[0]
    place = _LINE.search(result.detail)
    line = int(place[1]) if place else 0
    # A program says what it likes in its last words.
    detail = visible(_LINE.sub("", result.detail)).replace("`", "'")
    return {
        language: text.replace(
            "{where}", _WHERE[language].format(cell=above + line + 1, line=line) if place else ""
        )
        .replace("{item}", item)
        .replace("{end}", detail_in(language, detail) or f"`{detail}`")
        .replace("{detail}", detail)
        for language, text in texts.items()
    }
