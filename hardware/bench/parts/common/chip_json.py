"""The file `NAME.chip.json` of a custom part, as Wokwi writes it: its name, pins, controls and
display."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hardware.bench.parts.common.part import Control
from hardware.errors import DiagramError
from hardware.i18n import _, at_place

PITCH, EDGE = 9.6, 4.8
LETTER = 4.2
"""The width of a letter of a pin's name, about."""
SCREEN_WIDTH = 134.4
"""A display is drawn with this width."""
MOST_DOTS = 1024
"""Rows or columns of a display."""


@dataclass(frozen=True)
class ChipJson:
    """What the file says, and where the drawing has its pieces."""

    name: str
    pins: tuple[str, ...]
    """Counterclockwise from the upper left corner, as on a chip; empty where there is none."""
    controls: Mapping[str, Control]
    dots: tuple[int, int] = (0, 0)
    """Rows and columns of its display."""

    @property
    def _rows(self) -> int:
        return (len(self.pins) + 1) // 2

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height of the drawing."""
        names = 2 * LETTER * max(map(len, self.pins)) + 48
        wide = max(names, LETTER * len(self.name) + 12, SCREEN_WIDTH + PITCH if self.top else 0)
        return round(wide, 1), round(self.top + PITCH * (self._rows + 1), 1)

    @property
    def top(self) -> float:
        """The height of the display above the pins."""
        rows, columns = self.dots
        return SCREEN_WIDTH * rows / columns + PITCH if rows else 0.0

    @property
    def screen(self) -> tuple[float, float, float, float]:
        """Left, top, width, height of the display."""
        return (self.size[0] - SCREEN_WIDTH) / 2, EDGE, SCREEN_WIDTH, self.top - PITCH

    @property
    def places(self) -> dict[str, tuple[float, float]]:
        """The positions of the pins."""
        (wide, _high), found = self.size, {}
        for number, name in enumerate(self.pins):
            left = number < self._rows
            row = number if left else 2 * self._rows - 1 - number
            if name:
                found[name] = (EDGE if left else wide - EDGE, self.top + 1.5 * PITCH + PITCH * row)
        return found


def read(file: Path) -> ChipJson:
    """Read the file. Raises: DiagramError."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        place = f"{file}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else file
        raise DiagramError(at_place(place, _("not JSON")), _("Correct that line.")) from error
    try:
        return _chip(raw)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = at_place(file, _("not the description of a part: {why}").format(why=error))
        cure = _('Write "name", "pins", and if you want "controls" and "display", as Wokwi does.')
        raise DiagramError(what, cure) from error


def _chip(raw: Any) -> ChipJson:
    if not isinstance(raw["pins"], list):
        raise TypeError("pins")
    pins = tuple(map(_text, raw["pins"]))
    named = [pin for pin in pins if pin]
    if not named or len(set(named)) < len(named):
        raise ValueError("pins")
    display = raw.get("display") or {"width": 0, "height": 0}
    dots = display["height"], display["width"]
    is_good = all(type(n) is int and 0 <= n <= MOST_DOTS for n in dots)
    if not is_good or bool(dots[0]) != bool(dots[1]):
        raise ValueError("display")
    controls = {_text(one["id"]): _control(one) for one in raw.get("controls") or ()}
    return ChipJson(_text(raw["name"]), pins, controls, dots)


def _control(raw: Mapping[str, Any]) -> Control:
    low, high, step = float(raw["min"]), float(raw["max"]), float(raw.get("step", 1))
    if not (low < high and all(map(math.isfinite, (low, high, step)))):
        raise ValueError("controls")
    return Control(low, high, whole=all(n == int(n) for n in (low, high, step)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(repr(value))
    return value
