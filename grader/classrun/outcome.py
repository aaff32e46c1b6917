"""What became of one submission."""

from dataclasses import dataclass
from typing import Literal

from grader.score.card import Card

State = Literal["graded", "unchanged", "missing", "unreadable", "error"]


@dataclass(frozen=True)
class Outcome:
    """Its marks, or why it has none."""

    student: str
    lab: str
    state: State
    marks: tuple[Card, ...] = ()
    reason: str = ""
    """Why it was not graded, with the cure."""
    notes: tuple[str, ...] = ()
    assignment: str = ""
    """What it was handed in with, if that has another name than the lab."""
    earlier: float | None = None
    """The points that the gradebook had of it before this run, if any."""

    @property
    def total(self) -> float:
        """The points of all items that it was given now."""
        return sum(mark.points for mark in self.marks)

    @property
    def is_graded(self) -> bool:
        """Whether the gradebook has its marks: from now, from an earlier run that nothing has
        changed since, or no points for a lab that is missing beside other notebooks."""
        return self.state in ("graded", "unchanged", "missing")
