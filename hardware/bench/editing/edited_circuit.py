"""What an edited file shows, also with errors in it: its parts where they are, its wires, and the
remarks of the wiring lint.

A type that is not simulated is a grey box with its name, and with the pins that the wires name. A
part with an attribute that makes no sense is drawn as with the defaults; the lint says why.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hardware.bench.diagram import CANVAS, Connection, PartSpec, PinRef, is_step
from hardware.bench.drawing.bench_picture import (
    MARGIN,
    Placed,
    badges,
    caption,
    place_of,
    wire_corners,
)
from hardware.bench.drawing.wires import wire_svg
from hardware.bench.editing.part_catalogue import Drawing, drawing_of, title_of
from hardware.bench.lint.lint import lint_value
from hardware.bench.lint.rule import Finding
from hardware.bench.lint.rules.diagram_file import entries
from hardware.bench.svg.colours import wire_colour
from hardware.bench.svg.elements import Point, rect, text
from hardware.errors import DiagramError

BOX = 96.0, 40.0
"""Least size of the box of a type that is not simulated, in pixels."""
PITCH = 9.6
"""Between two pins of such a box."""


@dataclass(frozen=True)
class EditedWire:
    """A connection of the file."""

    number: int
    ends: tuple[str, str]
    colour: str
    corners: Sequence[Point]
    """None where it is not drawn."""

    @property
    def svg(self) -> str:
        """Its drawing."""
        return wire_svg([*self.corners], wire_colour(self.colour)) if self.corners else ""


class EditedCircuit:
    """The circuit of a file at one moment."""

    def __init__(self, raw: Mapping[str, Any], name: str, folder: Path | None = None) -> None:
        """`raw` is a JSON object with lists of parts and connections, whatever is in them. Custom
        parts are in the folder of its file."""
        self.wires: list[EditedWire] = []
        connections = list(_connections(raw))
        named: dict[str, list[str]] = {}
        for _number, wire in connections:
            for end in (wire.a, wire.b):
                named.setdefault(end.part, []).append(end.pin)
        self.titles: dict[str, str] = {}
        """What each part is, by id; empty when it is not simulated."""
        self.drawings: dict[str, Drawing] = {}
        self.things: dict[str, Placed] = {}
        """By id, in the order of the file; of parts with the same id, the first."""
        for part_id, part_type, item in entries(raw):
            if part_id not in self.things:
                spec = _spec(part_id, part_type, item)
                self.titles[part_id] = title_of(part_type, folder)
                is_known = bool(self.titles[part_id])
                drawn = _drawn(spec, folder) if is_known else _box(spec, named.get(part_id, []))
                self.drawings[part_id] = drawn
                self.things[part_id] = Placed(
                    spec, drawn.size, dict(drawn.pins), drawn.svg, drawn.caption
                )
        for number, wire in connections:
            corners = wire_corners(number, wire, self.things)
            ends = (str(wire.a), str(wire.b))
            self.wires.append(EditedWire(number, ends, wire.colour, corners))
        findings = lint_value(raw, name, folder)
        seen = [found for found in findings if self._is_seen(found)]
        self.findings = [*seen, *(found for found in findings if not self._is_seen(found))]
        """Of the wiring lint. The first ones have a mark in the picture."""
        self.marks = badges([(found, place_of(found, self.things)) for found in seen])

    def _is_seen(self, finding: Finding) -> bool:
        thing = self.things.get(finding.part)
        return thing is not None and not thing.spec.hide

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of everything that is drawn, with a margin."""
        points = [p for thing in self.things.values() for p in thing.corners()]
        points += [p for wire in self.wires for p in wire.corners]
        xs, ys = zip(*(points or [(0.0, 0.0)]), strict=True)
        left, top = min(xs) - MARGIN, min(ys) - MARGIN
        return left, top, max(xs) + MARGIN - left, max(ys) + MARGIN - top

    def captions(self) -> Iterator[tuple[str, str]]:
        """The caption of each part that is drawn, by id."""
        for part_id, thing in self.things.items():
            if not thing.spec.hide:
                yield part_id, caption(thing)


def _connections(raw: Mapping[str, Any]) -> Iterator[tuple[int, Connection]]:
    """The connections that have two pins, with their numbers in the file."""
    for number, item in enumerate(raw["connections"]):
        ends = item[:2] if isinstance(item, list) else []
        if len(ends) == 2 and all(isinstance(end, str) and ":" in end for end in ends):
            a, b = (PinRef(*end.split(":", 1)) for end in ends)
            colour = item[2] if len(item) > 2 and isinstance(item[2], str) else ""
            path = item[3] if len(item) > 3 and isinstance(item[3], list) else []
            if not all(map(is_step, path)) or path.count("*") > 1:
                path = []
            yield number, Connection(a, b, colour, tuple(path))


def _spec(part_id: str, part_type: str, item: Mapping[str, Any]) -> PartSpec:
    left, top, rotate = (_number(item.get(key, 0)) for key in ("left", "top", "rotate"))
    attrs = item.get("attrs", {})
    hide = bool(item.get("hide"))
    return PartSpec(
        part_id, part_type, left, top, rotate, hide, attrs if isinstance(attrs, Mapping) else {}
    )


def _number(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= CANVAS else 0.0  # type: ignore[arg-type]


def _drawn(spec: PartSpec, folder: Path | None) -> Drawing:
    try:
        return drawing_of(spec.id, spec.type, spec.attrs, folder)
    except DiagramError:
        return drawing_of(spec.id, spec.type, spec.attrs, folder, as_run=True)


def _box(spec: PartSpec, named: Sequence[str]) -> Drawing:
    """The drawing of a type that is not simulated."""
    names = list(dict.fromkeys(named))
    width, height = max(BOX[0], 5.2 * len(spec.type) + 16), max(BOX[1], PITCH * (len(names) + 1))
    pins = {name: (0.0, PITCH * (row + 1)) for row, name in enumerate(names)}
    body = rect(0, 0, width, height, "#e3e6ea", 4, stroke="#6e7781", stroke_dasharray="4 3")
    body += text(width / 2, height / 2 + 3, spec.type, 9, "#3a4049", text_anchor="middle")
    return Drawing(body, (width, height), pins, frozenset(), spec.id, {})


def as_text(value: object) -> str:
    """An attribute as the form shows it: text as it is, other values as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
