"""A circuit file: Wokwi's `diagram.json`, read strictly and written back with every key that it
came with.

This module knows the form of the file; which part types and pins exist is known by `netlist.py`.
Every error is one line: the file, the part or connection, what is wrong; its cure says what to do.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.errors import DiagramError
from hardware.say import _

SERIAL_MONITOR = "$serialMonitor"
"""The virtual part that Wokwi puts behind a board's UART; it may be wired but is not listed."""


CANVAS = 1e5
"""No place on a canvas is farther out, in pixels (and a comparison with it refuses NaN)."""


@dataclass(frozen=True)
class PinRef:
    """One end of a connection: `part:pin` (pin names may hold dots, slashes and spaces)."""

    part: str
    pin: str

    def __str__(self) -> str:
        return f"{self.part}:{self.pin}"


@dataclass(frozen=True)
class PartSpec:
    """A part as the file has it; `left`, `top` are CSS pixels (96 to the inch)."""

    id: str
    type: str
    left: float = 0.0
    top: float = 0.0
    rotate: float = 0.0
    hide: bool = False
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """A wire; an empty colour means that it connects but is not drawn."""

    a: PinRef
    b: PinRef
    colour: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """A circuit file. `raw` is the whole JSON object, with the keys that this program does not
    know."""

    name: str
    parts: tuple[PartSpec, ...]
    connections: tuple[Connection, ...]
    raw: Mapping[str, Any]

    def save(self, path: Path) -> None:
        """Write the file back, unknown keys and all."""
        text = json.dumps(self.raw, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def load(source: Path | str | Mapping[str, Any], name: str = "diagram") -> Diagram:
    """Read a circuit from a path or from the object itself. Raises: DiagramError."""
    if isinstance(source, Mapping):
        return _Reader(name).diagram(source)
    path = Path(source)
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DiagramError(
            f"{path}: {error.strerror}", "Give the path of a diagram.json."
        ) from error
    except UnicodeDecodeError as error:
        raise DiagramError(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise DiagramError(
            f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}",
            "Look at that place for a missing comma, quote or bracket.",
        ) from error
    return _Reader(str(path)).diagram(raw)


def suggest(word: str, known: Iterable[str]) -> str:
    """A cure for a misspelt word: the nearest known one, else all of them (when they are few)."""
    candidates = sorted(known)
    if near := difflib.get_close_matches(word, candidates, 1):
        return _("Did you mean {word}?").format(word=repr(near[0]))
    some = ", ".join(candidates[:30]) + (", …" if len(candidates) > 30 else "")
    return _("Known: {words}.").format(words=some)


class _Reader:
    """Turns the JSON object into values, with the file's name in every error."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: str, what: str, cure: str) -> DiagramError:
        return DiagramError(f"{self.name}: {where}{': ' if where else ''}{what}", cure)

    def diagram(self, raw: object) -> Diagram:
        if not isinstance(raw, Mapping):
            raise self.fail("", "a circuit is one JSON object", 'Begin with { "version": 1, … }.')
        if raw.get("version", 1) != 1:
            raise self.fail("", f"version {raw['version']!r} is not known", 'Write "version": 1.')
        for key in ("parts", "connections"):
            if not isinstance(raw.get(key), list):
                raise self.fail("", f"there is no list {key!r}", f'Add "{key}": [ … ].')
        if raw.get("dependencies"):
            chips = raw["dependencies"]
            names = ", ".join(chips) if isinstance(chips, Mapping) else repr(chips)
            raise self.fail("", f"custom chips are not simulated: {names}", "Use built-in parts.")
        parts = tuple(self.part(i, item) for i, item in enumerate(raw["parts"]))
        self.unique(parts)
        wires = tuple(self.connection(i, item) for i, item in enumerate(raw["connections"]))
        return Diagram(self.name, parts, wires, raw)

    def unique(self, parts: tuple[PartSpec, ...]) -> None:
        seen: set[str] = set()
        for part in parts:
            if part.id in seen:
                raise self.fail(f"part {part.id!r}", "two parts have this id", "Rename one.")
            seen.add(part.id)

    def part(self, index: int, item: object) -> PartSpec:
        if not isinstance(item, Mapping):
            raise self.fail(f"part number {index + 1}", "not an object", "Write { … }.")
        where = f"part {item.get('id', index + 1)!r}"
        for key in ("type", "id"):
            if not isinstance(item.get(key), str) or not item[key]:
                raise self.fail(where, f"has no {key!r}", f'Add "{key}": "…".')
        if ":" in item["id"] or item["id"] == SERIAL_MONITOR:
            raise self.fail(where, "this id is not allowed", "Use letters and digits, no colon.")
        if "x" in item or "y" in item:
            raise self.fail(where, "its place is given as x, y", 'Use "left" and "top".')
        attrs = item.get("attrs", {})
        if not isinstance(attrs, Mapping):
            raise self.fail(where, "'attrs' is not an object", 'Write "attrs": { … }.')
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
            raise self.fail(where, f"{key!r} is {value!r}", f'Give a number: "{key}": 0.')
        return float(value)

    def connection(self, index: int, item: object) -> Connection:
        where = f"connection number {index + 1}"
        if not isinstance(item, list) or len(item) not in (2, 3, 4):
            raise self.fail(where, f"not a wire: {item!r}", 'Write ["a:1", "b:2", "green", []].')
        ends = [self.pin(where, end) for end in item[:2]]
        colour = item[2] if len(item) > 2 else ""
        if not isinstance(colour, str):
            raise self.fail(where, f"its colour is {colour!r}", 'Give a name such as "green".')
        return Connection(ends[0], ends[1], colour, self.path(where, item))

    def pin(self, where: str, end: object) -> PinRef:
        if not isinstance(end, str) or ":" not in end:
            raise self.fail(where, f"{end!r} is no pin", 'Write "part:pin", for example "led1:A".')
        part, _, pin = end.partition(":")
        return PinRef(part, pin)

    def path(self, where: str, item: list[Any]) -> tuple[str, ...]:
        steps = item[3] if len(item) > 3 else []
        if not isinstance(steps, list) or not all(map(is_step, steps)) or steps.count("*") > 1:
            raise self.fail(
                where, f"its path is {steps!r}", 'Use steps such as "h10", "v-5", "*".'
            )
        return tuple(steps)


def is_step(step: object) -> bool:
    """Whether this is a step of Wokwi's path language: `h<n>`, `v<n>` in pixels, or `*`."""
    if not isinstance(step, str):
        return False
    if step == "*":
        return True
    try:
        return step[:1] in ("h", "v") and abs(float(step[1:])) <= CANVAS
    except ValueError:
        return False
