"""The mark of a program: the mean over its seeds, or the minimum for checks of safety."""

from collections.abc import Sequence
from dataclasses import replace

from grader.host.host_functions import HostCode
from grader.lab.check import Check
from grader.lab.lab import PREDICT, PREDICT_POINTS, Lab
from grader.score.budget import Budget
from grader.score.results import ItemResult, LabScore, Observer, SeedResult
from grader.score.run_episodes import Program, run_lab


def score(
    lab: Lab,
    board: str,
    program: Program,
    seeds: Sequence[int],
    *,
    predicted: float = 0.0,
    observer: Observer | None = None,
    host: HostCode | None = None,
    scenario: str | None = None,
    budget: Budget | None = None,
) -> LabScore:
    """Run a program on all seeds.

    Args:
        predicted: which share of the "predict" question's texts is there (`OwnPrediction.share`).
        scenario: the text of the trainee's own scenario.
        budget: what the submission may still use.

    Raises: NotGraded, and there is no mark then; LabError when the lab has no such board.
    """
    results, budget = [], budget or Budget()
    for seed in seeds:
        found = run_lab(lab, lab.board(board), program, seed, host, budget, observer, scenario)
        if observer is not None:
            observer.add_seed(found)
        results.append(found)
    return merge(lab, results, predicted=predicted)


def merge(lab: Lab, results: Sequence[SeedResult], *, predicted: float) -> LabScore:
    """The mark from the results of all seeds, with the items in the order of lab.toml."""
    items = {}
    for item in lab.items:
        if item == PREDICT:
            items[item] = predict_result(predicted)
        else:
            items[item] = _item(lab, item, results)
    return LabScore(items, tuple(results))


def predict_result(predicted: float) -> ItemResult:
    """The result of item p: any prediction and any reason get their points."""
    key = "" if predicted == 1 else "blank"
    return ItemResult(PREDICT, PREDICT_POINTS * predicted, PREDICT_POINTS, key=key)


def _item(lab: Lab, item: str, results: Sequence[SeedResult]) -> ItemResult:
    """An item over all seeds: the points are those over all seeds, everything else is from the
    worst seed."""
    worst = min((result.items[item] for result in results), key=lambda found: found.points)
    checks = [check for check in lab.checks if check.item == item]
    gates = [check.id for check in checks if check.is_gate]
    failed = [any(result.parts[gate].key for gate in gates) for result in results]
    points = sum(_over_seeds(check, results, failed) for check in checks)
    timed_out = any(result.items[item].timed_out for result in results)
    return replace(worst, points=round(points, 2), timed_out=timed_out)


def _over_seeds(check: Check, results: Sequence[SeedResult], failed: Sequence[bool]) -> float:
    """The points of a check over all seeds. `failed`: on which seeds a gate of its item failed;
    there it gets none."""
    values = [
        0.0 if gate_failed else result.parts[check.id].points
        for result, gate_failed in zip(results, failed, strict=True)
    ]
    return min(values) if check.safety else sum(values) / len(values)
