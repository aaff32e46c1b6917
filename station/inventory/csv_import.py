"""Reads boards from a CSV file with our own columns (`csv_form.FIELDS`), in any order.

A row adds a board, or changes what it says about a known one; an empty cell changes nothing. A
wrong row is named by its line and column and left out, and the others are taken.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from grader.spreadsheet import read_sheet, unguarded
from hardware.i18n import _
from station.errors import Refused, StationError
from station.inventory import boards, codes, lending, stock
from station.inventory.csv_form import FIELDS
from station.inventory.database import Change, Inventory
from station.inventory.roster import Roster
from station.inventory.tables import CODE, STATES, BoardRow, EventRow

CONDITIONS = ("new", "ready", "half-written")


@dataclass
class ImportResult:
    """What became of the rows of a file."""

    new: int = 0
    changed: int = 0
    same: int = 0
    """Rows that say nothing new."""
    problems: list[str] = field(default_factory=list)
    """One line for each row that was left out: line, column, what is wrong."""

    @property
    def taken(self) -> int:
        """The number of rows that were taken."""
        return self.new + self.changed + self.same


def import_boards(
    inventory: Inventory, file: Path, rosters: Callable[[str], Roster], *, dry_run: bool = False
) -> ImportResult:
    """Take the rows of a file; with `dry_run` only check them. `rosters` gives the roster of a
    course.

    Raises: CourseError when it is no CSV file, StationError when it has other columns.
    """
    rows = read_sheet(file).rows
    head = [name.strip().casefold() for name in rows[0][1]] if rows else []
    unknown = [name for name in head if name not in FIELDS]
    if "mac" not in head or unknown or len(set(head)) != len(head):
        cause = _("{file}: its columns are {names}").format(
            file=file, names=", ".join(head) or "-"
        )
        cure = _("write mac, and what you need of: {names}; each once")
        raise StationError(cause, cure.format(names=", ".join(FIELDS[1:])))
    result = ImportResult()
    lines: dict[str, int] = {}
    with inventory.change() as change:
        for line, cells in rows[1:]:
            row = dict(zip(head, (unguarded(cell.strip()) for cell in cells), strict=False))
            try:
                if len(cells) > len(head):
                    text = _("{found} cells, expected {expected}")
                    raise Refused(text.format(found=len(cells), expected=len(head)))
                mac = _mac(row, line, lines)
                before = _events(change, mac)
                with change.session.begin_nested():
                    _take(change, mac, row, rosters)
            except Refused as error:
                text = _("line {line}: {problem}").format(line=line, problem=error)
                result.problems.append(". ".join(filter(None, [text.rstrip("."), error.cure])))
            else:
                result.new += not before
                result.changed += 0 < before < _events(change, mac)
                result.same += 0 < before == _events(change, mac)
        if dry_run:
            change.session.rollback()
    return result


def _mac(row: Mapping[str, str], line: int, lines: dict[str, int]) -> str:
    """The MAC of a row; `lines` has those of the rows before it, and gets it. Raises: Refused."""
    with _column("mac"):
        mac = codes.checked_mac(row["mac"])
        if (first := lines.setdefault(mac, line)) != line:
            raise Refused(_("this MAC is in line {line} already").format(line=first))
    return mac


def _events(change: Change, mac: str) -> int:
    """How much has happened to a board; 0: it is not in the inventory."""
    query = select(func.count()).where(EventRow.mac == mac)
    return change.session.scalars(query).one()


def _take(
    change: Change, mac: str, row: Mapping[str, str], rosters: Callable[[str], Roster]
) -> None:
    """Take one row. Raises: Refused."""
    for name, check in _CHECKS.items():
        if text := row.get(name, ""):
            with _column(name):
                check(text)
    with _column("asset_tag"):
        board = boards.register(
            change,
            mac,
            asset_tag=row.get("asset_tag") or None,
            type=row.get("type") or None,
            chip=row.get("chip") or None,
            note=row.get("note") or None,
            flash_bytes=int(row.get("flash_bytes") or 0) or None,
        )
    if kit := row.get("kit", ""):
        with _column("kit"):
            stock.fill_kit(change, kit, add=[mac])
    with _column("state"):
        _bring_into_state(change, board, row, rosters)


def _bring_into_state(
    change: Change, board: BoardRow, row: Mapping[str, str], rosters: Callable[[str], Roster]
) -> None:
    """Do what leads to the state of the row. Raises: Refused when nothing does."""
    change.session.refresh(board)
    state = row.get("state", "").casefold()
    if board.loan and row.get("trainee", "") not in ("", board.loan.trainee):
        raise boards.lent_already(board)
    if state in ("", board.state):
        return
    match state:
        case "retired":
            boards.retire(change, board.mac, row.get("note") or "-")
        case "faulty":
            boards.report_fault(change, board.mac, row.get("fault") or "-")
        case "lent":
            _lend(change, board, row, rosters)
        case "new" | "ready" | "half-written" if board.state in CONDITIONS:
            boards.register(change, board.mac, condition=state)
        case _other if state in STATES:
            text = _("{board} is {now} and cannot become {state} by a file")
            raise Refused(text.format(board=board.label, now=board.state, state=state))
        case _other:
            cure = _("choose one of: {names}").format(names=", ".join(STATES))
            raise Refused(_("there is no state {state!r}").format(state=state), cure)


def _lend(
    change: Change, board: BoardRow, row: Mapping[str, str], rosters: Callable[[str], Roster]
) -> None:
    with _column("trainee"):
        course = row.get("course", "")
        if not course:
            raise Refused(_("a loan needs a course and a trainee"))
        trainee = rosters(course).need(row.get("trainee", ""))
    due = codes.checked_day(row["due"]) if row.get("due") else None
    lending.lend(change, board.mac, course, trainee, due)


def _check_size(text: str) -> None:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= boards.LARGEST_FLASH):
        raise Refused(_("{bytes} is no size of a flash").format(bytes=repr(text[:20])))


_CHECKS: dict[str, Callable[[str], object]] = {
    "asset_tag": codes.checked_code,
    "type": boards.checked_type,
    "chip": partial(codes.plain, most=CODE),
    "note": partial(codes.plain, most=boards.NOTE),
    "fault": partial(codes.plain, most=boards.NOTE),
    "flash_bytes": _check_size,
    "due": codes.checked_day,
}
"""The form of the cells that have one."""


@contextmanager
def _column(name: str) -> Iterator[None]:
    """Name the column in an error, unless a column inside is named already."""
    try:
        yield
    except _InColumn:
        raise
    except Refused as error:
        raise _InColumn(f"{name}: {error}", error.cure) from error


class _InColumn(Refused):
    """A refusal that names its column."""
