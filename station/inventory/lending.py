"""Lends boards to trainees, and takes them back."""

from collections.abc import Container
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.lab.class_list import Trainee
from hardware.i18n import _
from station.errors import Refused
from station.inventory import boards
from station.inventory.database import Change
from station.inventory.tables import NAME, OPEN_LOAN, LoanRow

Borrower = tuple[str, str]
"""A course, and the id of a trainee in it."""


def lend(
    change: Change,
    code: str,
    course: str,
    trainee: Trainee,
    due: date | None = None,
    kit: str = "",
) -> LoanRow:
    """Lend a board to a trainee of a course, until the end of the day `due`; with this kit, or by
    itself.

    Raises: Refused when it is lent, faulty, half-written, retired or not known.
    """
    board = boards.locked(change, code)
    if board.loan:
        raise boards.lent_already(board)
    match board.state:
        case "retired":
            cause, cure = _("{board} is retired"), _("take another board")
        case "faulty":
            cause, cure = _("{board} is faulty"), _("take another board, or: warsha boards mend")
        case "half-written":
            cause, cure = _("{board} is half-written"), _("take another board, or flash it again")
        case _state:
            cause = cure = ""
    if cause:
        raise Refused(cause.format(board=board.label), cure)
    loan = LoanRow(
        mac=board.mac,
        course=course,
        trainee=trainee.id,
        name=trainee.name[:NAME],
        since=change.at,
        lent_by=change.by,
        due=due,
        kit=kit,
    )
    change.session.add(loan)
    change.note(
        "lent", board.mac, trainee=trainee.id, course=course, due=due.isoformat() if due else "-"
    )
    return _finished(change, loan)


def borrowers(session: Session, kit: str) -> set[Borrower]:
    """Who has boards that were lent with this kit."""
    query = select(LoanRow.course, LoanRow.trainee).where(OPEN_LOAN, LoanRow.kit == kit)
    return {(course, trainee) for course, trainee in session.execute(query)}


def take_back(change: Change, code: str, only_from: Container[Borrower] | None = None) -> LoanRow:
    """Take a board back from whoever has it. Raises: Refused when nobody has it, or none of those
    who have the kit that was scanned."""
    board = boards.locked(change, code)
    loan = board.loan
    if loan is None:
        cause = _("{board} is not lent, it is: {state}")
        raise Refused(cause.format(board=board.label, state=boards.state_name(board.state)))
    if only_from is not None and (loan.course, loan.trainee) not in only_from:
        cause = boards.lent_already(board).cause
        raise Refused(cause, _("it was lent without the kit: scan the board itself"))
    loan.returned, loan.returned_by = change.at, change.by
    change.note("returned", board.mac, trainee=loan.trainee)
    return _finished(change, loan)


def undo_lend(change: Change, loan_id: int) -> LoanRow:
    """End a loan that was a mistake. Raises: Refused when the board is back already."""
    loan = _latest(change, loan_id)
    if loan.returned:
        raise _changed_since(loan)
    loan.returned, loan.returned_by = change.at, change.by
    change.note("lending undone", loan.mac, trainee=loan.trainee)
    return _finished(change, loan)


def undo_return(change: Change, loan_id: int) -> LoanRow:
    """Go on with a loan whose return was a mistake. Raises: Refused when the board is lent to
    somebody else meanwhile."""
    loan = _latest(change, loan_id)
    board = loan.board
    if loan.returned is None or board.state in ("lent", "retired"):
        raise _changed_since(loan)
    loan.returned, loan.returned_by = None, ""
    change.note("return undone", loan.mac, trainee=loan.trainee)
    return _finished(change, loan)


def _latest(change: Change, loan_id: int) -> LoanRow:
    """The loan as it is now, with its board locked."""
    mac = change.session.get_one(LoanRow, loan_id).mac
    boards.locked(change, mac)
    return change.session.get_one(LoanRow, loan_id, populate_existing=True)


def _finished(change: Change, loan: LoanRow) -> LoanRow:
    """The loan and its board, with the state that follows from what was just done."""
    change.session.flush()
    change.session.refresh(loan, ["board"])
    change.session.refresh(loan.board)
    return loan


def _changed_since(loan: LoanRow) -> Refused:
    text = _("{board} cannot be undone: another station changed it meanwhile")
    return Refused(text.format(board=loan.board.label))
