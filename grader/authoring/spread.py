"""How much the mark of a program depends on luck: on the seed that it was graded with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.authoring.lab_check import Difference
from hardware.i18n import _

MOST_SPREAD = 1.0
"""Points that may lie between two seeds of one program: a mark does not depend on luck."""


@dataclass(frozen=True)
class Spread:
    """How much the mark of one program depends on the seed: the difference between its best and
    its worst seed, and the item that differs most."""

    program: str
    board: str
    item: str
    points: float

    def __str__(self) -> str:
        text = _("{program} on {board}: {points} points between its best and its worst seed")
        start = text.format(program=self.program, board=self.board, points=f"{self.points:g}")
        return _("{start}, most in item {item}").format(start=start, item=self.item)


def spreads(differences: Sequence[Difference], pairs: int) -> list[Spread]:
    """The spread of each program with differences, the widest first. Every other program got the
    same points on all seeds. `pairs`: the number of seeds of each program."""
    lost: defaultdict[tuple[str, str], dict[int, dict[str, float]]] = defaultdict(dict)
    for one in differences:
        seed = lost[one.trial.program, one.trial.board].setdefault(one.trial.pair, {})
        seed[one.item] = one.got[0] - one.expected[0]
    found = []
    for (program, board), seeds in lost.items():
        rows = [*seeds.values(), *[{}] * (pairs - len(seeds))]
        items = {item: _width(row.get(item, 0.0) for row in rows) for row in rows for item in row}
        widest = max(items, key=lambda item: items[item])
        points = _width(sum(row.values()) for row in rows)
        found.append(Spread(program, board, widest, round(points, 2)))
    return sorted(found, key=lambda spread: -spread.points)


def _width(values: Iterable[float]) -> float:
    found = list(values)
    return max(found) - min(found)
