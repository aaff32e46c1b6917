"""SVG to PNG, for notebooks and feedback pages that must show the same picture everywhere.

resvg (PyPI `resvg-py`) is one wheel without system libraries, and it shapes and orders Arabic.
"""

from functools import cache
from pathlib import Path

import resvg_py

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
