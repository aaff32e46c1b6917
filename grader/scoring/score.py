"""The mark of a program: the mean over its seeds, the minimum where safety is at stake."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.host.code import HostCode
from grader.lab import PREDICT, PREDICT_POINTS, Lab
from grader.scoring.budget import Budget
from grader.scoring.engine import Program, run_lab
from grader.scoring.judge import combine
from grader.scoring.mark import ItemResult, LabScore, SeedResult


def score(
    lab: Lab,
    board: str,
    program: Program,
    seeds: Sequence[int],
    *,
    predicted: bool = False,
    judged: Callable[[SeedResult], None] | None = None,
    host: HostCode | None = None,
) -> LabScore:
    """Run a program on all seeds. `predicted`: the predict question was answered. `judged` sees
    each seed, and then its traces are let go: all together they could fill the memory.

    Raises: NotGraded, and then there is no mark at all; LabError when the lab has no such board.
    """
    results, budget = [], Budget()
    for seed in seeds:
        found = run_lab(lab, lab.board(board), program, seed, host, budget)
        if judged is not None:
            judged(found)
            found = replace(found, runs={})
        results.append(found)
    return merge(lab, results, predicted=predicted)


def merge(lab: Lab, results: Sequence[SeedResult], *, predicted: bool) -> LabScore:
    """The mark from the results of all seeds; items in the order of lab.toml."""
    parts = {
        check.id: _over_seeds([result.parts[check.id] for result in results], check.safety)
        for check in lab.checks
    }
    items = {}
    for item in lab.items:
        if item == PREDICT:
            items[item] = predict_result(predicted)
        else:
            items[item] = _item(lab, item, parts, results)
    return LabScore(items, tuple(results))


def predict_result(predicted: bool) -> ItemResult:
    """Item p: any answer counts."""
    points = PREDICT_POINTS if predicted else 0.0
    return ItemResult(PREDICT, points, PREDICT_POINTS, key="" if predicted else "blank")


def _item(
    lab: Lab, item: str, parts: dict[str, ItemResult], results: Sequence[SeedResult]
) -> ItemResult:
    """What is told is that of the worst seed; the points are those over all seeds."""
    worst = min((result.items[item] for result in results), key=lambda found: found.points)
    mine = [check for check in lab.checks if check.item == item]
    if any(check.is_gate for check in mine):
        points = sum(result.items[item].points for result in results) / len(results)
    else:
        points = combine(item, mine, parts).points
    timed_out = any(result.items[item].timed_out for result in results)
    return replace(worst, points=round(points, 2), timed_out=timed_out)


def _over_seeds(found: Sequence[ItemResult], safety: bool) -> ItemResult:
    values = [result.points for result in found]
    return replace(found[0], points=min(values) if safety else sum(values) / len(values))
