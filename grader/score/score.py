"""The mark of a program: the mean over its seeds, the minimum where safety is at stake."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.host.host_functions import HostCode
from grader.lab.check import Check
from grader.lab.lab import PREDICT, PREDICT_POINTS, Lab
from grader.score.budget import Budget
from grader.score.engine import Program, run_lab
from grader.score.results import ItemResult, LabScore, SeedResult


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
    items = {}
    for item in lab.items:
        if item == PREDICT:
            items[item] = predict_result(predicted)
        else:
            items[item] = _item(lab, item, results)
    return LabScore(items, tuple(results))


def predict_result(predicted: bool) -> ItemResult:
    """Item p: any answer counts."""
    points = PREDICT_POINTS if predicted else 0.0
    return ItemResult(PREDICT, points, PREDICT_POINTS, key="" if predicted else "blank")


def _item(lab: Lab, item: str, results: Sequence[SeedResult]) -> ItemResult:
    """What is told is that of the worst seed; the points are those over all seeds."""
    worst = min((result.items[item] for result in results), key=lambda found: found.points)
    mine = [check for check in lab.checks if check.item == item]
    gates = [check.id for check in mine if check.is_gate]
    shut = [any(result.parts[gate].key for gate in gates) for result in results]
    points = sum(_over_seeds(check, results, shut) for check in mine)
    timed_out = any(result.items[item].timed_out for result in results)
    return replace(worst, points=round(points, 2), timed_out=timed_out)


def _over_seeds(check: Check, results: Sequence[SeedResult], shut: Sequence[bool]) -> float:
    """A part's points; none on a seed on which a gate of its item is shut."""
    values = [
        0.0 if closed else result.parts[check.id].points
        for result, closed in zip(results, shut, strict=True)
    ]
    return min(values) if check.safety else sum(values) / len(values)
