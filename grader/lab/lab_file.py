"""Reading lab.toml: every value has its type, every key is known, and an error says where."""

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
"""What a pins.py names beside pins: the number of a chip's bus or timer, boards differ in it."""


class LabFile:
    """One TOML file of a lab; each getter takes a key out, `done` complains of what is left."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._left = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise lab_error(file, "", _("is missing"), _("see docs/howto/add-a-lab.md")) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise lab_error(file, "", _("is no TOML: {why}").format(why=error)) from error

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
        return two_languages(self.file, key, self.take(key, dict))

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

    def done(self) -> None:
        """Raises: LabError when keys are left that nobody knows."""
        if self._left:
            keys = ", ".join(self._left)
            raise lab_error(self.file, keys, _("is not known here"), _("is it a typing error?"))


def two_languages(file: Path, key: str, value: object) -> dict[str, str]:
    """Checks that a text is there in Arabic and in English."""
    if not isinstance(value, Mapping) or set(value) != {"ar", "en"} or not all(value.values()):
        raise lab_error(file, key, _("must have a text in ar and one in en, and nothing else"))
    return {language: str(text) for language, text in value.items()}


def explained(
    file: Path, tables: Mapping[str, Any]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Misconceptions by their key: what each says, and the hints of those that have one."""
    texts, hints = {}, {}
    for key, table in tables.items():
        said = dict(table) if isinstance(table, Mapping) else {}
        if (hint := said.pop("hint", None)) is not None:
            hints[key] = two_languages(file, f"misconceptions.{key}.hint", hint)
        texts[key] = two_languages(file, f"misconceptions.{key}", said)
    return texts, hints


def roles(pins_file: Path) -> dict[str, int]:
    """The roles in a pins.py: its plain assignments `LED_R = 25`, but for numbers of buses."""
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
