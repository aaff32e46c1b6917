"""Typed values from YAML nodes. A node knows its line, so errors name file and line."""

import re
import reprlib
from collections.abc import Callable, Iterable, Mapping
from typing import AnyStr, TypeVar

import yaml

from hardware.bench.diagram import suggest
from hardware.errors import ScenarioError
from hardware.i18n import _

UNITS_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
SCALES = {"": 1.0, "m": 1e-3, "u": 1e-6, "k": 1e3, "M": 1e6}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s)")
QUANTITY = re.compile(r"(-?\d+(?:\.\d+)?)\s*([mukM]?)(Hz|V|%)")

T = TypeVar("T")


class _Brief:
    """A value, shortened for an error: with YAML's aliases a few lines can be endless."""

    _repr = reprlib.Repr()
    _repr.maxlevel = 2

    def __init__(self, value: object) -> None:
        self._value = value

    def __repr__(self) -> str:
        return self._repr.repr(self._value)


_AT_THE_END = ("end of stream", "<stream end>")
"""In PyYAML's reasons that are found at the end of the file, and begin elsewhere."""


class Nodes:
    """The YAML text of one file."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._text_of_file = text
        self._loader: yaml.SafeLoader

    def root(self) -> yaml.Node | None:
        """The node of the whole file; None for an empty file. Raises: ScenarioError."""
        try:
            self._loader = yaml.SafeLoader(self._text_of_file)
            return self._loader.get_single_node()
        except RecursionError as error:
            cause = _("{place}: nested too deeply").format(place=f"{self.file}:1")
            raise ScenarioError(cause, _("Correct that line.")) from error
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            why = str(getattr(error, "problem", None) or getattr(error, "reason", "-"))
            opened = getattr(error, "context_mark", None)
            if opened and any(end in why for end in _AT_THE_END):
                mark = opened
                why = _("what opens in this line is not closed: a quote or a bracket")
            place = f"{self.file}:{mark.line + 1 if mark else 1}"
            cause = _("{place}: not YAML: {why}").format(place=place, why=why)
            raise ScenarioError(cause, _("Correct that line.")) from error

    def fail(self, node: yaml.Node, what: str, cure: str) -> ScenarioError:
        """The error for something wrong at a node: file, line, `what` and the cure."""
        return ScenarioError(f"{self.file}:{node.start_mark.line + 1}: {what}", cure)

    def mapping(
        self, node: yaml.Node, known: Iterable[str], needed: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """The keys of a mapping. Raises: ScenarioError for an unknown, repeated or missing key."""
        if not isinstance(node, yaml.MappingNode):
            what = _("expected key: value pairs")
            raise self.fail(node, what, _("See the scenario format."))
        keys: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.fail(key, _("this is not a key"), _("Write key: value."))
            if key.value in keys:
                what = _("{key} is given twice").format(key=key.value)
                raise self.fail(key, what, _("Remove one."))
            if key.value not in known:
                what = _("unknown key {key!r}").format(key=key.value)
                raise self.fail(key, what, suggest(str(key.value), known))
            keys[key.value] = value
        for key in needed:
            if key not in keys:
                what = _("{key} is missing").format(key=key)
                raise self.fail(node, what, _("Add {sample}.").format(sample=f"{key}: …"))
        return keys

    def optional(
        self, keys: Mapping[str, yaml.Node], key: str, read: Callable[[yaml.Node], T]
    ) -> T | None:
        """The value of a key, read with one of the methods below; None without the key."""
        return read(keys[key]) if key in keys else None

    def value(self, node: yaml.Node) -> object:
        """The value that YAML gives a node."""
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
            what = _("this value is not valid")
            raise self.fail(node, what, _("Put quotes around it.")) from error

    def text(self, node: yaml.Node) -> str:
        """A text. `2` without quotes is a number for YAML and allowed; `on` and `no` are not."""
        value = self.value(node)
        if isinstance(value, bool) or not isinstance(value, str | int):
            what = _("{value!r} is not text").format(value=_Brief(value))
            raise self.fail(node, what, _("Put quotes around it."))
        return str(value)

    def pattern(self, node: yaml.Node) -> re.Pattern[str]:
        """A regular expression in Python's syntax."""
        return self._compiled(node, self.text(node))

    def byte_pattern(self, node: yaml.Node) -> re.Pattern[bytes]:
        """The same for bytes."""
        return self._compiled(node, self.text(node).encode("utf-8", "surrogatepass"))

    def _compiled(self, node: yaml.Node, text: AnyStr) -> re.Pattern[AnyStr]:
        try:
            return re.compile(text)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            what = _("not a regular expression: {why}").format(why=error)
            raise self.fail(node, what, _("Correct that line.")) from error

    def number(self, node: yaml.Node) -> float:
        """A number without a unit."""
        value = self.value(node)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e18:
            what = _("{value!r} is not a number").format(value=_Brief(value))
            raise self.fail(node, what, _("Write for example value: 1."))
        return float(value)

    def count(self, node: yaml.Node) -> int:
        """A whole number, 0 or more."""
        value = self.value(node)
        if type(value) is not int or not 0 <= value <= 2**31:
            what = _("{value!r} is not a whole number").format(value=_Brief(value))
            raise self.fail(node, what, _("Write for example value: 1."))
        return value

    def level(self, node: yaml.Node) -> bool:
        """A level, 0 or 1."""
        if (value := self.value(node)) not in (0, 1):
            wrong = _("{value!r} is not a pin level").format(value=_Brief(value))
            raise self.fail(node, wrong, _("Write value: 0 or value: 1."))
        return bool(value)

    def bytes(self, node: yaml.Node) -> bytes:
        """A text (as UTF-8), or a list of bytes."""
        value = self.value(node)
        if isinstance(value, str):
            return value.encode("utf-8", "surrogatepass")
        numbers = value if isinstance(value, list) else []
        if not numbers or not all(type(n) is int and 0 <= n <= 255 for n in numbers):
            what = _("neither text nor a list of bytes")
            raise self.fail(node, what, _('Write "text" or [3, 4].'))
        return bytes(numbers)

    def duration(self, node: yaml.Node) -> int:
        """A duration with a unit, in ns."""
        value = self.value(node)
        if value == "0":
            return 0
        found = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found or len(found[1]) > 15:
            what = _("{value!r} has no unit of time").format(value=_Brief(value))
            raise self.fail(node, what, _("Write for example 30ms or 1.5s."))
        return round(float(found[1]) * UNITS_NS[found[2]])

    def quantity(self, node: yaml.Node, unit: str) -> float:
        """A number with a unit (Hz, V or %), in that unit."""
        value = self.value(node)
        found = QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found or found[3] != unit or len(found[1]) > 15:
            what = _("{value!r} is not in {unit}").format(value=_Brief(value), unit=unit)
            raise self.fail(
                node, what, _("Write for example {sample}.").format(sample=f"50{unit}")
            )
        return float(found[1]) * SCALES[found[2]]
