"""Boards of the inventory: register, find, list, retire; and their faults."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from hardware.boards import load as load_type
from hardware.errors import BoardNotFound
from hardware.i18n import _
from station.errors import Refused, UnknownCode
from station.inventory import codes
from station.inventory.database import Change
from station.inventory.tables import (
    CODE,
    BoardRow,
    Condition,
    FaultRow,
    KitRow,
    LoanRow,
    State,
)

NOTE = 1000
"""The most characters of a note, or of the description of a fault."""
LARGEST_FLASH = 1 << 32


def checked_type(name: str) -> str:
    """A board type; "" for none. Raises: Refused: later the page and the tests look it up."""
    try:
        return load_type(name).name if name else ""
    except BoardNotFound as error:
        raise Refused(str(error), error.cure) from error


def register(
    change: Change,
    mac: str,
    *,
    asset_tag: str | None = None,
    chip: str | None = None,
    type: str | None = None,
    flash_bytes: int | None = None,
    note: str | None = None,
    condition: Condition | None = None,
) -> BoardRow:
    """Add a board, or change what is known of it; what is None stays. A board that is registered
    again as it is gets no event.

    Raises: Refused when it is retired, for a wrong value, or when another board has that tag.
    """
    key = codes.checked_mac(mac)
    tag = codes.checked_code(asset_tag) if asset_tag else None
    if flash_bytes is not None and not 0 < flash_bytes <= LARGEST_FLASH:
        raise Refused(_("{bytes} is no size of a flash").format(bytes=flash_bytes))
    given = {
        "asset_tag": tag,
        "chip": None if chip is None else codes.plain(chip, CODE),
        "type": None if type is None else checked_type(type),
        "flash_bytes": flash_bytes,
        "note": None if note is None else codes.plain(note, NOTE),
        "condition": condition,
    }
    board = _locked(change.session, key)
    _require_free_tag(change.session, tag, key)
    if board is None:
        known = {name: value for name, value in given.items() if value is not None}
        added = BoardRow(mac=key, **known)
        board = change.add_unless_there(added)
        if board is added:
            change.note("added", key)
            change.session.refresh(board)
            return board
    new = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(board, name)
    }
    if new:
        _require_not_retired(board)
        for name, value in new.items():
            setattr(board, name, value)
        change.session.flush()
        change.note("changed", key, what=", ".join(f"{n} {v}" for n, v in new.items()))
        change.session.refresh(board)
    return board


def find(session: Session, code: str) -> BoardRow:
    """The board with this MAC or asset tag. Raises: UnknownCode."""
    tag = codes.normalized(code)
    is_it = or_(BoardRow.mac == codes.mac_of(code), BoardRow.asset_tag == tag)
    if tag.isprintable() and (board := session.scalars(select(BoardRow).where(is_it)).first()):
        return board
    raise unknown(code)


def unknown(code: str) -> UnknownCode:
    """The error for a code that belongs to nothing."""
    cure = _("scan the label again, or add the board: warsha boards add MAC")
    if not code.isascii():
        cure = keyboard_cure()
    return UnknownCode(_("{code!r} is not known").format(code=code), cure)


def keyboard_cure() -> str:
    """What to do about a code in letters that are not Latin."""
    return _("switch the keyboard to English, then scan again: a scanner types as a keyboard")


def locked(change: Change, code: str) -> BoardRow:
    """The board of a code, which no other station changes before this transaction ends.

    Raises: UnknownCode.
    """
    board = _locked(change.session, find(change.session, code).mac)
    assert board is not None  # boards are never deleted
    return board


def locked_in_use(change: Change, code: str) -> BoardRow:
    """As `locked`, for a board that is not retired. Raises: Refused."""
    board = locked(change, code)
    _require_not_retired(board)
    return board


def listed(
    session: Session,
    *,
    states: Sequence[State] = (),
    course: str = "",
    overdue_on: date | None = None,
) -> list[BoardRow]:
    """Boards, by asset tag and MAC: all, or those in one of some states, lent to a course, and
    not back on a day."""
    query = select(BoardRow).options(
        selectinload(BoardRow.loan), selectinload(BoardRow.slot), selectinload(BoardRow.faults)
    )
    if states:
        query = query.where(BoardRow.state.in_(states))
    if course:
        query = query.where(BoardRow.loan.has(LoanRow.course == course))
    if overdue_on:
        query = query.where(BoardRow.loan.has(LoanRow.due < overdue_on))
    found = session.scalars(query).all()
    return sorted(found, key=lambda board: (board.asset_tag or "\uffff", board.mac))


def state_name(state: State) -> str:
    """A state in the reader's language."""
    match state:
        case "new":
            return _("new")
        case "ready":
            return _("ready")
        case "lent":
            return _("lent")
        case "faulty":
            return _("faulty")
        case "half-written":
            return _("half-written")
        case "retired":
            return _("retired")


def lent_already(board: BoardRow) -> Refused:
    """The error for a board that somebody has."""
    assert board.loan
    text = _("{board} is lent to {trainee} since {since:%Y-%m-%d}")
    since = board.loan.since.astimezone()
    cause = text.format(board=board.label, trainee=board.loan.trainee, since=since)
    return Refused(cause, _("take it back first: warsha boards return"))


def retire(change: Change, code: str, why: str) -> BoardRow:
    """Take a board out of use for ever; everything that is known of it stays.

    Raises: Refused when somebody has it, or when it is retired.
    """
    board = locked_in_use(change, code)
    if board.loan:
        raise lent_already(board)
    board.retired, board.kit = change.at, None
    change.note("retired", board.mac, why=codes.plain(why, NOTE))
    return _refreshed(change, board)


def report_fault(change: Change, code: str, what: str) -> BoardRow:
    """Note a fault, unless it is open already, in whichever language. The board is not lent
    before it is mended. Raises: Refused."""
    board = locked_in_use(change, code)
    text = codes.plain(what, NOTE)
    if not text:
        raise Refused(_("the fault has no description"), _("write what is wrong with the board"))
    wordings = (getattr(what, name, text) for name in ("english", "arabic"))
    if {codes.plain(one, NOTE) for one in wordings} & {fault.what for fault in board.faults}:
        return board
    change.session.add(FaultRow(mac=board.mac, what=text, found=change.at, found_by=change.by))
    change.note("fault found", board.mac, what=text)
    return _refreshed(change, board)


def mend(change: Change, code: str, how: str = "") -> BoardRow:
    """Note that the open faults of a board are mended. Raises: Refused when it has none."""
    board = locked(change, code)
    if not board.faults:
        raise Refused(_("{board} has no open fault").format(board=board.label))
    for fault in board.faults:
        fault.mended, fault.mended_by = change.at, change.by
    what = codes.plain(how, NOTE) or "; ".join(fault.what for fault in board.faults)
    change.note("fault mended", board.mac, what=what)
    return _refreshed(change, board)


def _locked(session: Session, mac: str) -> BoardRow | None:
    """The board, whose row is locked first: a statement that waits for a lock still sees the other
    rows as they were before it waited (PostgreSQL, "Read Committed Isolation Level")."""
    session.execute(select(BoardRow.mac).where(BoardRow.mac == mac).with_for_update())
    return session.get(BoardRow, mac, populate_existing=True)


def _refreshed(change: Change, board: BoardRow) -> BoardRow:
    """The board, with the state that follows from what was just done."""
    change.session.flush()
    change.session.refresh(board)
    return board


def _require_not_retired(board: BoardRow) -> None:
    if board.retired:
        raise Refused(
            _("{board} is retired").format(board=board.label),
            _("its history: warsha boards history {board}").format(board=board.label),
        )


def _require_free_tag(session: Session, tag: str | None, mac: str) -> None:
    taken = select(BoardRow).where(BoardRow.asset_tag == tag, BoardRow.mac != mac)
    if tag and (other := session.scalars(taken).first()):
        cause = _("the asset tag {tag} belongs to {mac}").format(tag=tag, mac=other.mac)
        raise Refused(cause, _("choose another asset tag"))
    if tag and session.get(KitRow, tag):
        raise Refused(_("a kit has the name {tag}").format(tag=tag), _("choose another asset tag"))
