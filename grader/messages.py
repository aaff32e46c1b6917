"""What a missed item tells the trainee: the misconception's text in Arabic and English."""

import tomllib
from functools import cache
from pathlib import Path

from grader.lab import Lab, Texts
from grader.labfile import two_languages
from grader.mark import ItemResult

FILE = Path(__file__).with_name("misconceptions.toml")


@cache
def shared() -> dict[str, Texts]:
    """The misconceptions that labs share."""
    texts = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {key: two_languages(FILE, key, text) for key, text in texts.items()}


def known(lab: Lab, key: str) -> bool:
    """Whether there is a text for that key."""
    return key in lab.misconceptions or key in shared()


def message(lab: Lab, result: ItemResult) -> Texts:
    """The text of a result's misconception by language; empty texts when nothing was missed."""
    texts = lab.misconceptions.get(result.key) or shared().get(result.key)
    if not result.key or texts is None:
        return {"ar": "", "en": result.key}
    item = result.detail.partition(".")[0]
    return {
        language: text.replace("{detail}", result.detail).replace("{item}", item)
        for language, text in texts.items()
    }
