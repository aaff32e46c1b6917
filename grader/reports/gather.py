"""From the store's records and the gradebook to what a feedback page tells."""

from collections.abc import Iterator

from grader.archive.record import Record
from grader.archive.store import Store
from grader.lab.lab import Lab
from grader.nbgrader.standings import GradedCell, Standing
from grader.reports.feedback_data import FeedbackData, FeedbackItem
from grader.score.card import Card

BY_PERSON = {"ar": "يصححه المدرب", "en": "graded by a person"}
"""What a graded cell is about that no check of ours decides."""


def sheet_of(store: Store, lab: Lab, record: Record, standing: Standing) -> FeedbackData | None:
    """The page's content; `lab` is the one that the record was graded by.

    None when the gradebook's marks are not those of the record (stock nbgrader graded after us,
    say), so that nothing is explained by what did not decide it. Raises: StoreError.
    """
    cells = {cell.name: cell for cell in standing.cells}
    mine = [(card, cells.pop(card.item, None)) for card in record.cards]
    if not all(cell and cell.auto == card.points for card, cell in mine):
        return None
    ours = (_entry(card, cell) for card, cell in mine if cell)
    return FeedbackData(
        student=record.student,
        name=standing.name,
        lab=lab.id,
        title=lab.title,
        number=record.number,
        handed_in=record.timestamp,
        entries=(*ours, *map(_by_person, cells.values())),
        penalty=standing.penalty,
        history=tuple(history(store, record)),
        comments=standing.comments,
        program=record.program,
        remarks=record.remarks,
    )


def unexplained(lab: Lab, standing: Standing) -> FeedbackData:
    """What there is to tell of marks that no record explains: the points."""
    return FeedbackData(
        student=standing.student,
        name=standing.name,
        lab=lab.id,
        title=lab.title,
        number=1,
        handed_in="",
        entries=tuple(_by_person(cell, lab) for cell in standing.cells),
        penalty=standing.penalty,
    )


def history(store: Store, record: Record) -> Iterator[tuple[int, float]]:
    """Number and points of each submission up to this one. Raises: StoreError."""
    for number in range(1, record.number):
        if earlier := store.record(record.lab, record.student, number, record.assignment):
            yield number, earned(earlier)
    yield record.number, earned(record)


def earned(record: Record) -> float:
    """What the bench gave."""
    return round(sum(card.points for card in record.cards), 2)


def _entry(card: Card, cell: GradedCell) -> FeedbackItem:
    return FeedbackItem(card, cell.points, cell.maximum, waits=cell.waits, by_hand=cell.by_hand)


def _by_person(cell: GradedCell, lab: Lab | None = None) -> FeedbackItem:
    """A cell that no check of ours decided."""
    title = lab.items.get(cell.name, BY_PERSON) if lab else BY_PERSON
    card = Card(cell.name, cell.points, cell.maximum, title)
    return FeedbackItem(card, cell.points, cell.maximum, waits=cell.waits, by_hand=cell.by_hand)
