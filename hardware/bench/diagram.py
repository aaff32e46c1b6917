"""A circuit file (Wokwi's `diagram.json`): read strictly, and written back with all of its keys.

This module checks the form of the file; `netlist.py` checks part types and pins. An error is one
line: the file, the part or connection, and what is wrong. Its cure says what to do. `tolerant.py`
reads files of other people as Wokwi does.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from hardware.errors import DiagramError
from hardware.i18n import _, at_place, reason
from hardware.paths import refuse_device

SERIAL_MONITOR = "$serialMonitor"
"""Wokwi's virtual part at a board's UART. It may be wired, but the file does not list it."""

BYTE_ORDER_MARK = "\ufeff"
"""Some editors of Windows write it at the start of a file."""
MARK = "$"
"""Path steps that begin with it do not lead anywhere."""
MOST: Mapping[str, int] = {"parts": 5000, "connections": 20_000}
"""The most entries of a list of the file. Circuits of this size take seconds."""
CANVAS = 1e5
"""The largest coordinate on a canvas, in pixels (a comparison with it also rejects NaN)."""


@dataclass(frozen=True)
class PinRef:
    """One end of a connection: `part:pin` (pin names may hold dots, slashes and spaces)."""

    part: str
    pin: str

    def __str__(self) -> str:
        return f"{self.part}:{self.pin}"


@dataclass(frozen=True)
class PartSpec:
    """A part in the file; `left` and `top` are in CSS pixels (96 to the inch)."""

    id: str
    type: str
    left: float = 0.0
    top: float = 0.0
    rotate: float = 0.0
    hide: bool = False
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """A wire; with an empty colour it connects, but is not drawn."""

    a: PinRef
    b: PinRef
    colour: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """A circuit file. `raw` is the whole JSON object, with keys that this program does not use."""

    name: str
    parts: tuple[PartSpec, ...]
    connections: tuple[Connection, ...]
    raw: Mapping[str, Any]
    folder: Path | None = None
    """The folder of its file; None when it came as a value. Custom parts are programs: they are
    taken from here and from nowhere else (`parts/common/custom_files.py`)."""
    remarks: tuple[str, ...] = ()
    """What was left out or changed when the file was read."""

    @property
    def title(self) -> str:
        """The name for a heading: that of its file, with the folder; of a bare board, its own."""
        return str(Path(*Path(self.name).parts[-2:]))

    def with_attrs(self, attrs: Mapping[str, Mapping[str, Any]]) -> Self:
        """The circuit with other attributes of some parts, by their ids. Raises: DiagramError for
        a part that it does not have."""
        known = [part.id for part in self.parts]
        for name in attrs:
            if name not in known:
                what = _("there is no part {part} on the bench").format(part=repr(name))
                raise DiagramError(at_place(self.name, what), suggest(name, known))
        parts = [
            {**item, "attrs": {**(item.get("attrs") or {}), **attrs.get(item["id"], {})}}
            for item in self.raw["parts"]
        ]
        raw = {**self.raw, "parts": parts}
        return replace(self, parts=parse(raw, self.name).parts, raw=raw)

    def save(self, path: Path) -> None:
        """Write the file, with unknown keys, too."""
        text = json.dumps(self.raw, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def load(source: Path | str | Mapping[str, Any], name: str = "diagram") -> Diagram:
    """Read a circuit from a path or from the object itself. Raises: DiagramError."""
    if isinstance(source, Mapping):
        return parse(source, name)
    return replace(parse(read(Path(source)), str(source)), folder=Path(source).parent)


def parse(raw: object, name: str) -> Diagram:
    """A circuit from its JSON value. Raises: DiagramError."""
    try:
        json.dumps(raw, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        cause = _("{file}: a character is not complete").format(file=name)
        raise DiagramError(cause, _("Save the file as UTF-8.")) from error
    return DiagramReader(name).diagram(raw)


def read(path: Path) -> object:
    """The JSON value of a circuit file, whatever it is. Raises: DiagramError."""
    return value_of(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a circuit file, with its line ends and its byte order mark, if it has one.
    Raises: DiagramError."""
    try:
        refuse_device(path)
        return path.read_bytes().decode()
    except OSError as error:
        raise DiagramError(
            at_place(path, reason(error)), _("Give the path of a diagram.json.")
        ) from error
    except UnicodeDecodeError as error:
        cause = _("{file}: not UTF-8 text").format(file=path)
        raise DiagramError(cause, _("Save the file as UTF-8.")) from error


def value_of(text: str, path: Path) -> object:
    """The JSON value of the text of a circuit file. Raises: DiagramError."""
    try:
        return json.loads(text.removeprefix(BYTE_ORDER_MARK))
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise DiagramError(
            _("{place}: not JSON: {why}").format(place=place, why=error.msg),
            _("Look at that place for a missing comma, quote or bracket."),
        ) from error
    except (RecursionError, ValueError) as error:
        # Limits of Python: 1,000 nested brackets, and numbers of 4,300 digits.
        cause = _("{file}: nested too deeply, or a number of thousands of digits").format(
            file=path
        )
        raise DiagramError(cause, _("No circuit needs that; create the file again.")) from error


def suggest(word: str, known: Iterable[str]) -> str:
    """A cure for a misspelt word: the same word with other capitals, or else the most similar
    known word, or else those that it is a part of, or else up to 30 known words."""
    # Numbers come last, as those of pins: a name says more.
    candidates = sorted(known, key=lambda one: (one.isdecimal(), one.isdecimal() * len(one), one))
    if not candidates:
        return _("There are none.")
    same = [one for one in candidates if one.casefold() == word.casefold()]
    if near := same or difflib.get_close_matches(word, candidates, 1):
        return _("Did you mean {word}?").format(word=repr(near[0]))
    candidates = [one for one in candidates if word.casefold() in one.casefold()] or candidates
    some = ", ".join(candidates[:30]) + (", …" if len(candidates) > 30 else "")
    return _("Known: {words}.").format(words=some)


class DiagramReader:
    """Builds a diagram from the JSON object; every error has the file's name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: str, what: str, cure: str) -> DiagramError:
        return DiagramError(at_place(self.name, f"{where}{': ' if where else ''}{what}"), cure)

    def diagram(self, raw: object) -> Diagram:
        if not isinstance(raw, Mapping):
            what, cure = _("a circuit is one JSON object"), _('Begin with { "version": 1, … }.')
            raise self.fail("", what, cure)
        if raw.get("version", 1) != 1:
            what = _("unknown version {version!r}").format(version=raw["version"])
            raise self.fail("", what, _('Write "version": 1.'))
        for key in ("parts", "connections"):
            if not isinstance(raw.get(key), list):
                what = _("there is no list {key!r}").format(key=key)
                raise self.fail("", what, _("Add {sample}.").format(sample=f'"{key}": [ … ]'))
        self.require_size(raw)
        if raw.get("dependencies"):
            chips = raw["dependencies"]
            names = ", ".join(chips) if isinstance(chips, Mapping) else repr(chips)
            what = _("custom chips are not simulated: {names}").format(names=names)
            raise self.fail("", what, _("Use built-in parts."))
        parts = tuple(self.part(i, item) for i, item in enumerate(raw["parts"]))
        self.unique(parts)
        wires = tuple(self.connection(i, item) for i, item in enumerate(raw["connections"]))
        return Diagram(self.name, parts, wires, raw)

    def require_size(self, raw: Mapping[str, Any]) -> None:
        """Raises: DiagramError for a list with too many entries, before anything reads them."""
        for key, most in MOST.items():
            listed = raw.get(key)
            if isinstance(listed, list) and len(listed) > most:
                what = _("{key!r} has {count} entries; a circuit has at most {most}")
                cure = _("Take some away, or divide the circuit.")
                raise self.fail("", what.format(key=key, count=len(listed), most=most), cure)

    def unique(self, parts: tuple[PartSpec, ...]) -> None:
        seen: set[str] = set()
        for part in parts:
            if part.id in seen:
                where = _("part {part}").format(part=repr(part.id))
                raise self.fail(where, _("two parts have this id"), _("Rename one."))
            seen.add(part.id)

    def part(self, index: int, item: object) -> PartSpec:
        if not isinstance(item, Mapping):
            where = _("part number {number}").format(number=index + 1)
            raise self.fail(where, _("not an object"), _("Write { … }."))
        where = _("part {part}").format(part=repr(item.get("id", index + 1)))
        for key in ("type", "id"):
            value = item.get(key)
            if value is None or value == "":
                cure = _("Add {sample}.").format(sample=f'"{key}": "…"')
                raise self.fail(where, _("has no {key!r}").format(key=key), cure)
            if not isinstance(value, str):
                what = _("{key!r} is {value!r}").format(key=key, value=value)
                raise self.fail(where, what, _('Give a text: "{key}": "…".').format(key=key))
        if ":" in item["id"] or item["id"] == SERIAL_MONITOR or not item["id"].isprintable():
            cure = _("Use letters and digits, no colon.")
            raise self.fail(where, _("this id is not allowed"), cure)
        if "x" in item or "y" in item:
            raise self.fail(where, _("its position is given as x, y"), _('Use "left" and "top".'))
        attrs = item.get("attrs", {})
        if not isinstance(attrs, Mapping):
            raise self.fail(where, _("'attrs' is not an object"), _('Write "attrs": { … }.'))
        left, top, rotate = (self.number(where, item, key) for key in ("left", "top", "rotate"))
        hide = bool(item.get("hide"))
        return PartSpec(item["id"], item["type"], left, top, rotate, hide, attrs)

    def number(self, where: str, item: Mapping[str, Any], key: str) -> float:
        value = item.get(key, 0)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not abs(value) <= CANVAS
        ):
            what = _("{key!r} is {value!r}").format(key=key, value=value)
            raise self.fail(where, what, _('Give a number: "{key}": 0.').format(key=key))
        return float(value)

    def connection(self, index: int, item: object) -> Connection:
        where = _("connection number {number}").format(number=index + 1)
        if not isinstance(item, list) or len(item) not in (2, 3, 4):
            what = _("not a wire: {item!r}").format(item=item)
            raise self.fail(where, what, _('Write ["a:1", "b:2", "green", []].'))
        ends = [self.pin(where, end) for end in item[:2]]
        colour = item[2] if len(item) > 2 else ""
        if not isinstance(colour, str):
            what = _("its colour is {colour!r}").format(colour=colour)
            raise self.fail(where, what, _('Give a name such as "green".'))
        return Connection(ends[0], ends[1], colour, self.path(where, item))

    def pin(self, where: str, end: object) -> PinRef:
        if not isinstance(end, str) or ":" not in end:
            what = _("{end!r} is not a pin").format(end=end)
            raise self.fail(where, what, _('Write "part:pin", for example "led1:A".'))
        part, _colon, pin = end.partition(":")
        return PinRef(part, pin)

    def path(self, where: str, item: list[Any]) -> tuple[str, ...]:
        steps = item[3] if len(item) > 3 else []
        if not isinstance(steps, list) or not all(map(is_step, steps)) or steps.count("*") > 1:
            what = _("its path is {steps!r}").format(steps=steps)
            raise self.fail(where, what, _('Use steps such as "h10", "v-5", "*".'))
        return tuple(steps)


def is_step(step: object) -> bool:
    """Whether this is a path step in Wokwi's format: `h<n>` or `v<n>` in pixels, `*`, or a mark
    of its editor such as `$bb` (a pin that is plugged into a breadboard)."""
    if not isinstance(step, str):
        return False
    if step == "*" or step.startswith(MARK):
        return True
    try:
        return step[:1] in ("h", "v") and abs(float(step[1:])) <= CANVAS
    except ValueError:
        return False
