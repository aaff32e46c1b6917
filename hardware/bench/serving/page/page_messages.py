"""The messages between the page and the bench, and the page's own texts.

To the page:

- first `{"bench": {title, svg, realtime, boards: [{id, title}],
  parts: [{id, name, key, controls}], pins: [{id, name, x, y, words}],
  remarks: [{level, en, ar}], language, arabic}}`; `arabic` has the Arabic of each text of the
  page;
- then `{"news": {parts, captions, words, values, pins}, "serial": {board: text}, "now_ms",
  "speed"}`: only what has changed (`live_picture.py`). While the instruments are open, also
  `points` and `transfers` (`live_signals.py`). The page answers each with `{"do": "seen"}`;
- `{"refused": text}`: why an action was not done; `{"closed": true}` at the end of the bench.

From the page: `{"do": "control", part, name, value}`, `{"do": "type", board, text}`,
`{"do": "reset", board}`, `{"do": "speed", value}`, `{"do": "step"}`,
`{"do": "instruments", open}`, `{"do": "seen"}`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hardware.bench.diagram import PartSpec
from hardware.bench.drawing.live_picture import LivePicture, plain_arabic, plain_marks
from hardware.bench.parts.common.part import Part
from hardware.bench.serving.live_bench import LiveBench
from hardware.i18n import both, language

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
    both("Faults"),
    both("Nothing on this bench can be set."),
    both("The bench is closed."),
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
    both("Transfers on I2C and SPI"),
    both("There has been no transfer yet."),
    both("Plot"),
    both("Print lines like temperature:21.5 to see them here."),
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
class SetSpeed:
    """Let time pass so fast: virtual seconds in a second; 0 is a pause."""

    value: float


@dataclass(frozen=True)
class StepToEdge:
    """Go on to the next edge, and pause there."""


Action = MoveControl | TypeText | ResetBoard | NewsSeen | ShowInstruments | SetSpeed | StepToEdge


def parse(message: str | bytes) -> Action:
    """The action that a page asks for. Raises: ValueError for anything else.

    Trust boundary: whoever has the address writes these messages. Here only the form is checked;
    `LiveBench` checks the names and values.
    """
    try:
        match json.loads(message):
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
            case {"do": "instruments", "open": bool(shown)}:
                return ShowInstruments(shown)
            case {"do": "seen"}:
                return NewsSeen()
    except (RecursionError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError("not an action") from error
    raise ValueError("not an action")


def first_message(live: LiveBench, picture: LivePicture) -> Mapping[str, Any]:
    """What a page needs to know once."""
    shown = [spec for spec in live.diagram.parts if not spec.hide]
    parts = live.circuit.parts
    bench = {
        "title": live.diagram.name,
        "svg": picture.svg,
        "realtime": live.realtime,
        "boards": [{"id": key, "title": kind.title} for key, kind in live.board_types.items()],
        "parts": [_part(spec, parts.get(spec.id)) for spec in shown],
        "pins": picture.board_pins,
        "remarks": [
            {"level": f.level, "en": f.en, "ar": plain_marks(f.ar)} for f in picture.remarks
        ],
        "language": language(),
        "arabic": {text: plain_arabic(text) for text in TEXTS},
    }
    return {"bench": bench}


def _part(spec: PartSpec, part: Part | None) -> Mapping[str, Any]:
    controls = part.CONTROLS if part else {}
    return {
        "id": spec.id,
        "name": str(spec.attrs.get("label") or spec.id),
        "key": str(spec.attrs.get("key", "")),
        "controls": [{"name": name, **asdict(control)} for name, control in controls.items()],
    }
