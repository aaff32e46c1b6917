"""The edits of a circuit file: one class is one edit.

    text = MovePart("led1", 40, 20).made(text)

`made` returns the new text; what the edit does not mean keeps its characters. It raises a
`DiagramError` when the circuit does not allow the edit. Parts are found by their ids. A wire has
no id: it is found by its number and its ends, so that an edit never meets another wire.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hardware.bench.diagram import SERIAL_MONITOR, parse
from hardware.bench.drawing.wires import steps_of
from hardware.bench.editing.json_text import append, put, remove
from hardware.bench.editing.part_catalogue import AT_FIRST, drawing_of, title_of
from hardware.bench.svg.elements import Point
from hardware.boards import for_diagram
from hardware.errors import DiagramError
from hardware.i18n import _

COPY_OFFSET = 19.2
"""A copy lies so far right of and below its original: two pitches of a pin header, in pixels."""
GROUND_PINS, SUPPLY_PINS = ("GND", "VSS"), ("VCC", "VDD", "5V", "3V3", "3.3V", "V+", "VIN", "VBUS")


class Edit(Protocol):
    """A change of a circuit file."""

    def made(self, text: str) -> str:
        """The text after the change. Raises: DiagramError."""


@dataclass(frozen=True)
class AddPart:
    """Add a part of this type; `new_id` is its id."""

    type: str
    left: float
    top: float
    new_id: str = ""

    def made(self, text: str) -> str:
        """See `Edit`."""
        if not title_of(self.type):
            what = _("the type {type} is not simulated").format(type=repr(self.type))
            raise DiagramError(what, _("Choose a part of the list."))
        attrs = dict(AT_FIRST.get(self.type, {}))
        place = {"left": _pixels(self.left), "top": _pixels(self.top)}
        part = {"type": self.type, "id": self.new_id, **place, "attrs": attrs}
        return append(text, ("parts",), part)


@dataclass(frozen=True)
class MovePart:
    """Put the top left corner of a part there, in pixels."""

    part: str
    left: float
    top: float

    def made(self, text: str) -> str:
        """See `Edit`."""
        number, part = find_part(text, self.part)
        for key, value in (("left", _pixels(self.left)), ("top", _pixels(self.top))):
            if part.get(key, 0) != value:
                text = put(text, ("parts", number, key), value)
        return text


@dataclass(frozen=True)
class NudgeParts:
    """Move parts by so many pixels."""

    parts: tuple[str, ...]
    right: float
    down: float

    def made(self, text: str) -> str:
        """See `Edit`."""
        for part_id in self.parts:
            _number, part = find_part(text, part_id)
            left, top = (_number_of(part, key) for key in ("left", "top"))
            text = MovePart(part_id, left + self.right, top + self.down).made(text)
        return text


@dataclass(frozen=True)
class TurnPart:
    """Turn a part to so many degrees, clockwise."""

    part: str
    degrees: float

    def made(self, text: str) -> str:
        """See `Edit`."""
        number, part = find_part(text, self.part)
        degrees = _pixels(self.degrees % 360)
        if part.get("rotate", 0) == degrees:
            return text
        return put(text, ("parts", number, "rotate"), degrees)


@dataclass(frozen=True)
class HidePart:
    """Do not draw a part any more, or draw it again. It works in both cases."""

    part: str
    hide: bool

    def made(self, text: str) -> str:
        """See `Edit`."""
        number, _part = find_part(text, self.part)
        path = ("parts", number, "hide")
        return put(text, path, True) if self.hide else remove(text, path)


@dataclass(frozen=True)
class SetAttribute:
    """Give an attribute of a part a value; an empty one brings back the default."""

    part: str
    name: str
    value: str

    def made(self, text: str) -> str:
        """See `Edit`. Raises: DiagramError also for a value that makes no sense."""
        number, part = find_part(text, self.part)
        attrs, path = part.get("attrs"), ("parts", number, "attrs")
        new = {**attrs} if isinstance(attrs, dict) else {}
        if not self.value:
            new.pop(self.name, None)
            changed = remove(text, (*path, self.name)) if attrs else text
        else:
            new[self.name] = _value(self.value)
            if isinstance(attrs, dict):
                changed = put(text, (*path, self.name), new[self.name])
            else:
                changed = put(text, path, new)
        if title_of(part["type"]):
            drawing_of(self.part, part["type"], new)  # raises
        return changed


@dataclass(frozen=True)
class RenamePart:
    """Give a part another id, also in its wires."""

    part: str
    new_id: str

    def made(self, text: str) -> str:
        """See `Edit`."""
        number, part = find_part(text, self.part)
        if self.new_id == self.part:
            return text
        named = {"type": part["type"], "id": self.new_id}
        parse({"version": 1, "parts": [named], "connections": []}, self.part)  # raises
        if self.new_id in ids(text):
            where = _("part {part}").format(part=repr(self.new_id))
            cause = f"{where}: {_('two parts have this id')}"
            raise DiagramError(cause, _("Choose another id."))
        text = put(text, ("parts", number, "id"), self.new_id)
        for wire, ends in _wires(text):
            for end, place in enumerate(ends):
                owner, _colon, pin = place.partition(":")
                if owner == self.part:
                    text = put(text, ("connections", wire, end), f"{self.new_id}:{pin}")
        return text


@dataclass(frozen=True)
class CopyParts:
    """Add copies of parts, and of the wires between them; `new_ids` are their ids."""

    parts: tuple[str, ...]
    new_ids: tuple[str, ...] = ()

    def made(self, text: str) -> str:
        """See `Edit`."""
        names = dict(zip(self.parts, self.new_ids, strict=True))
        for part_id, copy_id in names.items():
            _number, part = find_part(text, part_id)
            place = {key: _pixels(_number_of(part, key) + COPY_OFFSET) for key in ("left", "top")}
            text = append(text, ("parts",), {**part, "id": copy_id, **place})
        wires = json.loads(text)["connections"]
        for number, ends in _wires(text):
            owners = [end.partition(":") for end in ends]
            if all(owner in names for owner, _colon, _pin in owners):
                copied = [f"{names[owner]}:{pin}" for owner, _colon, pin in owners]
                text = append(text, ("connections",), [*copied, *wires[number][2:]])
        return text


@dataclass(frozen=True)
class RemoveParts:
    """Remove parts and their wires."""

    parts: tuple[str, ...]

    def made(self, text: str) -> str:
        """See `Edit`."""
        numbers = [find_part(text, part_id)[0] for part_id in self.parts]
        for wire, ends in reversed(list(_wires(text))):
            if any(end.partition(":")[0] in self.parts for end in ends):
                text = remove(text, ("connections", wire))
        for number in sorted(numbers, reverse=True):
            text = remove(text, ("parts", number))
        return text


@dataclass(frozen=True)
class AddWire:
    """Join two pins (`part:pin`)."""

    a: str
    b: str

    def made(self, text: str) -> str:
        """See `Edit`."""
        if self.a == self.b:
            raise DiagramError(_("A wire joins two different pins."), _("Choose another pin."))
        if any({self.a, self.b} == {*ends} for _wire, ends in _wires(text)):
            cause = _("A wire joins {a} and {b} already.").format(a=self.a, b=self.b)
            raise DiagramError(cause, _("Choose another pin."))
        wire: list[Any] = [self.a, self.b, first_colour(self.a, self.b), []]
        return append(text, ("connections",), wire)


@dataclass(frozen=True)
class PaintWire:
    """Give a wire a colour; without one it is not drawn."""

    wire: int
    ends: tuple[str, str]
    colour: str

    def made(self, text: str) -> str:
        """See `Edit`."""
        wire = _find_wire(text, self.wire, self.ends)
        if len(wire) == 2:
            return append(text, ("connections", self.wire), self.colour)
        return put(text, ("connections", self.wire, 2), self.colour)


@dataclass(frozen=True)
class BendWire:
    """Lead a wire over these corners, from its first pin to its second one, in pixels."""

    wire: int
    ends: tuple[str, str]
    corners: tuple[Point, ...]

    def made(self, text: str) -> str:
        """See `Edit`."""
        wire = _find_wire(text, self.wire, self.ends)
        try:
            steps = [*steps_of(self.corners)]
        except ValueError:
            cause = _("The pieces of a wire are horizontal or vertical.")
            raise DiagramError(cause, _("Move the piece again.")) from None
        if len(wire) < 3:
            text = append(text, ("connections", self.wire), "")
        if len(wire) < 4:
            return append(text, ("connections", self.wire), steps)
        if wire[3] == steps:
            return text
        return put(text, ("connections", self.wire, 3), steps)


@dataclass(frozen=True)
class RouteWire:
    """Forget the corners of a wire: the drawing finds its way."""

    wire: int
    ends: tuple[str, str]

    def made(self, text: str) -> str:
        """See `Edit`."""
        wire = _find_wire(text, self.wire, self.ends)
        if len(wire) < 4 or wire[3] == []:
            return text
        return put(text, ("connections", self.wire, 3), [])


@dataclass(frozen=True)
class RemoveWire:
    """Remove a wire."""

    wire: int
    ends: tuple[str, str]

    def made(self, text: str) -> str:
        """See `Edit`."""
        _find_wire(text, self.wire, self.ends)
        return remove(text, ("connections", self.wire))


# -- what is in the text ---------------------------------------------------------------------


def find_part(text: str, part_id: str) -> tuple[int, Mapping[str, Any]]:
    """The number and the JSON object of a part. Raises: DiagramError."""
    for number, part in enumerate(json.loads(text)["parts"]):
        if isinstance(part, dict) and part.get("id") == part_id and part.get("type"):
            return number, part
    cause = _("There is no part {part} any more.").format(part=repr(part_id))
    raise DiagramError(cause, _("Choose another part."))


def ids(text: str) -> set[str]:
    """The ids of all parts."""
    listed = json.loads(text)["parts"]
    return {str(part.get("id")) for part in listed if isinstance(part, dict)} | {SERIAL_MONITOR}


def new_ids(text: str, likes: Iterable[str]) -> Iterator[str]:
    """Ids that no part has, each from a part type or from another id: `led1`, `btn_2`."""
    taken = ids(text)
    for like in likes:
        base = "board" if for_diagram(like) else like.partition("-")[2] or like
        base = re.sub(r"\d+$", "", base)
        base = re.sub(r"[^\w]+", "_", base).strip("_") or "part"
        joint = "_" if base[-1].isdigit() else ""
        number = 1
        while (made := f"{base}{joint}{number}") in taken:
            number += 1
        taken.add(made)
        yield made


def first_colour(a: str, b: str) -> str:
    """The colour of a new wire, as in Wokwi: black at a ground, red at a supply, else green."""
    pins = [end.partition(":")[2].split(".")[0] for end in (a, b)]
    pins += [end.partition(":")[2] for end in (a, b)]
    if any(pin in GROUND_PINS for pin in pins):
        return "black"
    return "red" if any(pin in SUPPLY_PINS for pin in pins) else "green"


def _wires(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number and the ends of each connection that has two ends."""
    for number, wire in enumerate(json.loads(text)["connections"]):
        if isinstance(wire, list) and all(isinstance(end, str) for end in wire[:2]):
            yield number, wire[:2]


def _find_wire(text: str, number: int, ends: tuple[str, str]) -> list[Any]:
    wires: list[Any] = json.loads(text)["connections"]
    wire = wires[number] if 0 <= number < len(wires) else None
    if not isinstance(wire, list) or wire[:2] != [*ends]:
        cause = _("There is no wire from {a} to {b} any more.").format(a=ends[0], b=ends[1])
        raise DiagramError(cause, _("Choose another wire."))
    return wire


def _pixels(value: float) -> float | int:
    """A coordinate as files have it: a whole number, or one with two decimals at most."""
    value = round(float(value), 2)
    return int(value) if value.is_integer() else value


def _number_of(part: Mapping[str, Any], key: str) -> float:
    value = part.get(key, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _value(text: str) -> Any:
    """An attribute is text; a list or an object (`keys`, `files`) is typed as JSON."""
    if text[0] in "[{":
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text
