"""Breadboards: the five holes of a half column are one node, and a rail is one node."""

from functools import cache

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Part, PartView
from hardware.bench.svg.elements import line, rect
from hardware.i18n import both

PITCH = 9.6
ROWS = {"t": "abcde", "b": "fghij"}


class Breadboard(Part):
    """Holes `<col><t|b>.<a-j>`, rails `<t|b><p|n>.<n>`. The positions of the holes are ours."""

    TYPES = ("wokwi-breadboard",)
    TITLE = both("Breadboard")
    GROUP = "wiring"
    COLUMNS = 63
    RAILS = 50
    TOP = 48.0
    """The y position of row a."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._holes = _holes(self.COLUMNS, self.RAILS, self.TOP)

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        return self._holes

    @property
    def size(self) -> tuple[float, float]:
        return PITCH * (self.COLUMNS + 1), 2 * self.TOP + 11 * PITCH

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        width, height = self.size
        rails = ((14, "#d93a34"), (34, "#2f6fd6")) if self.RAILS else ()
        lines = "".join(
            line(10, y, width - 10, y, colour, 1)
            for at, colour in rails
            for y in (at - 6, height - (48 - at) - 6)
        )
        holes = "".join(
            rect(x - 1.6, y - 1.6, 3.2, 3.2, "#59606b", 0.6) for x, y in self._holes.values()
        )
        groove = rect(0, self.TOP + 4.5 * PITCH, width, 2 * PITCH, "#dcdfe3")
        return rect(0, 0, width, height, "#eef0f2", 4, stroke="#c3c9d1") + groove + lines + holes


class HalfBreadboard(Breadboard):
    """A breadboard of half the length."""

    TYPES = ("wokwi-breadboard-half",)
    COLUMNS = 30
    RAILS = 25


class MiniBreadboard(Breadboard):
    """A short breadboard without rails."""

    TYPES = ("wokwi-breadboard-mini",)
    COLUMNS = 17
    RAILS = 0
    TOP = PITCH


@cache
def _holes(columns: int, rails: int, top: float) -> dict[str, tuple[float, float]]:
    """Every hole and its position. The holes of rails are in groups of five, as on real ones."""
    holes = {
        f"{column}{half}.{row}": (PITCH * column, top + PITCH * (i if half == "t" else i + 7))
        for column in range(1, columns + 1)
        for half, rows in ROWS.items()
        for i, row in enumerate(rows)
    }
    bottom = 2 * top + 11 * PITCH
    rows = {"tp": 14.0, "tn": 24.0, "bp": bottom - 34, "bn": bottom - 24}
    for hole in range(1, rails + 1):
        x = PITCH * (hole + (hole - 1) // 5 + 1)
        holes |= {f"{rail}.{hole}": (x, y) for rail, y in rows.items()}
    return holes
