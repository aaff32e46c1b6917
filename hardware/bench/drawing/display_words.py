"""What a display or a chain of lamps shows, in a few words: its text; the colours of the lamps, by
their numbers in the program; or which part of the dots is lit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from colorsys import rgb_to_hsv
from functools import cache
from itertools import groupby

import numpy as np

from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Words
from hardware.i18n import both

MOST_RUNS = 6
"""With more changes of colour along a chain, only the lamps of each colour are counted."""
MOST_LAMPS = 4096
"""With more dots it is a screen, not a chain of lamps."""
WHITE_SHARE = 0.5
"""A lamp whose weakest colour has this share of the strongest looks white."""
HUES = (
    (15, both("red")),
    (40, both("orange")),
    (70, both("yellow")),
    (165, both("green")),
    (195, both("cyan")),
    (255, both("blue")),
    (315, both("purple")),
    (345, both("pink")),
    (360, both("red")),
)
"""The highest hue (degrees) of each colour."""
WHITE, OFF = both("white"), both("off")
DARK: Words = (both("dark"), {})


def display_words(display: Display) -> Sequence[Words]:
    """The words; empty for a display without text and dots."""
    if text := display.text().strip():
        return [(both("shows: {text}"), {"text": text})]
    pixels = display.pixels()
    if not pixels.any():
        return [DARK]
    if pixels.ndim == 2:
        return [_dots(pixels)]
    is_screen = pixels.shape[0] * pixels.shape[1] > MOST_LAMPS
    return [_dots(pixels.max(axis=2))] if is_screen else list(_colours(pixels))


def _colours(pixels: Pixels) -> Iterator[Words]:
    """Where each colour is along a chain, or else how many lamps have it."""
    names = [_colour(*lamp) for lamp in pixels.reshape(-1, 3).tolist()]
    runs = [(name, len(list(same))) for name, same in groupby(names)]
    if len(pixels) == 1 and 1 < len(runs) <= MOST_RUNS:
        first = 0
        for name, length in runs:
            lamps = _span(first, first + length - 1)
            yield both("{colour} {lamps}"), {"colour": (name, {}), "lamps": lamps}
            first += length
        return
    for name, count in Counter(names).most_common():
        yield both("{count} × {colour}"), {"count": count, "colour": (name, {})}


@cache
def _colour(red: int, green: int, blue: int) -> str:
    """The usual name of a lamp's colour (bytes)."""
    most = max(red, green, blue)
    if not most:
        return OFF
    if min(red, green, blue) >= WHITE_SHARE * most:
        return WHITE
    hue = 360 * rgb_to_hsv(red, green, blue)[0]
    return next(name for limit, name in HUES if hue <= limit)


def _dots(pixels: Pixels) -> Words:
    """How many dots are lit, and between which coordinates, as `framebuf` counts them."""
    rows, columns = np.nonzero(pixels)
    return both("dots lit: {lit}, x {columns}, y {rows}"), {
        "lit": len(rows),
        "columns": _span(columns.min(), columns.max()),
        "rows": _span(rows.min(), rows.max()),
    }


def _span(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}–{last}"
