"""PNG pictures: an SVG as PNG, and the dots of a picture of a display.

Notebooks and feedback pages use PNG because it looks the same everywhere. resvg (PyPI `resvg-py`)
is one wheel without system libraries, and it shapes and orders Arabic text.
"""

import io
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import resvg_py
from PIL import Image, UnidentifiedImageError

from hardware.bench.parts.common.display import Pixels

FONTS = Path("/usr/share/fonts/truetype")
WANTED = (
    "noto/NotoSans-Regular.ttf",
    "noto/NotoSans-Bold.ttf",
    # Not NotoSansArabic: resvg 0.47 finds no glyphs in Debian's file of it and draws boxes.
    "noto/NotoNaskhArabic-Regular.ttf",
    "noto/NotoNaskhArabic-Bold.ttf",
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSans-Bold.ttf",
)


def to_png(svg: str, zoom: float = 2.0) -> bytes:
    """The picture as PNG, with `zoom` pixels for each pixel of the SVG."""
    files = _fonts()
    # To read all fonts of a system takes 0.3 s; the fonts that the pictures use take 10 ms.
    picture = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=zoom, skip_system_fonts=bool(files), font_files=list(files) or None
    )
    return bytes(picture)


@cache
def _fonts() -> tuple[str, ...]:
    """The font files that the pictures use, as far as this machine has them. If it has none, resvg
    searches the system."""
    return tuple(str(FONTS / name) for name in WANTED if (FONTS / name).is_file())


def dots_of(png: bytes, like: Pixels) -> Pixels:
    """The dots of a PNG file, grey or RGB as `like` is. A picture of an LCD may also be as Wokwi
    draws it. Raises: ValueError when the file is not a picture."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            dots = np.array(picture.convert("L" if like.ndim == 2 else "RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("not a picture") from error
    return _lcd_dots(dots, like) if dots.shape in _lcd_sizes(like) else dots


CELL_DOTS = 8, 5
CELL_MM, DOT_MM, SIZE_MM = (5.95, 3.55), (0.7, 0.6), (0.65, 0.55)
"""Rows and columns: the distances of characters and of their dots, and the size of a dot
(wokwi-elements, lcd1602-element.ts)."""
PIXELS_MM = 96 / 25.4
"""A pixel of CSS."""


def _lcd_sizes(like: Pixels) -> list[tuple[int, ...]]:
    """The possible sizes of Wokwi's picture of an LCD with these dots."""
    if like.ndim != 2 or any(n % cell for n, cell in zip(like.shape, CELL_DOTS, strict=True)):
        return []
    counts = [n // cell for n, cell in zip(like.shape, CELL_DOTS, strict=True)]
    high, wide = (int(n * mm * PIXELS_MM) for n, mm in zip(counts, CELL_MM, strict=True))
    return [(high - y, wide - x) for y in range(2) for x in range(3)]


def _lcd_dots(picture: Pixels, like: Pixels) -> Pixels:
    """The dots of an LCD in Wokwi's picture of it: dark where it is darker than the middle."""

    def middles(axis: int) -> npt.NDArray[np.intp]:
        """The pixel in the middle of each dot, along one side."""
        number = np.arange(like.shape[axis])
        cell, dot = np.divmod(number, CELL_DOTS[axis])
        mm = cell * CELL_MM[axis] + dot * DOT_MM[axis] + SIZE_MM[axis] / 2
        return np.asarray(mm * PIXELS_MM, np.intp)

    rows, columns = middles(0), middles(1)
    limit = (int(picture.min()) + int(picture.max())) / 2
    return np.where(picture[np.ix_(rows, columns)] < limit, like.max(initial=255), 0).astype(
        like.dtype
    )
