"""What became of one submission."""

from dataclasses import dataclass
from typing import Literal

from grader.scoring.card import Card

State = Literal["graded", "unchanged", "unreadable", "error"]


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

    @property
    def is_graded(self) -> bool:
        """Whether the gradebook has its marks (now, or from an earlier run that nothing has
        changed since)."""
        return self.state in ("graded", "unchanged")
