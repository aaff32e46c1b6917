"""A class and one lab: who has what, which ideas are wrong how often, who needs help."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, median

from grader.reports.feedback_data import FeedbackData, FeedbackItem

MANY_TRIES = 3
"""So many submissions without mastery call for a person."""


@dataclass(frozen=True)
class TraineeRow:
    """One trainee."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    sheet: FeedbackData | None = None
    """The marks; None: the gradebook has none."""
    waits: str = ""
    """Why what was handed in last is not graded; empty when it is, or nothing was handed in."""
    missing: bool = False
    """Other notebooks of the assignment were handed in, and this lab was not: no points."""
    page: str = ""
    """Where the feedback page lies, seen from the class page; empty: there is none."""

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def needs(self) -> tuple[str, ...]:
        """Why somebody should look: `waiting`, `missing`, `absent`, `below`, `tries`, `stuck`."""
        found = ["waiting"] if self.waits else ["missing"] if self.missing else []
        if self.sheet is None:
            return tuple(found or ["absent"])
        if self.sheet.mastered:
            return tuple(found)
        found.append("below")
        history = [points for _, points in self.sheet.history]
        if self.sheet.number >= MANY_TRIES:
            found.append("tries")
        if len(history) > 1 and history[-1] <= max(history[:-1]):
            found.append("stuck")
        return tuple(found)


@dataclass(frozen=True)
class MisconceptionCount:
    """One misconception in a class."""

    key: str
    texts: Mapping[str, str]
    items: tuple[str, ...]
    rows: tuple[TraineeRow, ...]
    """Who has it, each once."""


@dataclass(frozen=True)
class ClassRegister:
    """A class and one lab."""

    course: Mapping[str, str]
    lab: str
    slug: str
    title: Mapping[str, str]
    items: Mapping[str, tuple[Mapping[str, str], float]]
    """Of each graded cell what it is about, and its points."""
    rows: tuple[TraineeRow, ...]

    @property
    def graded(self) -> list[FeedbackData]:
        """The marks that there are."""
        return [row.sheet for row in self.rows if row.sheet]

    @property
    def maximum(self) -> float:
        """What could be had."""
        return sum(points for _, points in self.items.values())

    @property
    def by_need(self) -> list[TraineeRow]:
        """Who needs help most comes first."""
        return sorted(self.rows, key=_urgency)

    @property
    def middle(self) -> tuple[float, float]:
        """Median and mean of the totals; 0 when nobody has any."""
        totals = [sheet.total for sheet in self.graded]
        return (median(totals), mean(totals)) if totals else (0.0, 0.0)

    @property
    def ideas(self) -> list[MisconceptionCount]:
        """The misconceptions, the most frequent first. Those of the grader itself that say of no
        idea that it is wrong (`after`: another item comes first) are left out."""
        found: dict[str, list[tuple[TraineeRow, FeedbackItem]]] = {}
        for row in self.rows:
            for entry in row.sheet.entries if row.sheet else ():
                if entry.card.key and entry.card.key != "after":
                    found.setdefault(entry.card.key, []).append((row, entry))
        ideas = [_idea(key, cases) for key, cases in found.items()]
        return sorted(ideas, key=lambda idea: (-len(idea.rows), idea.key))


def _idea(key: str, cases: list[tuple[TraineeRow, FeedbackItem]]) -> MisconceptionCount:
    return MisconceptionCount(
        key=key,
        texts=cases[0][1].card.message,
        items=tuple(sorted({entry.card.item for _, entry in cases})),
        rows=tuple({row.student: row for row, _ in cases}.values()),
    )


def _urgency(row: TraineeRow) -> tuple[int, float, str]:
    """Smallest first: several reasons before one, fewer points before more, then by id."""
    total = row.sheet.total if row.sheet else -1.0
    return -len(row.needs), total, row.student
