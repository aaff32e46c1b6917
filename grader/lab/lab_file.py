"""Reads lab.toml: checks the type of every value, refuses unknown keys, and names file and key in
each error."""

import ast
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import lab_error
from hardware.i18n import _

V = TypeVar("V")

_BUS = re.compile(r"(I2C|SPI|UART|TIMER)(_\w+)?")
"""Names in a pins.py that are no pins: numbers of the chip's buses and timers, which differ
between boards."""


class LabFile:
    """One TOML file of a lab. Each getter removes its key; `require_empty` reports the keys that
    are left. Every method raises LabError for a wrong value."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._left = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise lab_error(file, "", _("is missing"), _("see docs/howto/add-a-lab.md")) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise lab_error(file, "", _("is not TOML: {why}").format(why=error)) from error

    def take(self, key: str, kind: type[V], default: V | None = None) -> V:
        """A value of that type. Raises: LabError when it is missing or of another type."""
        if key not in self._left and default is not None:
            return default
        value = self._left.pop(key, None)
        if not isinstance(value, kind):
            was = _("is missing") if value is None else _("is {value!r}").format(value=value)
            cure = _("it must be a {kind}").format(kind=kind.__name__)
            raise lab_error(self.file, key, was, cure)
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of Python names; empty when it is not there."""
        found = self.take(key, list, [])
        if not all(isinstance(name, str) and name.isidentifier() for name in found):
            raise lab_error(self.file, key, _("must be a list of names"))
        return tuple(found)

    def texts(self, key: str) -> dict[str, str]:
        """A text in Arabic and English: `{ ar = "…", en = "…" }`."""
        return bilingual_text(self.file, key, self.take(key, dict))

    def optional_texts(self, key: str) -> dict[str, str]:
        """A text in Arabic and English; empty when it is not there."""
        return self.texts(key) if key in self._left else {}

    def tables(self, key: str) -> dict[str, Any]:
        """A table of tables; empty when it is not there."""
        return self.take(key, dict, {})

    def path(self, key: str, name: object) -> Path:
        """A file inside the lab's folder. Raises: LabError when it is not there."""
        path = self.file.parent / str(name)
        if not path.resolve().is_relative_to(self.file.parent.resolve()) or not path.is_file():
            what = _("there is no file {name} in the lab's folder").format(name=name)
            raise lab_error(self.file, key, what)
        return path

    def require_empty(self) -> None:
        """Raises: LabError when unknown keys are left."""
        if self._left:
            keys = ", ".join(self._left)
            raise lab_error(self.file, keys, _("is unknown"), _("check the spelling"))


def bilingual_text(file: Path, key: str, value: object) -> dict[str, str]:
    """A text in Arabic and in English. Raises: LabError when one of them is missing."""
    if not isinstance(value, Mapping) or set(value) != {"ar", "en"} or not all(value.values()):
        raise lab_error(file, key, _("must have a text in ar and one in en, and nothing else"))
    return {language: str(text) for language, text in value.items()}


def misconception_texts(
    file: Path, tables: Mapping[str, Any]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """The tables of misconceptions. Returns: the messages by key, and the hints by key."""
    texts, hints = {}, {}
    for key, table in tables.items():
        entry = dict(table) if isinstance(table, Mapping) else {}
        if (hint := entry.pop("hint", None)) is not None:
            hints[key] = bilingual_text(file, f"misconceptions.{key}.hint", hint)
        texts[key] = bilingual_text(file, f"misconceptions.{key}", entry)
    return texts, hints


def pin_roles(pins_file: Path) -> dict[str, int]:
    """The GPIO number of each role in a pins.py: its assignments such as `LED_R = 25`, without the
    numbers of buses and timers."""
    try:
        tree = ast.parse(pins_file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        line = _("line {number}").format(number=error.lineno)
        raise lab_error(pins_file, line, str(error.msg)) from error
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
        for target in node.targets
        if isinstance(target, ast.Name) and not _BUS.fullmatch(target.id)
    }
