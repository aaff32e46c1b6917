"""Makes docs/explanation/architecture.svg from the text file in the same folder.

    python tools/architecture_figure.py

A test checks that the drawing is up to date.
"""

import tomllib
from itertools import pairwise
from typing import Any, NamedTuple

from hardware.bench.svg.elements import el, path, rect, text
from hardware.paths import ROOT

SOURCE = ROOT / "docs" / "explanation" / "architecture.toml"
FIGURE = SOURCE.with_suffix(".svg")

PAPER, INK, SOFT = "#ffffff", "#23272e", "#5b6470"
KINDS = {
    "trusted": ("#e8f3ec", "#2f9e55", "trusted: our code"),
    "hostile": ("#fdeceb", "#d93a34", "not trusted"),
    "data": ("#eef1f6", "#868e99", "files"),
}
"""The fill, the border and the legend of each kind of zone."""
LEGEND = (930, 300)
HEAD = 7.0
"""Length of an arrow's head."""

Point = tuple[float, float]


class Box(NamedTuple):
    """A place on the drawing, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def at(self, side: str, share: float) -> Point:
        """A point on a side, at a share of its length from the left or from the top."""
        x, y = self.left + share * self.width, self.top + share * self.height
        return {
            "left": (self.left, y),
            "right": (self.left + self.width, y),
            "top": (x, self.top),
            "bottom": (x, self.top + self.height),
        }[side]


def figure() -> str:
    """The whole drawing."""
    source = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    boxes = {box["id"]: Box(*box["place"]) for box in source["box"]}
    width, height = source["width"], source["height"]
    pieces = [
        rect(0, 0, width, height, PAPER),
        *map(_zone, source["zone"]),
        *map(_box, source["box"]),
        *(_arrow(arrow, boxes) for arrow in source["arrow"]),
        _legend(),
    ]
    return (
        el(
            "svg",
            "\n".join(["", *pieces, ""]),
            xmlns="http://www.w3.org/2000/svg",
            width=width,
            height=height,
            viewBox=f"0 0 {width} {height}",
            direction="ltr",
        )
        + "\n"
    )


def _zone(zone: dict[str, Any]) -> str:
    place = Box(*zone["place"])
    title = text(place.left + 14, place.top + 24, zone["title"], 14, INK, font_weight=700)
    return _area(place, zone["kind"], 10) + title


def _box(box: dict[str, Any]) -> str:
    place = Box(*box["place"])
    middle = place.left + place.width / 2
    y = place.top + place.height / 2 - 7.5 * (len(box["words"]) - 1)
    lines = [text(middle, y - 4, box["title"], 14, INK, text_anchor="middle", font_weight=600)]
    for number, words in enumerate(box["words"]):
        lines.append(text(middle, y + 13 + 15 * number, words, 12, SOFT, text_anchor="middle"))
    return rect(*place, PAPER, 6, stroke="#aeb6c1", stroke_width=1.2) + "".join(lines)


def _arrow(arrow: dict[str, Any], boxes: dict[str, Box]) -> str:
    (start, out), (end, into) = (_end(arrow[key], boxes) for key in ("from", "to"))
    points = _route(start, out, end, into, arrow.get("bend"))
    steps = " L".join(f"{x:g} {y:g}" for x, y in points)
    drawn = path(f"M{steps}", stroke=INK, stroke_width=1.5) + _head(points[-2], points[-1])
    if arrow.get("both"):
        drawn += _head(points[1], points[0])
    return drawn + (_words(arrow["words"], points) if "words" in arrow else "")


def _end(name: str, boxes: dict[str, Box]) -> tuple[Point, bool]:
    """The start or end of an arrow, and whether it is horizontal there."""
    place, _space, share = name.partition(" ")
    box, side = place.split(".")
    return boxes[box].at(side, float(share or 0.5)), side in ("left", "right")


def _route(start: Point, out: bool, end: Point, into: bool, bend: float | None) -> list[Point]:
    """The corners of an arrow of straight pieces."""
    (x1, y1), (x2, y2) = start, end
    if out and into:
        middle = (x1 + x2) / 2 if bend is None else bend
        points = [start, (middle, y1), (middle, y2), end]
    elif not out and not into:
        middle = (y1 + y2) / 2 if bend is None else bend
        points = [start, (x1, middle), (x2, middle), end]
    else:
        points = [start, (x2, y1) if out else (x1, y2), end]
    straight = len({x for x, _y in points}) == 1 or len({y for _x, y in points}) == 1
    return [start, end] if straight else points


def _head(before: Point, tip: Point) -> str:
    """The head of an arrow that comes from `before`."""
    (x0, y0), (x, y) = before, tip
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    back = (x - HEAD * dx, y - HEAD * dy)
    side = (HEAD * 0.6 * dy, HEAD * 0.6 * dx)
    corners = (tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1]))
    return path("M" + " L".join(f"{px:g} {py:g}" for px, py in corners) + " Z", INK)


def _words(words: str, points: list[Point]) -> str:
    """A label next to the longest piece of an arrow."""
    pieces = pairwise(points)
    (x1, y1), (x2, y2) = max(pieces, key=lambda p: abs(p[1][0] - p[0][0]) + abs(p[1][1] - p[0][1]))
    if y1 == y2:
        x, y, anchor = (x1 + x2) / 2, y1 - 6, "middle"
    else:
        x, y, anchor = x1 + 7, (y1 + y2) / 2 + 4, "start"
    rim = text(x, y, words, 12, PAPER, text_anchor=anchor, stroke=PAPER, stroke_width=4)
    return rim + text(x, y, words, 12, INK, text_anchor=anchor)


def _legend() -> str:
    left, top = LEGEND
    lines = []
    for row, (kind, (_fill, _border, words)) in enumerate(KINDS.items()):
        place = Box(left, top + 30 * row, 30, 18)
        lines.append(_area(place, kind, 4) + text(left + 42, place.top + 14, words, 13, INK))
    return "".join(lines)


def _area(place: Box, kind: str, corner: float) -> str:
    fill, border, _words = KINDS[kind]
    dashes = "7 4" if kind == "hostile" else None
    return rect(*place, fill, corner, stroke=border, stroke_width=1.6, stroke_dasharray=dashes)


if __name__ == "__main__":
    FIGURE.write_text(figure(), encoding="utf-8")
