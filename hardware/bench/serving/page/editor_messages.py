"""The messages between the editor's page and the editor, and the page's own texts.

To the page:

- first `{"editor": {title, palette: [{group, parts: [{type, title, svg, width, height}]}],
  colours, can_run, language, arabic}}`; groups and titles are `{en, ar}`, and `arabic` has the
  Arabic of each text of the page;
- then, and after each change, `{"circuit": {parts: [{id, type, title, left, top, rotate, hide,
  width, height, svg, caption, pins: [{name, x, y}], attributes}], wires: [{number, ends, colour,
  corners, svg}], marks, remarks: [{level, part, en, ar}], frame, unsaved, is_new, notice,
  can_undo, can_redo, bench}}`: all of it. Drawings and pins of parts are in their own frames, in
  pixels; everything else is on the canvas. `bench` is the address of the running bench. With
  `is_new` there is no file yet, and `notice` says what saving will do, if there is more to say;
- `{"selected": [id]}`: the parts that the last edit of this page has made;
- `{"refused": text}`: why an action was not done; with `"conflict": true` the file has changed on
  the disk, and the page asks;
- `{"starts": true}`: the bench that was asked for will start; `{"runs": address}`: it runs there;
- `{"closed": true}` at the end.

From the page: `{"do": NAME, ...}` with the names and fields of `parse`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hardware.bench import parts
from hardware.bench.diagram import CANVAS
from hardware.bench.drawing.live_picture import plain_arabic, plain_marks
from hardware.bench.editing.diagram_editor import DiagramEditor
from hardware.bench.editing.edited_circuit import EditedCircuit, as_text
from hardware.bench.editing.edits import (
    AddPart,
    AddWire,
    BendWire,
    CopyParts,
    HidePart,
    MovePart,
    NudgeParts,
    PaintWire,
    RemoveParts,
    RemoveWire,
    RenamePart,
    RouteWire,
    SetAttribute,
    TurnPart,
)
from hardware.bench.editing.part_catalogue import (
    GROUPS,
    Drawing,
    drawing_of,
    entries,
)
from hardware.bench.svg.colours import WIRES, wire_colour
from hardware.bench.svg.elements import Point
from hardware.i18n import both, language

MOST_TEXT = 20_000
"""Characters of one text that is typed."""
MOST_CORNERS = 500
"""Of a wire."""
TEXTS = (
    both("Circuit editor"),
    both("The picture of the circuit"),
    both("Parts to add"),
    both("Search"),
    both("Nothing is found."),
    both("Add: {title}"),
    both("Undo"),
    both("Redo"),
    both("Save"),
    both("Save as {file}"),
    both("Save and run"),
    both("The bench starts again."),
    both("The bench starts again as soon as no cell runs."),
    both("Open the bench"),
    both("All changes are saved."),
    both("There are changes that are not saved."),
    both("There is no file yet."),
    both("Overwrite the file"),
    both("Read the file again"),
    both("Part"),
    both("Choose a part or a wire in the picture or in the lists."),
    both("Choose several"),
    both("Parts that are chosen: {count}"),
    both("Piece {number} of {count} of the wire {wire}; the arrow keys move it"),
    both("Name (id)"),
    both("Left"),
    both("Top"),
    both("Turned by"),
    both("Turn"),
    both("Duplicate"),
    both("Remove"),
    both("Hidden: it acts, but is not drawn"),
    both("from {low} to {high}"),
    both("at least {low}"),
    both("without a value: {value}"),
    both("may be empty"),
    both("not known here; it is kept"),
    both("This part is not simulated here; it is kept as it is."),
    both("Wire"),
    both("Colour"),
    both("not drawn"),
    both("Find its way again"),
    both("New wire"),
    both("From"),
    both("To"),
    both("Connect"),
    both("Parts"),
    both("Wires"),
    both("hidden"),
    both("From {pin}: choose the other pin. Escape ends it."),
    both("Remarks on the wiring: {count}"),
    both("Error:"),
    both("Warning:"),
    both("Hint:"),
    both("The connection to the editor was lost. It is tried again."),
    both("The editor is closed."),
    both("Keys"),
    both("Arrow keys move the chosen parts by a step of the grid, with Shift by a pixel."),
    both("Shift-click or Shift-Enter chooses several parts; so does a box around them."),
    both("R turns a part; Delete removes, and Ctrl-D duplicates, all that are chosen."),
    both("The pieces of a chosen wire have handles: drag them, or use the arrow keys."),
    both("Ctrl-Z undoes, Ctrl-Y makes it again, Ctrl-S saves."),
)
"""The texts of the page; its script names them in English."""


@dataclass(frozen=True)
class UndoEdit:
    """Take the last edit back."""


@dataclass(frozen=True)
class RedoEdit:
    """Make the edit again that was undone last."""


@dataclass(frozen=True)
class SaveDiagram:
    """Write the file, also over changes of another program."""

    overwrite: bool


@dataclass(frozen=True)
class ReadDiagram:
    """Take what is in the file now."""


@dataclass(frozen=True)
class RunDiagram:
    """Save, and start the bench with this circuit."""


EditorAction = (
    AddPart
    | MovePart
    | NudgeParts
    | TurnPart
    | HidePart
    | SetAttribute
    | RenamePart
    | CopyParts
    | RemoveParts
    | AddWire
    | PaintWire
    | BendWire
    | RouteWire
    | RemoveWire
    | UndoEdit
    | RedoEdit
    | SaveDiagram
    | ReadDiagram
    | RunDiagram
)


def parse(message: str | bytes) -> EditorAction:
    """The action that a page asks for. Raises: ValueError for anything else.

    Trust boundary: whoever has the address writes these messages. Here only the form is checked;
    the edits check the names and values.
    """
    try:
        asked = json.loads(message)
        json.dumps(asked, ensure_ascii=False).encode()  # no half of a character gets into a file
        if (action := _action(asked)) is not None:
            return action
    except (RecursionError, OverflowError, UnicodeError) as error:
        raise ValueError("not an action") from error
    raise ValueError("not an action")


def _action(asked: object) -> EditorAction | None:
    match asked:
        case {"do": "add", "type": str(kind), "left": left, "top": top}:
            return AddPart(kind, _number(left), _number(top))
        case {"do": "move", "part": str(part), "left": left, "top": top}:
            return MovePart(part, _number(left), _number(top))
        case {"do": "nudge", "parts": list(parts), "right": right, "down": down}:
            return NudgeParts(_names(parts), _number(right), _number(down))
        case {"do": "turn", "part": str(part), "degrees": degrees}:
            return TurnPart(part, _number(degrees))
        case {"do": "hide", "part": str(part), "hide": bool(hide)}:
            return HidePart(part, hide)
        case {"do": "attribute", "part": str(part), "name": str(name), "value": str(value)}:
            return SetAttribute(part, _short(name), _short(value))
        case {"do": "rename", "part": str(part), "id": str(new_id)}:
            return RenamePart(part, _short(new_id))
        case {"do": "copy", "parts": list(parts)}:
            return CopyParts(_names(parts))
        case {"do": "remove", "parts": list(parts)}:
            return RemoveParts(_names(parts))
    return _wire_action(asked) or _file_action(asked)


def _wire_action(asked: object) -> EditorAction | None:
    match asked:
        case {"wire": bool()}:
            return None
        case {"do": "wire", "a": str(a), "b": str(b)} if ":" in a and ":" in b:
            return AddWire(_short(a), _short(b))
        case {"do": "paint", "wire": int(wire), "ends": [str(a), str(b)], "colour": str(colour)}:
            return PaintWire(wire, (a, b), _short(colour))
        case {
            "do": "bend",
            "wire": int(wire),
            "ends": [str(a), str(b)],
            "corners": list(corners),
        } if 2 <= len(corners) <= MOST_CORNERS:
            return BendWire(wire, (a, b), tuple(map(_point, corners)))
        case {"do": "route", "wire": int(wire), "ends": [str(a), str(b)]}:
            return RouteWire(wire, (a, b))
        case {"do": "unwire", "wire": int(wire), "ends": [str(a), str(b)]}:
            return RemoveWire(wire, (a, b))
    return None


def _file_action(asked: object) -> EditorAction | None:
    match asked:
        case {"do": "undo"}:
            return UndoEdit()
        case {"do": "redo"}:
            return RedoEdit()
        case {"do": "save", "overwrite": bool(overwrite)}:
            return SaveDiagram(overwrite)
        case {"do": "read"}:
            return ReadDiagram()
        case {"do": "run"}:
            return RunDiagram()
    return None


def _number(value: object) -> float:
    """A coordinate or an angle. Raises: ValueError."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) <= CANVAS:  # type: ignore[arg-type]
        raise ValueError("not a number of pixels")
    return float(value)  # type: ignore[arg-type]


def _point(value: object) -> Point:
    """A place on the canvas. Raises: ValueError."""
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("not a point")
    return _number(value[0]), _number(value[1])


def _names(parts: list[object]) -> tuple[str, ...]:
    """The ids of some parts, each once. Raises: ValueError."""
    if not parts or not all(isinstance(part, str) for part in parts):
        raise ValueError("not a list of parts")
    return tuple(dict.fromkeys(map(str, parts)))


def _short(text: str) -> str:
    """Raises: ValueError for a text that is too long."""
    if len(text) > MOST_TEXT:
        raise ValueError("too long")
    return text


def first_message(title: str, *, can_run: bool) -> Mapping[str, Any]:
    """What a page needs to know once."""
    palette: dict[str, list[Mapping[str, Any]]] = {group: [] for group in GROUPS}
    for entry in entries():
        drawn = drawing_of("part", entry.type, {})
        width, height = drawn.size
        palette[entry.group].append(
            {
                "type": entry.type,
                "title": _in_both(entry.title),
                "svg": drawn.svg,
                "width": width,
                "height": height,
            }
        )
    editor = {
        "title": title,
        "palette": [
            {"group": _in_both(GROUPS[group]), "parts": listed}
            for group, listed in palette.items()
        ],
        "colours": {name: wire_colour(name) for name in WIRES},
        "can_run": can_run,
        "language": language(),
        "arabic": {text: plain_arabic(text) for text in TEXTS},
    }
    return {"editor": editor}


def circuit_message(editor: DiagramEditor, bench_url: str, notice: str) -> Mapping[str, Any]:
    """The circuit as it is now; `notice` as in `EditorDesk`."""
    circuit = EditedCircuit(editor.raw, editor.name, editor.file.parent)
    captions = dict(circuit.captions())
    shown = {
        "parts": [
            _part(circuit, part_id, captions.get(part_id, "")) for part_id in circuit.things
        ],
        "wires": [{**asdict(wire), "svg": wire.svg} for wire in circuit.wires],
        "marks": circuit.marks,
        "remarks": [
            {"level": f.level, "part": f.part, "en": f.en, "ar": plain_marks(f.ar)}
            for f in circuit.findings
        ],
        "frame": circuit.frame,
        "unsaved": editor.unsaved,
        "is_new": editor.is_new,
        "notice": _in_both(notice, file=editor.name) if notice and editor.is_new else None,
        "can_undo": editor.can_undo,
        "can_redo": editor.can_redo,
        "bench": bench_url,
    }
    return {"circuit": shown}


def _part(circuit: EditedCircuit, part_id: str, caption: str) -> Mapping[str, Any]:
    thing, drawn = circuit.things[part_id], circuit.drawings[part_id]
    spec, (width, height) = thing.spec, thing.size
    title = circuit.titles[part_id]
    return {
        "id": part_id,
        "type": spec.type,
        "title": _in_both(title) if title else None,
        "left": spec.left,
        "top": spec.top,
        "rotate": spec.rotate,
        "hide": spec.hide,
        "width": width,
        "height": height,
        "svg": drawn.svg,
        "caption": caption,
        "pins": [
            {"name": name, "x": x, "y": y}
            for name, (x, y) in drawn.pins.items()
            if name not in drawn.hidden
        ],
        "attributes": [*_attributes(spec.type, spec.attrs, drawn)],
    }


def _attributes(
    part_type: str, given: Mapping[str, Any], drawn: Drawing
) -> list[Mapping[str, Any]]:
    """The attributes that the part knows, then those that only the file has."""
    kind = parts.find(part_type)
    known = kind.ATTRS if kind else {}
    listed: list[Mapping[str, Any]] = []
    for name in [*known, *(name for name in given if name not in known)]:
        field = {
            "name": name,
            "value": as_text(given[name]) if name in given else "",
            "default": known.get(name, ""),
            "known": name in known,
        }
        accepted = drawn.accepted.get(name)
        listed.append(field | (asdict(accepted) if accepted else {}))
    return listed


def _in_both(message: str, **fields: str) -> dict[str, str]:
    return {"en": message.format(**fields), "ar": plain_arabic(message).format(**fields)}
