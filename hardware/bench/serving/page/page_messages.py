"""The messages between the page and the bench, and the page's own texts.

To the page:

- first `{"bench": {title, svg, realtime, boards: [{id, title}],
  parts: [{id, name, key, controls, rows}], pins: [{id, name, x, y, gpio, words}],
  lines, files, remarks: [{level, en, ar}], language, arabic, editor}}`; `arabic` has the Arabic of
  each text of the page, and `editor` is the address of its editor, if there is one; for a real
  board also `real: {plan}`: whether the picture is its wiring plan (else there is none);
- then `{"news": {parts, captions, words, values, pins, board}, "serial": {board: text}, "now_ms",
  "speed"}`: only what has changed (`changes.py`). While the instruments are open, also
  `points` and `transfers` (`live_signals.py`). The page answers each with `{"do": "seen"}`;
- `{"files": {board, folder, entries: [{name, dir, size}]}}` answers a use of a board's files;
  `{board, name, data}` has the content of one (Base64), and `{board, busy}` says that a program
  runs or may run; only where `files` in the first message is true;
- `{"refused": text}`: why an action was not done; `{"closed": true}` at the end of the bench.

From the page: `{"do": "control", part, name, value}`, `{"do": "type", board, text}`,
`{"do": "reset", board}`, `{"do": "speed", value}`, `{"do": "step"}`,
`{"do": "instruments", open}`, `{"do": "lines", pins}` (null: the pins that change),
`{"do": "files", board, verb, name, data}` (`verb`: list, put, get, remove; `data`: Base64),
`{"do": "seen"}`.
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hardware.bench.diagram import PartSpec
from hardware.bench.drawing.live_picture import LivePicture, name_of, plain_arabic, plain_marks
from hardware.bench.parts.common.part import Part
from hardware.bench.serving.live_bench import LiveBench
from hardware.i18n import both, language

MOST_MESSAGE = 1 << 20
"""Bytes of one message from a page: a file that it puts on a board is one message."""
MOST_NAME = 255
"""Characters of a file's path on a board."""
MOST_TYPED = 4096
"""Characters of one input."""
MOST_SPEED = 100
TEXTS = (
    both("Bench"),
    both("The picture of the bench"),
    both("Controls"),
    both("What the bench shows"),
    both("Serial console"),
    both("Serial console of {board}"),
    both("Line for the board"),
    both("Send"),
    both("Stop (Ctrl-C)"),
    both("Restart (Ctrl-D)"),
    both("Reset"),
    both("Reset {board}"),
    both("virtual time: {seconds} s"),
    both("press"),
    both("{part}: press"),
    both("Faults"),
    both("Nothing on this bench can be set."),
    both("A number from {low} to {high}"),
    both("A whole number from {low} to {high}"),
    both("The bench is closed. Open it again: %bench in a notebook, warsha bench in a terminal."),
    both("changes quickly"),
    both("The connection to the bench was lost. It is tried again."),
    both("Pause"),
    both("To the next edge"),
    both("Speed"),
    both("{speed} × real time"),
    both("Pins"),
    both("No pin is set up yet."),
    both("Remarks on the wiring: {count}"),
    both("Error:"),
    both("Warning:"),
    both("Hint:"),
    both("Instruments"),
    both("Levels of the pins"),
    both("The last {seconds} s"),
    both("Seconds shown"),
    both("Choose the pins"),
    both("Those that change"),
    both("Transfers on the buses"),
    both("There has been no transfer yet."),
    both("Plot"),
    both("Print lines like temperature:21.5 to see them here."),
    both("Board"),
    both("The levels are not known yet."),
    both("The wiring plan: what the parts do on the real board is not known here."),
    both("Address"),
    both("State"),
    both("Kind"),
    both("Firmware"),
    both("Chip number"),
    both("Edit the circuit"),
    both("Zoom in"),
    both("Zoom out"),
    both("Earlier"),
    both("Later"),
    both("Live"),
    both("{from} s to {to} s"),
    both("Files"),
    both("Files of {board}"),
    both("Put a file on the board"),
    both("Get"),
    both("Remove"),
    both("Get {name}"),
    both("Remove {name}"),
    both("Really remove {name}?"),
    both("up"),
    both("{size} bytes"),
    both("There are no files here."),
    both("A program runs, or may run. Stop it to use the files."),
    both("Stop it and show the files"),
    both("The file is too large for this page."),
)
"""The texts of the page; its script names them in English."""


@dataclass(frozen=True)
class MoveControl:
    """Move a control of a part."""

    part: str
    name: str
    value: float


@dataclass(frozen=True)
class TypeText:
    """Send text to the serial line of a board."""

    board: str
    text: str


@dataclass(frozen=True)
class ResetBoard:
    """Press the reset button of a board."""

    board: str


@dataclass(frozen=True)
class NewsSeen:
    """The page has shown the last news and can take more."""


@dataclass(frozen=True)
class ShowInstruments:
    """The page has opened its instruments, or closed them."""

    open: bool


@dataclass(frozen=True)
class ChooseLines:
    """Show the lines of these pins (`BOARD:PIN`), also to viewers that come later; None: of those
    that change."""

    pins: tuple[str, ...] | None


@dataclass(frozen=True)
class UseFiles:
    """List a folder of a board; put, get or remove a file."""

    board: str
    verb: Literal["list", "put", "get", "remove"]
    name: str
    """The path on the board."""
    data: bytes = b""
    """What is put."""


@dataclass(frozen=True)
class SetSpeed:
    """Let time pass so fast: virtual seconds in a second; 0 is a pause."""

    value: float


@dataclass(frozen=True)
class StepToEdge:
    """Go on to the next edge, and pause there."""


Action = (
    MoveControl
    | TypeText
    | ResetBoard
    | NewsSeen
    | ShowInstruments
    | ChooseLines
    | UseFiles
    | SetSpeed
    | StepToEdge
)


def parse(message: str | bytes) -> Action:
    """The action that a page asks for. Raises: ValueError for anything else.

    Trust boundary: whoever has the address writes these messages. Here only the form is checked;
    `LiveBench` checks the names and values.
    """
    try:
        match request := json.loads(message):
            case {
                "do": "control",
                "part": str(part),
                "name": str(name),
                "value": float() | int() as value,
            }:
                return MoveControl(part, name, float(value))
            case {"do": "type", "board": str(board), "text": str(text)} if len(text) <= MOST_TYPED:
                return TypeText(board, text)
            case {"do": "reset", "board": str(board)}:
                return ResetBoard(board)
            case {"do": "speed", "value": float() | int() as value} if 0 <= value <= MOST_SPEED:
                return SetSpeed(float(value))
            case {"do": "step"}:
                return StepToEdge()
            case {"do": "files"}:
                return _of_files(request)
            case {"do": str()}:
                return _of_view(request)
    except (RecursionError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError("not an action") from error
    raise ValueError("not an action")


def _of_view(request: Mapping[str, Any]) -> Action:
    """An action that changes only what a viewer sees. Raises: ValueError."""
    match request:
        case {"do": "instruments", "open": bool(shown)}:
            return ShowInstruments(shown)
        case {"do": "lines", "pins": None}:
            return ChooseLines(None)
        case {"do": "lines", "pins": list(pins)} if all(isinstance(p, str) for p in pins):
            return ChooseLines(tuple(pins))
        case {"do": "seen"}:
            return NewsSeen()
    raise ValueError("not an action")


def _of_files(request: Mapping[str, Any]) -> Action:
    """A use of a board's files. Raises: ValueError."""
    match request:
        case {
            "board": str(board),
            "verb": "list" | "put" | "get" | "remove" as verb,
            "name": str(name),
        } if 0 < len(name) <= MOST_NAME:
            data = request.get("data", "")
            if isinstance(data, str):
                return UseFiles(board, verb, name, b64decode(data, validate=True))
    raise ValueError("not an action")


def first_message(
    live: LiveBench,
    picture: LivePicture,
    lines: Sequence[str] | None,
    editor_url: str,
    *,
    files: bool,
) -> Mapping[str, Any]:
    """What a page needs to know once; `lines` as in `ChooseLines`, `editor_url` may be empty;
    `files`: whether it may use the boards' files."""
    shown = [spec for spec in live.diagram.parts if not spec.hide]
    parts = live.circuit.parts
    bench = {
        "title": live.diagram.title,
        "svg": picture.svg,
        "realtime": live.realtime,
        "boards": [{"id": key, "title": kind.title} for key, kind in live.board_types.items()],
        "parts": [_part(spec, parts.get(spec.id)) for spec in shown],
        "pins": picture.board_pins,
        "lines": lines,
        "files": files,
        "remarks": _remarks(picture),
        "editor": editor_url,
        **_texts(),
    }
    return {"bench": bench}


def first_message_of_board(
    title: str, board_id: str, address: str, plan: LivePicture | None, *, files: bool
) -> Mapping[str, Any]:
    """What a page needs to know once of a real board, and of its wiring plan if there is one;
    `files` as in `first_message`."""
    pins = plan.board_pins if plan else []
    bench = {
        "title": title,
        "svg": plan.svg if plan else "",
        "realtime": False,
        "real": {"plan": plan is not None},
        "boards": [{"id": board_id, "title": address}],
        "parts": [],
        "pins": [pin for pin in pins if str(pin["id"]).startswith(f"{board_id}:")],
        "files": files,
        "remarks": _remarks(plan) if plan else [],
        **_texts(),
    }
    return {"bench": bench}


def _remarks(picture: LivePicture) -> list[Mapping[str, str]]:
    return [{"level": f.level, "en": f.en, "ar": plain_marks(f.ar)} for f in picture.remarks]


def _texts() -> Mapping[str, Any]:
    return {
        "language": language(),
        "arabic": {text: plain_arabic(text) for text in TEXTS},
    }


def _part(spec: PartSpec, part: Part | None) -> Mapping[str, Any]:
    controls = part.CONTROLS if part else {}
    return {
        "id": spec.id,
        "name": name_of(spec),
        "key": str(spec.attrs.get("key", "")),
        "controls": [{"name": name, **asdict(control)} for name, control in controls.items()],
        "rows": part.button_rows if part else (),
    }
