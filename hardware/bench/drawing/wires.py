"""The route of a wire on the canvas, from the path steps of a diagram (Wokwi's format).

The steps before `*` start at the first pin. The steps after it start at the second pin, in reverse
order. One horizontal and one vertical line join the two ends that are left. A wire without steps
leaves both pins straight, away from their parts.
"""

from collections.abc import Sequence
from itertools import pairwise

from hardware.bench.diagram import MARK
from hardware.bench.svg.elements import Point, mix, path

Direction = tuple[int, int]
BEND = 4.5
"""Radius of a wire's corners, in pixels."""


def route(
    start: Point,
    end: Point,
    steps: tuple[str, ...],
    outward: tuple[Direction, Direction],
    stub: float,
) -> list[Point]:
    """The corners of a wire; `outward` has the directions that lead away from the two parts."""
    steps = tuple(step for step in steps if not step.startswith(MARK))
    cut = steps.index("*") if "*" in steps else len(steps)
    first, last = list(steps[:cut]), list(reversed(steps[cut + 1 :]))
    if not any(_length(step) for step in (*first, *last)):
        first, last = [_stub(outward[0], stub)], [_stub(outward[1], stub)]
    a, b = _walk(start, first), _walk(end, last)
    return _clean([*a, *_corner(a, b), *reversed(b)])


def steps_of(corners: Sequence[Point]) -> list[str]:
    """The path steps of a wire that `route` leads over these corners. The longest piece has no
    step: it joins the two ends, also when a part is moved later.

    Raises: ValueError when a piece is not horizontal or vertical, or there is none.
    """
    points = _clean([(round(x, 2), round(y, 2)) for x, y in corners])
    pieces = list(pairwise(points))
    steps = [_step(a, b) for a, b in pieces]
    if len(pieces) == 1:
        return steps
    lengths = [abs(_length(step)) for step in steps]
    joint = lengths.index(max(lengths))
    back = [_step(b, a) for a, b in pieces[joint + 1 :]]
    return [*steps[:joint], "*", *back]


def _step(a: Point, b: Point) -> str:
    (ax, ay), (bx, by) = a, b
    if (ax == bx) == (ay == by):
        raise ValueError("not horizontal or vertical")
    length = f"{bx - ax if ay == by else by - ay:.2f}".rstrip("0").rstrip(".")
    return f"{'h' if ay == by else 'v'}{length}"


def wire_svg(points: list[Point], colour: str) -> str:
    """A wire with round corners and a darker rim."""
    d = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(at, before), _towards(at, after)
        d += f"L{into[0]:.1f} {into[1]:.1f}Q{at[0]:.1f} {at[1]:.1f} {out[0]:.1f} {out[1]:.1f}"
    d += f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"
    style = {"stroke_linecap": "round", "stroke_linejoin": "round"}
    rim = path(d, stroke=mix(colour, "#000000", 0.35), stroke_width=3.4, **style)
    return rim + path(d, stroke=colour, stroke_width=2.2, **style)


def _length(step: str) -> float:
    return float(step[1:])


def _stub(direction: Direction, length: float) -> str:
    return f"h{direction[0] * length}" if direction[0] else f"v{direction[1] * length}"


def _walk(start: Point, steps: list[str]) -> list[Point]:
    points = [start]
    for step in steps:
        x, y = points[-1]
        n = _length(step)
        x, y = (x + n, y) if step[0] == "h" else (x, y + n)
        # Both ends of a wire must meet in a straight piece, also after many steps.
        points.append((round(x, 2), round(y, 2)))
    return points


def _corner(a: list[Point], b: list[Point]) -> list[Point]:
    """The corner between the two ends: the one where no line runs back over itself."""
    (ax, ay), (bx, by) = a[-1], b[-1]
    if ax == bx or ay == by:
        return []
    choices = [(bx, ay), (ax, by)]
    return [min(choices, key=lambda corner: _runs_back(a, corner) + _runs_back(b, corner))]


def _runs_back(points: list[Point], to: Point) -> int:
    if len(points) < 2:
        return 0
    (x0, y0), (x1, y1) = points[-2:]
    return int((x1 - x0) * (to[0] - x1) + (y1 - y0) * (to[1] - y1) < 0)


def _clean(points: list[Point]) -> list[Point]:
    """The points without repetitions and without points in the middle of a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else [points[0], points[-1]]


def _straight(a: Point, b: Point, c: Point) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])


def _towards(at: Point, other: Point) -> Point:
    """The point where the curve of a round corner begins."""
    dx, dy = other[0] - at[0], other[1] - at[1]
    length = max(abs(dx), abs(dy)) or 1.0
    share = min(BEND, length / 2) / length
    return at[0] + dx * share, at[1] + dy * share
