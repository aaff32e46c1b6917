"""Limits for texts: a pattern, and a JSON schema. They have their own file, because jsonschema is
slow to import and only some labs need them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from grader.lab.limits import Limit, Verdict, shortened
from grader.lab.run import Run
from grader.lab.units import place_of
from grader.strict_json import parse_json


@dataclass(frozen=True, eq=False)
class Matches(Limit[str]):
    """Each text matches a pattern as a whole (`\\d` is ASCII only). `like` is the text
    that people read in its place."""

    pattern: str
    like: str

    def judge(self, measured: str | Sequence[str], run: Run) -> Verdict:
        """The first text that does not match decides."""
        texts = _texts(measured)
        pattern = re.compile(self.pattern, re.ASCII)
        wrong = [text for text in texts if not pattern.fullmatch(text)]
        if wrong:
            return Verdict(False, shortened(wrong[0]), self.like, place_of(wrong[0]))
        return Verdict(bool(texts), shortened([*texts, ""][0]), self.like)

    def window(self, run: Run) -> str:
        """How a text should look."""
        return self.like


@dataclass(frozen=True, eq=False)
class Conforms(Limit[str]):
    """Each text is JSON that a schema accepts (JSON Schema, draft 2020-12)."""

    schema: Mapping[str, Any]

    def judge(self, measured: str | Sequence[str], run: Run) -> Verdict:
        """The first text that the schema refuses decides, with its error."""
        texts = _texts(measured)
        validator = Draft202012Validator(self.schema)
        for text in texts:
            if error := _schema_error(validator, text):
                return Verdict(False, shortened(error), self.window(run), place_of(text))
        return Verdict(bool(texts), shortened([*texts, ""][0]), self.window(run))

    def window(self, run: Run) -> str:
        """The fields of the schema."""
        return shortened("{" + ", ".join(self.schema.get("properties", {})) + "}")


def _texts(measured: str | Sequence[str]) -> list[str]:
    return [measured] if isinstance(measured, str) else list(measured)


def _schema_error(validator: Draft202012Validator, text: str) -> str:
    """What is wrong with a text, and where in it; "" when nothing is."""
    try:
        error = best_match(validator.iter_errors(parse_json(text)))
    except ValueError as problem:
        return f"{text!r}: {problem}"
    return f"{error.json_path}: {error.message}" if error else ""
