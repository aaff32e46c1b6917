"""SVG elements as text. They use no ids and no style sheets, because many pictures share one
notebook page.
"""

import re
from functools import cache, lru_cache

FONT = "'Noto Sans','Noto Naskh Arabic','DejaVu Sans',sans-serif"
"""Debian's fonts-noto-core has the first two; the third is on most machines and has Arabic too."""


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML does not allow; the texts of a diagram may have them. (`re` takes ten times
as long for the list of those that it allows.)"""

_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "'": "&#x27;"})
"""As of `html.escape`, whose module loads all entities: a tenth of the start of `warsha lint`."""

Point = tuple[float, float]
"""x and y, in pixels."""


def el(tag: str, inner: str = "", **attributes: object) -> str:
    """An element. `_` in an attribute's name becomes `-`; numbers get at most two decimals."""
    named = "".join(
        f' {_name(name)}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{named}>{inner}</{tag}>" if inner else f"<{tag}{named}/>"


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0, **more: object) -> str:
    """A rectangle with round corners."""
    return el("rect", "", x=x, y=y, width=w, height=h, rx=r or None, fill=fill, **more)


def circle(x: float, y: float, r: float, fill: str, **more: object) -> str:
    """A circle."""
    return el("circle", "", cx=x, cy=y, r=r, fill=fill, **more)


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, **more: object
) -> str:
    """A line with round ends."""
    return el(
        "line",
        "",
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke=stroke,
        stroke_width=width,
        stroke_linecap="round",
        **more,
    )


def path(d: str, fill: str = "none", **more: object) -> str:
    """A path."""
    return el("path", "", d=d, fill=fill, **more)


def text(x: float, y: float, words: str, size: float, fill: str, **more: object) -> str:
    """A line of text in the fonts of the project."""
    more.setdefault("font_family", FONT)
    return el(
        "text", _text(words).translate(_IN_TEXT), x=x, y=y, font_size=size, fill=fill, **more
    )


def mix(a: str, b: str, share: float) -> str:
    """A mix of two colours `#rrggbb`; a share of 0 is the first, 1 the second."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in pairs)


@lru_cache(1024)  # a picture that lives draws the same lamps many times a second
def glow(x: float, y: float, radius: float, colour: str, strength: float) -> str:
    """Light around a lamp: circles that fade outwards. A gradient would need an id."""
    if strength <= 0:
        return ""
    discs = (
        circle(x, y, radius * step / 12, colour, opacity=0.062 * strength) for step in range(3, 13)
    )
    return "".join(discs)


def _attribute(value: object) -> str:
    return _text(value) if isinstance(value, int | float) else _quoted(str(value))


@lru_cache(4096)  # most are colours
def _quoted(text: str) -> str:
    return _text(text).translate(_IN_ATTRIBUTE)


@cache
def _name(keyword: str) -> str:
    return keyword.rstrip("_").replace("_", "-")


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    return _NO_XML.sub("\ufffd", str(value))
