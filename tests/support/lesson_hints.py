"""The hints of the lessons: their words, and the program of the worked example."""

import re
from typing import NamedTuple

from grader.authoring.lesson_review import ARABIC
from grader.authoring.new_lab import EXAMPLE
from grader.lab.lab import LABS, slugs

HINT = re.compile(r"<details><summary>(.*?)</summary>\n(.*?)\n</details>", re.DOTALL)
PROGRAM = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TAG = re.compile(r"</?(?:bdi|div)\b[^>]*>")

LABS_WITH_HINTS = [slug for slug in slugs() if slug != EXAMPLE]
"""All labs but the one that `warsha lab new` copies."""


class Hint(NamedTuple):
    """One hint of a lesson; `place` names it in a message."""

    language: str
    level: int
    place: str
    text: str

    @property
    def words(self) -> int:
        """Its words, with those of its program; a sign without a letter or digit is none."""
        return sum(any(map(str.isalnum, word)) for word in TAG.sub("", self.text).split())

    @property
    def programs(self) -> list[str]:
        """Its code blocks."""
        return PROGRAM.findall(self.text)


def hints_of(slug: str) -> list[Hint]:
    """The hints of a lab's lesson, numbered in each language."""
    lesson = (LABS / slug / "lesson.md").read_text(encoding="utf-8")
    hints: list[Hint] = []
    for title, text in HINT.findall(lesson):
        language = "ar" if ARABIC.search(title) else "en"
        level = 1 + sum(hint.language == language for hint in hints)
        hints.append(Hint(language, level, f"{slug}, {language}, hint {level}", text))
    return hints
