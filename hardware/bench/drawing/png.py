"""PNG pictures: an SVG as PNG, and the dots of a picture of a display.

Notebooks and feedback pages use PNG because it looks the same everywhere. resvg (PyPI `resvg-py`)
is one wheel without system libraries, and it shapes and orders Arabic text.
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
    """The dots of a PNG file, grey or RGB as `like` is. Raises: ValueError when the file is not a
    picture."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            return np.array(picture.convert("L" if like.ndim == 2 else "RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("not a picture") from error
