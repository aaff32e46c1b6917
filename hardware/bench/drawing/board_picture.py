"""A board, drawn from its TOML file: the PCB, the pin headers with their names, and the shapes."""

from collections.abc import Callable

from hardware.bench.svg.elements import FONT, circle, el, glow, line, mix, path, rect, text
from hardware.boards import BoardPin, BoardType, Shape

PX_PER_MM = 96 / 25.4
SILVER, DARK = "#c3c9d1", "#15181c"


def board_svg(board: BoardType, powered: bool, led: float) -> str:
    """The board in its own frame, in pixels; `led` is the brightness of its own LED (0 to 1)."""
    width, height = board_size(board)
    parts = [
        rect(0, 0, width, height, board.pcb, 7, stroke=mix(board.pcb, "#000000", 0.4)),
        *(_strip(board, x) for x in sorted({p.x_mm for p in _shown(board) if not p.in_row})),
        *(_strip_across(board, y) for y in sorted({p.y_mm for p in _shown(board) if p.in_row})),
        *(PAINT[shape.kind](_scaled(shape), powered, led) for shape in board.shapes),
        *(_pin(board, pin) for pin in _shown(board)),
    ]
    return "".join(parts)


def board_size(board: BoardType) -> tuple[float, float]:
    """Width and height in pixels."""
    return board.width_mm * PX_PER_MM, board.height_mm * PX_PER_MM


def board_pin(board: BoardType, pin: str) -> tuple[float, float]:
    """The position of a pin, in pixels."""
    place = board.pins[pin]
    return place.x_mm * PX_PER_MM, place.y_mm * PX_PER_MM


def _shown(board: BoardType) -> list[BoardPin]:
    return [pin for pin in board.pins.values() if not pin.hidden]


def _scaled(shape: Shape) -> Shape:
    x, y, w, h = (value * PX_PER_MM for value in (shape.x, shape.y, shape.w, shape.h))
    return Shape(shape.kind, x, y, w, h, shape.text)


def _strip(board: BoardType, x_mm: float) -> str:
    """The black plastic of a pin header."""
    ys = [pin.y_mm * PX_PER_MM for pin in _shown(board) if pin.x_mm == x_mm]
    x = x_mm * PX_PER_MM
    return rect(x - 4.4, min(ys) - 4.8, 8.8, max(ys) - min(ys) + 9.6, DARK, 1)


def _strip_across(board: BoardType, y_mm: float) -> str:
    xs = [pin.x_mm * PX_PER_MM for pin in _shown(board) if pin.y_mm == y_mm]
    y = y_mm * PX_PER_MM
    return rect(min(xs) - 4.8, y - 4.4, max(xs) - min(xs) + 9.6, 8.8, DARK, 1)


def _pin(board: BoardType, pin: BoardPin) -> str:
    """A gold pin and its name next to it, towards the middle of the board; turned in a row. A name
    is behind those of the pins that are nearer to the middle."""
    x, y = board_pin(board, pin.name)
    width, height = board_size(board)
    first = y > height / 2 if pin.in_row else x < width / 2
    away = 7.5
    for other in _shown(board):
        inner = (other.x_mm - pin.x_mm) * PX_PER_MM * (1 if first else -1)
        if not pin.in_row and other.y_mm == pin.y_mm and 0 < inner < width / 4:
            away = inner + 10.5 + 4.2 * len(_printed(other))
    name = text(
        away if first else -away,
        2.1,
        _printed(pin),
        5.8,
        board.ink,
        text_anchor="start" if first else "end",
        font_weight=600,
    )
    turn = " rotate(-90)" if pin.in_row else ""
    name = el("g", name, transform=f"translate({x:.2f} {y:.2f}){turn}")
    return rect(x - 2, y - 2, 4, 4, "#e2b93b", 0.8) + name


def _printed(pin: BoardPin) -> str:
    """The name on the board: pins with the same one have a number more, and a pin may also be
    called by what it is used for: `9(MISO)`."""
    return pin.name.partition(".")[0].partition("(")[0]


def _antenna(shape: Shape, powered: bool, led: float) -> str:
    step = shape.w / 6
    bottom, top = shape.y + shape.h - 3, shape.y + 4
    zigzag = f"M{shape.x + 4} {bottom}" + "".join(
        f"V{top} h{step / 2 - 0.7} V{bottom - 4} h{step / 2 - 0.7}" for _ in range(6)
    )
    return rect(shape.x, shape.y, shape.w, shape.h, "#2a2f36", 1.5) + path(
        zigzag, stroke="#b8995a", stroke_width=1.5
    )


def _shield(shape: Shape, powered: bool, led: float) -> str:
    middle = shape.x + shape.w / 2
    return (
        rect(shape.x, shape.y, shape.w, shape.h, SILVER, 2, stroke="#8d949e", stroke_width=0.8)
        + rect(shape.x + 3, shape.y + 3, shape.w - 6, shape.h - 6, "#d3d8de", 2)
        + text(
            middle,
            shape.y + shape.h / 2 + 2,
            shape.text,
            6.2,
            "#59606b",
            text_anchor="middle",
            font_weight=700,
        )
    )


def _chip(shape: Shape, powered: bool, led: float) -> str:
    label = text(
        shape.x + shape.w / 2,
        shape.y + shape.h / 2 + 2,
        shape.text,
        5,
        "#aab1bb",
        text_anchor="middle",
    )
    return (
        rect(
            shape.x, shape.y, shape.w, shape.h, "#23272d", 1.2, stroke="#0b0d0f", stroke_width=0.6
        )
        + circle(shape.x + 3, shape.y + 3, 1, "#59606b")
        + (label if shape.text else "")
    )


def _button(shape: Shape, powered: bool, led: float) -> str:
    x, y = shape.x + shape.w / 2, shape.y + shape.h / 2
    return (
        rect(shape.x, shape.y, shape.w, shape.h, SILVER, 1.5)
        + circle(x, y, min(shape.w, shape.h) * 0.3, "#3a4049")
        + text(x, shape.y - 2, shape.text, 4.6, "#c3c9d1", text_anchor="middle", font_family=FONT)
    )


def _usb(shape: Shape, powered: bool, led: float) -> str:
    return (
        rect(shape.x, shape.y, shape.w, shape.h, SILVER, 2, stroke="#8d949e", stroke_width=0.8)
        + line(shape.x + 6, shape.y + 5, shape.x + 6, shape.y + shape.h - 5, "#8d949e", 1.6)
        + line(
            shape.x + shape.w - 6,
            shape.y + 5,
            shape.x + shape.w - 6,
            shape.y + shape.h - 5,
            "#8d949e",
            1.6,
        )
    )


def _lamp(shape: Shape, colour: str, lit: float) -> str:
    x, y = shape.x + shape.w / 2, shape.y + shape.h / 2
    body = rect(shape.x, shape.y, shape.w, shape.h, mix("#d6dbe2", colour, lit), 0.8)
    return glow(x, y, 14, colour, lit) + body


def _power(shape: Shape, powered: bool, led: float) -> str:
    return _lamp(shape, "#ff3b30", 0.9 if powered else 0.0)


def _led(shape: Shape, powered: bool, led: float) -> str:
    return _lamp(shape, "#30d158", led)


def _label(shape: Shape, powered: bool, led: float) -> str:
    """Text printed on the board, centred in a box; it is vertical in a box that is taller than
    wide."""
    x, y = shape.x + shape.w / 2, shape.y + shape.h / 2
    turn = " rotate(-90)" if shape.h > shape.w else ""
    words = text(0, 2, shape.text, 6, "#ffffff", text_anchor="middle", opacity=0.7)
    return el("g", words, transform=f"translate({x:.1f} {y:.1f}){turn}")


PAINT: dict[str, Callable[[Shape, bool, float], str]] = {
    "antenna": _antenna,
    "shield": _shield,
    "chip": _chip,
    "button": _button,
    "usb": _usb,
    "power": _power,
    "led": _led,
    "label": _label,
}
"""The function that draws each `kind` of shape in a board's file."""
