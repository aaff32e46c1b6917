"""A lab's "predict" question: what a trainee writes of it, and what a run shows of it.

The trainee writes a prediction before the run and a reason after it, in the notebook. The function
with `@observe` in the lab's checks.py, or in its predict.py, says what the run shows. The text
around its values is `observed` in lab.toml.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.lab import cells
from grader.lab.episode import Episode
from grader.lab.run import Run

LONGEST = 2000
"""Characters of a text that are kept; the rest is cut off."""


@dataclass(frozen=True)
class OwnPrediction:
    """The texts of one notebook. A person may read them; they have no right or wrong."""

    text: str = ""
    """The prediction; "" when the cell has no text of its own."""
    reason: str | None = None
    """The reason; "" when its cell has no text of its own. None: the notebook asks for none."""

    @property
    def share(self) -> float:
        """Which share of the texts that the notebook asks for is there."""
        asked = [self.text] if self.reason is None else [self.text, self.reason]
        return sum(map(bool, asked)) / len(asked)


def prediction_in(
    answer: str | None, question: str, reason: str | None, reason_question: str
) -> OwnPrediction:
    """The texts of the cells `%%predict` and `%%explain`.

    The questions are those of `cells.question_text`; an empty one is not asked. The reason must
    have words of its own beside those of the prediction.
    """
    text = _own_text(answer, question)
    if not reason_question:
        return OwnPrediction(text)
    return OwnPrediction(text, _own_text(reason, f"{question} {reason_question} {answer or ''}"))


def _own_text(cell: str | None, known: str) -> str:
    """The text of a cell without the comments that it was released with: a trainee may write in
    comments, too. "" when it has no text of its own."""
    if cell is None or not cells.predicted(cell, known):
        return ""
    own = [
        line
        for line in cell.strip().splitlines()
        if not (line.startswith("#") and cells.question_text(line) in known)
    ]
    return "\n".join(own)[:LONGEST].strip()


Values = Mapping[str, str]
"""The values by the names that `observed` in lab.toml has for them in braces."""


@dataclass(frozen=True)
class Observation:
    """A run of its own, with the values that the question asks for. Made by `@observe`."""

    measure: Callable[[Run], Values | None]
    """The values; None when the run did not get that far."""
    episode: Episode
    program: str
    """A program in the lab's folder that runs in place of the trainee's; "" for none."""


def observe(
    episode: Episode, *, program: str = ""
) -> Callable[[Callable[[Run], Values | None]], Observation]:
    """Declare what a run shows of the "predict" question. The episode is played with the public
    seed. `program`: a file of the lab, for a question about a given program."""

    def declare(measure: Callable[[Run], Values | None]) -> Observation:
        return Observation(measure, episode, program)

    return declare
