"""Kits, and parts that are counted.

A kit is a set of boards and of parts. The count of a part is what lies on the shelf: parts that
are put into a kit leave the shelf, and come back when they are taken out.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hardware.i18n import _
from station.errors import Refused
from station.inventory import boards, codes
from station.inventory.database import Change
from station.inventory.tables import NAME, BoardRow, KitPartRow, KitRow, PartRow

MOST = 1_000_000


def kits(session: Session) -> list[KitRow]:
    """All kits by name, with their boards and parts."""
    query = select(KitRow).options(selectinload(KitRow.parts), selectinload(KitRow.boards))
    return list(session.scalars(query.order_by(KitRow.name)))


def find_kit(session: Session, code: str) -> KitRow | None:
    """The kit with this name; None when there is none."""
    name = codes.normalized(code)
    return session.get(KitRow, name) if name.isprintable() else None


def parts(session: Session, *, only_low: bool = False) -> list[PartRow]:
    """All parts by name, or those below their minimum."""
    query = select(PartRow).order_by(PartRow.name)
    return list(
        session.scalars(query.where(PartRow.count < PartRow.minimum) if only_low else query)
    )


def count_part(
    change: Change, name: str, count: int | None = None, *, minimum: int | None = None
) -> PartRow:
    """Say how many parts of a kind are on the shelf, and below which number to buy; what is None
    stays. A new kind begins with 0. Raises: Refused for a number that cannot be, and for a kind
    that is not known when both are None."""
    part = _locked_part(change, name)
    if part is None:
        if count is None and minimum is None:
            raise _no_part(name)
        kind = codes.plain(name, NAME)
        if not kind:
            raise Refused(_("the part has no name"), _("write it: warsha boards part NAME"))
        part = PartRow(name=kind, count=0, minimum=0)
        change.session.add(part)
    for number in (count or 0, minimum or 0):
        if not 0 <= number <= MOST:
            raise Refused(_("{part} cannot be {count}").format(part=part.name, count=number))
    if minimum is not None:
        part.minimum = minimum
    if count is not None:
        _set_count(change, part, count)
    change.session.flush()
    return part


def take_parts(change: Change, name: str, number: int) -> PartRow:
    """Take parts from the shelf; a negative number puts them there.

    Raises: Refused when there are too few, or when the part is not known.
    """
    part = _locked_part(change, name)
    if part is None:
        raise _no_part(name)
    if not 0 <= part.count - number <= MOST:
        text = _("{part}: {count} on the shelf, wanted: {number}")
        raise Refused(text.format(part=part.name, count=part.count, number=number))
    _set_count(change, part, part.count - number)
    change.session.flush()
    return part


def fill_kit(
    change: Change,
    name: str,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    contents: Mapping[str, int] | None = None,
) -> KitRow:
    """Make a kit or change what is in it: `add` and `remove` are codes of boards, `contents` says
    how many parts of a kind are in it from now on.

    Raises: Refused when a board is in another kit or retired, or when there are too few parts.
    """
    code = codes.checked_code(name)
    if change.session.scalars(select(BoardRow).where(BoardRow.asset_tag == code)).first():
        raise Refused(_("a board has the asset tag {tag}").format(tag=code))
    kit = change.session.get(KitRow, code)
    if kit is None:
        kit = KitRow(name=code)
        change.session.add(kit)
        change.session.flush()
    for one in add:
        _put_in(change, boards.locked_in_use(change, one), code)
    for one in remove:
        board = boards.locked(change, one)
        if board.kit != code:
            raise Refused(_("{board} is not in kit {kit}").format(board=board.label, kit=code))
        board.kit = None
        change.note("out of kit", board.mac, kit=code)
    for part, number in (contents or {}).items():
        _put_parts(change, code, part, number)
    change.session.flush()
    change.session.refresh(kit, ["boards", "parts"])
    return kit


def _put_in(change: Change, board: BoardRow, kit: str) -> None:
    if board.kit == kit:
        return
    if board.kit:
        text = _("{board} is in kit {kit}")
        cure = _("take it out first: warsha boards kit {kit} --remove {board}")
        raise Refused(
            text.format(board=board.label, kit=board.kit),
            cure.format(board=board.label, kit=board.kit),
        )
    board.kit = kit
    change.note("into kit", board.mac, kit=kit)


def _put_parts(change: Change, kit: str, name: str, number: int) -> None:
    """Make the number of parts in a kit this one; the difference goes to or from the shelf."""
    if not 0 <= number <= MOST:
        raise Refused(_("{part} cannot be {count}").format(part=name, count=number))
    before = change.session.get(KitPartRow, (kit, codes.plain(name, NAME)))
    part = take_parts(change, name, number - (before.count if before else 0))
    if before and number:
        before.count = number
    elif before:
        change.session.delete(before)
    elif number:
        change.session.add(KitPartRow(kit=kit, part=part.name, count=number))


def _set_count(change: Change, part: PartRow, count: int) -> None:
    if part.count != count:
        change.note("counted", part=part.name, before=str(part.count), after=str(count))
        part.count = count


def _no_part(name: str) -> Refused:
    cure = _("count it first: warsha boards part NAME --count 10")
    return Refused(_("there is no part {part!r}").format(part=name), cure)


def _locked_part(change: Change, name: str) -> PartRow | None:
    query = select(PartRow).where(PartRow.name == codes.plain(name, NAME)).with_for_update()
    return change.session.scalars(query.execution_options(populate_existing=True)).first()
