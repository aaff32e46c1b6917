"""One submission's work for a worker process: plain data in, what people see of the marks out."""

from dataclasses import dataclass

from grader.card import Card
from grader.cells import PROGRAM
from grader.lab import Lab, Texts, find
from grader.mark import ItemResult, LabScore
from grader.messages import hint, message
from grader.picture import picture
from grader.score import score
from hardware.notebook.marks import find as find_marks


@dataclass(frozen=True)
class Task:
    """What decides the marks of a submission."""

    lab: str
    board: str
    program: str | None
    """The board program; None: the notebook has none, and the board comes up without a main.py."""
    answered: bool
    """Whether the "predict" question has an answer."""
    seeds: tuple[int, ...]


def score_task(task: Task) -> list[Card]:
    """Score a submission of a lab of this checkout. Whatever it raises is ours."""
    return score_lab(find(task.lab), task)


def score_lab(lab: Lab, task: Task) -> list[Card]:
    """Run the program on virtual boards and judge it; every item in the lab's order."""
    program = {} if task.program is None else {PROGRAM: task.program.encode()}
    marks = score(lab, task.board, program, task.seeds, predicted=task.answered)
    return [_card(lab, task, marks, result) for result in marks.items.values()]


def _card(lab: Lab, task: Task, marks: LabScore, result: ItemResult) -> Card:
    return Card(
        item=result.id,
        points=result.points,
        maximum=result.max_points,
        title=lab.items[result.id],
        measured=result.measured,
        expected=result.expected,
        message=_message(lab, task, result) if result.key else {},
        waveform=picture(marks, result) if result.key and result.episode else "",
        key=result.key,
        detail=result.detail,
        episode=result.episode,
        at_ns=result.at_ns,
        hint=hint(lab, result) if result.key else {},
    )


def _message(lab: Lab, task: Task, result: ItemResult) -> Texts:
    """Why the item was missed. A stray Arabic comma or mark says more than "invalid syntax"."""
    unread = result.key == "exception" and result.detail.startswith(("SyntaxError", "NameError"))
    # The line break stands for the cell's magic line: lines count as the trainee sees them.
    stray = find_marks("\n" + (task.program or "")) if unread else []
    if not stray:
        return message(lab, result)
    return {language: stray[0].describe(language) for language in ("ar", "en")}
