"""One submission's work for a worker process: plain data in, what people see of the marks out."""

from dataclasses import dataclass

from grader.archive import lab_cache
from grader.host.host_functions import HostCode
from grader.host.sandbox import Isolation
from grader.lab.cells import PROGRAM
from grader.lab.lab import Lab, Texts
from grader.score.card import Card
from grader.score.misconceptions import hint, message
from grader.score.results import ItemResult
from grader.score.score import score
from grader.score.waveforms import ItemWaveforms
from hardware.notebook.stray_characters import find as find_marks


@dataclass(frozen=True)
class Task:
    """What decides the marks of a submission."""

    lab: str
    digest: str
    """The lab's, by which it is found (`grader.archive.lab_cache`)."""
    board: str
    program: str | None
    """The board program; None: the notebook has none, and the board comes up without a main.py."""
    host: str | None
    """The functions that run on the computer; None: the notebook has none."""
    answered: bool
    """Whether the "predict" question has an answer."""
    seeds: tuple[int, ...]
    sandbox: Isolation = "bwrap"
    """How host code is held."""
    above: int = 0
    """Blank lines above the magic line of the cell that the trainee looks at."""


def score_task(task: Task) -> list[Card]:
    """Score a submission. Whatever it raises is ours."""
    return score_lab(lab_cache.lab(task.digest), task)


def score_lab(lab: Lab, task: Task) -> list[Card]:
    """Run the program on virtual boards and judge it; every item in the lab's order."""
    program = {} if task.program is None else {PROGRAM: task.program.encode()}
    pictures = ItemWaveforms()
    marks = score(
        lab,
        task.board,
        program,
        task.seeds,
        predicted=task.answered,
        on_seed=pictures.draw,
        host=HostCode(task.host, task.sandbox),
    )
    return [_card(lab, task, result, pictures) for result in marks.items.values()]


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
    )


def _message(lab: Lab, task: Task, result: ItemResult) -> Texts:
    """Why the item was missed. A stray Arabic comma or mark says more than "invalid syntax"."""
    unread = result.key == "exception" and result.detail.startswith(("SyntaxError", "NameError"))
    # The last line break stands for the cell's magic line: lines count as the trainee sees them.
    stray = find_marks("\n" * (task.above + 1) + (task.program or "")) if unread else []
    if not stray:
        return message(lab, result, task.above)
    return {language: stray[0].describe(language) for language in ("ar", "en")}
