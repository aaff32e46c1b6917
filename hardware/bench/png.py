"""SVG to PNG, for notebooks and feedback pages that must show the same picture everywhere.

resvg (PyPI `resvg-py`) is one wheel without system libraries, and it shapes and orders Arabic.
"""

from functools import cache
from pathlib import Path

import resvg_py

FONT_FOLDERS = ("/usr/share/fonts/truetype/noto", "/usr/share/fonts/truetype/dejavu")
WANTED = ("NotoSans-Regular", "NotoSans-Bold", "NotoSansArabic-Regular", "NotoSansArabic-Bold",
          "DejaVuSans", "DejaVuSans-Bold")  # fmt: skip


def to_png(svg: str, zoom: float = 2.0) -> bytes:
    """The picture as PNG, `zoom` pixels for each of the SVG's."""
    files = _fonts()
    # All system fonts take 0.3 s to read; those that the pictures ask for take 10 ms.
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            skip_system_fonts=bool(files),
            font_files=list(files) or None,
        )
    )


@cache
def _fonts() -> tuple[str, ...]:
    """The font files of this machine that the pictures ask for; none: let resvg look for any."""
    folders = (Path(folder) for folder in FONT_FOLDERS)
    files = (folder / f"{name}.ttf" for folder in folders for name in WANTED)
    return tuple(str(file) for file in files if file.is_file())
