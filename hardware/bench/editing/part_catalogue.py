"""What the editor knows of each part type: its group and title, its drawing with its pins, and
what its attributes may be.

A part is drawn, and its attributes are checked, by the bench itself: in a circuit that has nothing
but this part and a board.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from hardware import boards
from hardware.bench import parts
from hardware.bench.circuit import tolerant
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import parse
from hardware.bench.drawing.bench_picture import place
from hardware.bench.parts.common.part import CUSTOM, Accepted
from hardware.bench.svg.elements import Point
from hardware.errors import DiagramError
from hardware.i18n import both

GROUPS = {
    "boards": both("Boards"),
    "wiring": both("Resistors and wiring"),
    "lights": both("Lights"),
    "inputs": both("Buttons and knobs"),
    "sensors": both("Sensors"),
    "displays": both("Displays"),
    "actuators": both("Motors, relays and sound"),
    "logic": both("Logic"),
    "modules": both("Modules"),
}
"""The groups of the palette, in its order."""
BOARD = "board-esp32-devkit-c-v4"
"""A circuit needs a board; that of a single part has this one."""
AT_FIRST: Mapping[str, Mapping[str, str]] = {
    "wokwi-resistor": {"value": "220"},
    "wokwi-text": {"text": "text"},
}
"""Attributes of new parts: a resistor for an LED, a text that can be seen."""


@dataclass(frozen=True)
class PaletteEntry:
    """A part type that can be added."""

    type: str
    title: str
    group: str


@dataclass(frozen=True)
class Drawing:
    """A part on its own, in its own frame."""

    svg: str
    size: tuple[float, float]
    pins: Mapping[str, Point]
    hidden: frozenset[str]
    """Pins inside a board."""
    caption: str
    accepted: Mapping[str, Accepted]
    """What its attributes may be, as far as they are checked."""


def entries() -> Iterator[PaletteEntry]:
    """Every part type of the bench, by group."""
    for name in boards.names():
        board = boards.load(name)
        yield PaletteEntry(board.diagram_types[0], board.title, "boards")
    found = [(parts.find(part_type), part_type) for part_type in parts.types()]
    for group in GROUPS:
        for kind, part_type in found:
            if kind and group == kind.GROUP:
                yield PaletteEntry(part_type, kind.TITLE or part_type, group)


def title_of(part_type: str, folder: Path | None = None) -> str:
    """What a part is: a message, the name of a board, or that of a custom part in the folder of
    its circuit; empty when it is not simulated."""
    if board := boards.for_diagram(part_type):
        return board.title
    try:
        kind = parts.find(part_type, folder)
    except DiagramError:
        return ""
    return kind.TITLE or part_type if kind else ""


def drawing_of(
    part_id: str,
    part_type: str,
    attrs: Mapping[str, Any],
    folder: Path | None = None,
    *,
    as_run: bool = False,
) -> Drawing:
    """A part with these attributes. Raises: DiagramError when it is not simulated, or an attribute
    makes no sense; with `as_run`, such an attribute is taken as a bench takes it."""
    is_custom = folder is not None and part_type.startswith(CUSTOM)
    draw = _draw if is_custom else _drawing  # the files of a custom part can change
    return draw(part_id, part_type, json.dumps(attrs), folder, as_run)


@lru_cache(2048)
def _drawing(
    part_id: str, part_type: str, attrs: str, folder: Path | None, as_run: bool
) -> Drawing:
    return _draw(part_id, part_type, attrs, folder, as_run)


def _draw(part_id: str, part_type: str, attrs: str, folder: Path | None, as_run: bool) -> Drawing:
    listed = [{"type": part_type, "id": part_id, "attrs": json.loads(attrs)}]
    if boards.for_diagram(part_type) is None:
        listed.append({"type": BOARD, "id": f"{part_id}'s board"})
    raw = {"version": 1, "parts": listed, "connections": []}
    if as_run:
        path = (folder or Path()) / part_id
        diagram = tolerant.parse(raw, path, own_parts=folder is not None)
    else:
        diagram = parse(raw, part_id)
    diagram = replace(diagram, folder=folder)
    circuit = Circuit(diagram)
    circuit.start(StillWorld())
    drawn = place(circuit, diagram.parts[0])
    part = circuit.parts.get(part_id)
    accepted = dict(part.accepted) if part else {}
    board = circuit.netlist.boards.get(part_id)
    hidden = {pin.name for pin in board.pins.values() if pin.hidden} if board else set()
    return Drawing(drawn.body, drawn.size, drawn.pins, frozenset(hidden), drawn.caption, accepted)
