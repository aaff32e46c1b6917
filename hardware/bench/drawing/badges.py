"""The marks of the wiring lint on a picture of the bench: a numbered disc at each place."""

from collections.abc import Sequence

from hardware.bench.drawing.wires import Point
from hardware.bench.lint.rule import Finding
from hardware.bench.svg.elements import circle, text

COLOURS = {"error": "#c92a2a", "warning": "#e67700", "info": "#1971c2"}
"""White digits on them have a contrast above 4.5, but on the orange (3.0: bold and large)."""
RADIUS = 7.5


def badges(places: Sequence[tuple[Finding, Point]]) -> str:
    """A disc for each finding, numbered in their order; those of one place side by side."""
    taken: dict[Point, int] = {}
    drawn = []
    for number, (finding, (x, y)) in enumerate(places, 1):
        step = taken.get((x, y), 0)
        taken[x, y] = step + 1
        at = x + 2.1 * RADIUS * step
        drawn.append(
            circle(at, y, RADIUS, COLOURS[finding.level], stroke="#ffffff", stroke_width=1.5)
            + text(at, y + 3.5, str(number), 10, "#ffffff", text_anchor="middle", font_weight=700)
        )
    return "".join(drawn)
