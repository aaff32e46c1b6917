"""A board comes back: it is wiped, and its loan ends. Each is noted when it is done, so that an
error of a later step loses neither."""

from hardware.i18n import _
from hardware.wire.board import Board
from station.inventory import boards, lending
from station.inventory.database import Inventory
from station.inventory.tables import LoanRow
from station.return_tray.wipe import OnBlock, wipe


def wipe_returned(
    board: Board,
    mac: str,
    inventory: Inventory,
    on_block: OnBlock = lambda _done, _all: None,
) -> None:
    """Wipe a board of the inventory. Raises: as `wipe`; UnknownCode when the inventory does not
    have it."""
    count = wipe(board, on_block)
    with inventory.change() as change:
        boards.locked(change, mac)
        change.note("wiped", mac, bytes=f"{count:,}")


def check_in(inventory: Inventory, mac: str, not_wiped: str = "") -> LoanRow | None:
    """End the loan of a board. It is faulty if it was not wiped, so that it is not lent again with
    somebody's password in it.

    Args:
        not_wiped: why, if so.

    Returns: the loan; None when the board was not lent. Raises: StationError.
    """
    with inventory.change() as change:
        if not_wiped:
            what = _("not wiped: {why}").format(why=not_wiped)
            boards.report_fault(change, mac, what[: boards.NOTE])
        lent = boards.locked(change, mac).loan
        return lending.take_back(change, mac) if lent else None
