"""Score one submission: a `Task` is plain data that decides the marks, the result is a `Card` for
each item. It runs in worker processes, on a cluster, and in a trainee's notebook."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.archive import lab_cache
from grader.host.host_functions import HostCode
from grader.host.sandbox import Isolation
from grader.lab.cells import PROGRAM
from grader.lab.lab import PREDICT, Lab, Texts
from grader.lab.prediction import OwnPrediction
from grader.score.budget import Budget
from grader.score.card import Card
from grader.score.misconceptions import also, hint, message
from grader.score.observe import observe
from grader.score.results import ItemResult
from grader.score.score import predict_result, score
from grader.score.waveforms import ItemWaveforms
from hardware.notebook.stray_characters import find as find_marks


@dataclass(frozen=True)
class Task:
    """Everything that decides the marks of a submission."""

    lab: str
    digest: str
    """The content hash of the lab, by which `grader.archive.lab_cache` finds it."""
    board: str
    program: str | None
    """The board program; None: there is none, and the board starts without a main.py."""
    host: str | None
    """The functions that run on the computer; None: the notebook has none."""
    prediction: OwnPrediction
    seeds: tuple[int, ...]
    scenario: str | None = None
    """The trainee's own scenario; None: the notebook has none."""
    sandbox: Isolation = "bwrap"
    """How host code is isolated."""
    above: int = 0
    """The number of blank lines above the magic line in the trainee's cell."""


def score_task(task: Task) -> list[Card]:
    """Score a submission. Raises only for faults of ours."""
    return score_lab(lab_cache.lab(task.digest), task)


def score_lab(lab: Lab, task: Task) -> list[Card]:
    """Run the program on virtual boards and judge it. The cards have the lab's order of items."""
    program = {} if task.program is None else {PROGRAM: task.program.encode()}
    pictures, budget = ItemWaveforms(), Budget()
    host = HostCode(task.host, task.sandbox)
    marks = score(
        lab,
        task.board,
        program,
        task.seeds,
        predicted=task.prediction.share,
        observer=pictures,
        host=host,
        scenario=task.scenario,
        budget=budget,
    )
    observed = observe(lab, task.board, program, host, budget)
    return [
        predict_card(lab, task.prediction, observed)
        if result.id == PREDICT
        else _card(lab, task, result, pictures)
        for result in marks.items.values()
    ]


def predict_card(lab: Lab, prediction: OwnPrediction, observed: Mapping[str, str]) -> Card:
    """The card of the "predict" question: what the trainee wrote beside what the run showed."""
    result = predict_result(prediction.share)
    return Card(
        item=PREDICT,
        points=result.points,
        maximum=result.max_points,
        title=lab.items[PREDICT],
        message=message(lab, result) if result.key else {},
        key=result.key,
        predicted=prediction.text,
        observed=observed,
        reason=prediction.reason,
    )


def _card(lab: Lab, task: Task, result: ItemResult, pictures: ItemWaveforms) -> Card:
    return Card(
        item=result.id,
        points=result.points,
        maximum=result.max_points,
        title=lab.items[result.id],
        about=lab.figures.get(result.part, {}),
        measured=result.measured,
        expected=result.expected,
        message=_message(lab, task, result) if result.key else {},
        waveform=pictures.of(result.id) if result.key else "",
        key=result.key,
        detail=result.detail,
        timed_out=result.timed_out,
        episode=result.episode,
        at_ns=result.at_ns,
        hint=hint(lab, result, task.above) if result.key else {},
        also=also(lab, result, task.above),
    )


def _message(lab: Lab, task: Task, result: ItemResult) -> Texts:
    """Why the item was missed. A stray Arabic character is named: that says more than "invalid
    syntax"."""
    errors = ("SyntaxError", "NameError")
    is_syntax = result.key == "exception" and result.detail.startswith(errors)
    # The last line break is the cell's magic line: so the line numbers are those of the cell.
    stray = find_marks("\n" * (task.above + 1) + (task.program or "")) if is_syntax else []
    if not stray:
        return message(lab, result, task.above)
    return {language: stray[0].describe(language) for language in ("ar", "en")}
