"""What one feedback page tells: a submission's marks, as the gradebook has them, and the way that
led there. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.score.card import Card

MASTERY = 0.8
"""This share of the points is mastery: 16 of 20."""
HINTS_FROM = 3
"""From this submission on a missed item shows its hint."""


@dataclass(frozen=True)
class FeedbackItem:
    """One graded item: what the bench said of it, and what the gradebook has in the end."""

    card: Card
    points: float
    """As it counts: a person's mark stands in the place of ours."""
    maximum: float
    waits: bool = False
    """A person has yet to look at it."""
    by_hand: bool = False
    """A person gave these points."""

    @property
    def state(self) -> str:
        """`waits`, `full`, `part` or `none`."""
        if self.waits:
            return "waits"
        if self.points >= self.maximum:
            return "full"
        return "part" if self.points > 0 else "none"


@dataclass(frozen=True)
class FeedbackData:
    """One submission, ready to be written as a page."""

    student: str
    name: str
    lab: str
    """The lab's short name: L02."""
    title: Mapping[str, str]
    number: int
    handed_in: str
    """UTC, or empty when nobody noted it."""
    entries: tuple[FeedbackItem, ...]
    penalty: float = 0.0
    """Points off for being late."""
    history: tuple[tuple[int, float], ...] = ()
    """Number and points, as the bench gave them, of each submission so far; this one last."""
    comments: tuple[str, ...] = ()
    """What a person wrote about it."""
    program: str | None = None
    remarks: tuple[str, ...] = ()
    """For the instructor alone (`Record.remarks`)."""

    @property
    def earned(self) -> float:
        """The sum of the items."""
        return round(sum(entry.points for entry in self.entries), 2)

    @property
    def total(self) -> float:
        """What counts in the end."""
        return round(max(0.0, self.earned - self.penalty), 2)

    @property
    def maximum(self) -> float:
        """What could be had."""
        return sum(entry.maximum for entry in self.entries)

    @property
    def needed(self) -> float:
        """The points from which on the lab is mastered."""
        return round(MASTERY * self.maximum, 2)

    @property
    def mastered(self) -> bool:
        """Whether the lab is mastered. Being late takes points, not knowledge."""
        return self.earned >= self.needed
