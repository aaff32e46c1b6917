"""SVG pieces of displays: the dots of a panel, and digits of seven segments."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hardware.bench.svg.elements import el, path

SHAPES = (
    "2,0 8,0 9,1 8,2 2,2 1,1",
    "10,2 10,8 9,9 8,8 8,2 9,1",
    "10,10 10,16 9,17 8,16 8,10 9,9",
    "8,18 2,18 1,17 2,16 8,16 9,17",
    "0,16 0,10 1,9 2,10 2,16 1,17",
    "0,8 0,2 1,1 2,2 2,8 1,9",
    "2,8 8,8 9,9 8,10 2,10 1,9",
)
"""Segments A to G on a grid of 10 by 18."""
GLYPHS = {
    "": " ",
    "ABCDEF": "0",
    "BC": "1",
    "EF": "1",
    "ABDEG": "2",
    "ABCDG": "3",
    "BCFG": "4",
    "ACDFG": "5",
    "ACDEFG": "6",
    "CDEFG": "b",
    "ABC": "7",
    "ABCF": "7",
    "ABCDEFG": "8",
    "ABCDFG": "9",
    "ABCFG": "9",
    "ABCEFG": "A",
    "ADEF": "C",
    "DEG": "c",
    "BCDEG": "d",
    "ADEFG": "E",
    "AEFG": "F",
    "BCEFG": "H",
    "CEFG": "h",
    "BCDE": "J",
    "DEF": "L",
    "CEG": "n",
    "CDEG": "o",
    "ABEFG": "P",
    "EG": "r",
    "DEFG": "t",
    "BCDEF": "U",
    "CDE": "u",
    "BCDFG": "y",
    "G": "-",
    "D": "_",
    "ABFG": "°",
}
"""Lit segments to the character that a person reads. `S` looks like `5`: the digit is used. The
tables of common drivers draw `6` with its upper bar, and `b` without it."""


def digit_svg(x: float, y: float, scale: float, fills: Sequence[str]) -> str:
    """The segments A to G in these colours, slanted as on real displays."""
    bars = "".join(
        el("polygon", points=points, fill=fill, stroke="#15181c", stroke_width=0.25)
        for points, fill in zip(SHAPES, fills, strict=True)
    )
    place = f"skewX(-8) translate({x:.2f} {y:.2f}) scale({scale:.3f})"
    return el("g", bars, transform=place)


def read_digit(lit: Sequence[bool]) -> str:
    """The character that the lit segments A to G show; `?` if they show none."""
    return GLYPHS.get("".join("ABCDEFG"[n] for n, on in enumerate(lit) if on), "?")


def dots(
    lit: npt.NDArray[np.bool_],
    x: float,
    y: float,
    pitch: tuple[float, float],
    fill: str,
    gap: float = 0.0,
    **more: object,
) -> str:
    """The lit dots of a panel (rows, columns) in one colour, as one path.

    (x, y) is the upper left corner, `pitch` the distance of dots. With a gap each dot is a
    separate square; without one, lit neighbours in a row are one rectangle.
    """
    wide, high = pitch
    drawn = []
    for row, line in enumerate(lit):
        top = y + row * high
        for start, end in _runs(line) if not gap else ((n, n + 1) for n in np.flatnonzero(line)):
            left, width = x + start * wide, (end - start) * wide - gap
            drawn.append(f"M{left:.2f} {top:.2f}h{width:.2f}v{high - gap:.2f}h-{width:.2f}z")
    return path("".join(drawn), fill, **more) if drawn else ""


def _runs(line: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of each run of lit dots in a row."""
    steps = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]
