"""SVG to PNG, for notebooks and feedback pages that must show the same picture everywhere.

resvg (PyPI `resvg-py`) is one wheel without system libraries, and it shapes and orders Arabic.
"""

import io
from functools import cache
from pathlib import Path

import numpy as np
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
    """The picture as PNG, `zoom` pixels for each of the SVG's."""
    files = _fonts()
    # All fonts of a system take 0.3 s to read; those that the pictures ask for take 10 ms.
    picture = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=zoom, skip_system_fonts=bool(files), font_files=list(files) or None
    )
    return bytes(picture)


@cache
def _fonts() -> tuple[str, ...]:
    """The font files of this machine that the pictures ask for; none: let resvg look for any."""
    return tuple(str(FONTS / name) for name in WANTED if (FONTS / name).is_file())


def frame_png(pixels: Pixels) -> bytes:
    """Grey (rows, columns) or RGB (rows, columns, 3) dots as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return file.getvalue()


def dots_of(png: bytes, like: Pixels) -> Pixels:
    """The dots of a PNG file, grey or RGB as `like` is. Raises: ValueError for no picture."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            return np.array(picture.convert("L" if like.ndim == 2 else "RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("no picture") from error
