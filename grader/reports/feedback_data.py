"""The content of a feedback page: the marks of a submission as the gradebook has them, and the
record that explains them. Plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from grader.archive.record import Record
from grader.archive.store import Store
from grader.lab.lab import Lab
from grader.nbgrader.standings import GradedCell, Standing
from grader.score.card import Card

MASTERY = 0.8
"""This share of the points is mastery: 16 of 20."""
HINTS_FROM = 3
"""From this submission on, a missed item shows its hint."""


@dataclass(frozen=True)
class FeedbackItem:
    """One graded item: the result of its check, and its points in the gradebook."""

    card: Card
    points: float
    """The points that count: those of a person replace the automatic ones."""
    maximum: float
    waits: bool = False
    """A person has to grade it, and has not done so yet: it has no points."""
    by_hand: bool = False
    """A person gave these points."""
    second_look: bool = False
    """A person gave these points before the last grading."""
    unanswered: bool = False
    """Nothing was written in its cell, so nobody graded it: it has 0 points."""

    @property
    def state(self) -> str:
        """`waits` (for a person), `full`, `part` or `none`."""
        if self.waits:
            return "waits"
        if self.points >= self.maximum:
            return "full"
        return "part" if self.points > 0 else "none"


@dataclass(frozen=True)
class FeedbackData:
    """One graded submission."""

    student: str
    name: str
    lab: str
    """The lab's short name: L02."""
    title: Mapping[str, str]
    number: int
    """The number of the submission that was graded last, from 1."""
    counted: int
    """The number of the submission that counts: that one, or a better one before it."""
    handed_in: str
    """When the one that counts was handed in (UTC); empty when it is not known."""
    entries: tuple[FeedbackItem, ...]
    penalty: float = 0.0
    """The late penalty in points."""
    seconds_late: float = 0.0
    """The time from the due date, with the trainee's extension, to the submission."""
    history: tuple[tuple[int, float], ...] = ()
    """Number and automatic points of each submission so far."""
    comments: tuple[str, ...] = ()
    """The comments in the gradebook: those of a person, and nbgrader's own."""
    program: str | None = None
    remarks: tuple[str, ...] = ()
    """For the instructor alone (`Record.remarks`)."""

    @property
    def earned(self) -> float:
        """The sum of the items' points."""
        return round(sum(entry.points for entry in self.entries), 2)

    @property
    def total(self) -> float:
        """The points that count, after the late penalty."""
        return round(max(0.0, self.earned - self.penalty), 2)

    @property
    def maximum(self) -> float:
        """The sum of the items' maxima."""
        return sum(entry.maximum for entry in self.entries)

    @property
    def needed(self) -> float:
        """The points that are needed for mastery."""
        return round(MASTERY * self.maximum, 2)

    @property
    def mastered(self) -> bool:
        """Whether the lab is mastered. The late penalty does not count here."""
        return self.earned >= self.needed

    @property
    def lateness(self) -> str:
        """How late it was, rounded up: `25 min`, `3 h`, `2 d 5 h`; empty when it was in time."""
        minutes = ceil(self.seconds_late / 60)
        hours = ceil(minutes / 60)
        if minutes < 60:
            return f"{minutes} min" if minutes else ""
        return f"{hours} h" if hours < 48 else f"{hours // 24} d {hours % 24} h"

    @property
    def second_look(self) -> bool:
        """Whether a person gave points before the last grading: they may be those of earlier
        work."""
        return any(entry.second_look for entry in self.entries)

    @property
    def waiting(self) -> float:
        """The points of the items that wait for a person. As long as there are any, the total is
        no mark yet."""
        return sum(entry.maximum for entry in self.entries if entry.waits)


def feedback_data(
    store: Store, lab: Lab, record: Record, standing: Standing
) -> FeedbackData | None:
    """The content of a page: the submission that counts; `lab` is the release that it was graded
    with.

    None when the marks in the gradebook are not those of the record (for example, stock nbgrader
    graded it later): the record would not explain them. Raises: StoreError.
    """
    cells = {cell.name: cell for cell in standing.cells}
    checked = [(card, cells.pop(card.item, None)) for card in record.cards]
    if not all(cell and cell.auto == card.points for card, cell in checked):
        return None
    items = (_item(card, cell) for card, cell in checked if cell)
    last = store.record(record.lab, record.student, assignment=record.assignment) or record
    return FeedbackData(
        student=record.student,
        name=standing.name,
        lab=lab.id,
        title=lab.title,
        number=last.number,
        counted=record.number,
        handed_in=record.timestamp,
        entries=(*items, *(_points_only(cell, lab) for cell in cells.values())),
        penalty=standing.penalty,
        seconds_late=standing.seconds_late(record.handed_in),
        history=tuple(_history(store, last)),
        comments=standing.comments,
        program=record.program,
        remarks=record.remarks,
    )


def points_without_record(lab: Lab, standing: Standing) -> FeedbackData:
    """What is known of marks that no record explains: the points."""
    return FeedbackData(
        student=standing.student,
        name=standing.name,
        lab=lab.id,
        title=lab.title,
        number=1,
        counted=1,
        handed_in="",
        entries=tuple(_points_only(cell, lab) for cell in standing.cells),
        penalty=standing.penalty,
        seconds_late=standing.seconds_late(),
    )


def _history(store: Store, record: Record) -> Iterator[tuple[int, float]]:
    """Number and points of each submission up to this one. Raises: StoreError."""
    for number in range(1, record.number):
        if earlier := store.record(record.lab, record.student, number, record.assignment):
            yield number, earlier.points
    yield record.number, record.points


def _item(card: Card, cell: GradedCell) -> FeedbackItem:
    return FeedbackItem(
        card,
        cell.points,
        cell.maximum,
        cell.waits,
        cell.by_hand,
        cell.second_look,
        cell.unanswered,
    )


def _points_only(cell: GradedCell, lab: Lab) -> FeedbackItem:
    """A cell without a check of ours."""
    return _item(Card(cell.name, cell.points, cell.maximum, lab.title_of(cell.name)), cell)
