"""Lending and return by a hand scanner: one scan a board, until the input ends.

A scan that is refused gets one line and changes nothing, and the loop goes on. Each scan is a
transaction of its own: whatever happens later, what was scanned is saved.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from grader.lab.class_list import Trainee
from grader.lab.course import course_command
from hardware.i18n import _
from station.errors import Refused, UnknownCode
from station.inventory import boards, codes, lending, stock
from station.inventory.database import Change, Inventory
from station.inventory.roster import Roster
from station.inventory.tables import OPEN_LOAN, BoardRow, LoanRow

OnBoard = Callable[[Change, BoardRow], LoanRow]
"""Lends a board, or takes it back. Raises: Refused."""


class ScanLine(NamedTuple):
    """What a scan did, in one line."""

    good: bool
    text: str


class Desk(ABC):
    """What scans mean at one table: see the subclasses."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._scans: list[list[LoanRow]] = []
        """The loans of each scan, for `undo`."""
        self.refused = 0

    @property
    def count(self) -> int:
        """The number of boards so far, without what was undone."""
        return sum(map(len, self._scans))

    def scan(self, code: str) -> list[ScanLine]:
        """Act on one scan."""
        try:
            lines = self._undo() if codes.normalized(code) == codes.UNDO else self._scan(code)
        except Refused as error:
            lines = [_refusal(error)]
        self.refused += sum(not line.good for line in lines)
        return lines

    @abstractmethod
    def _scan(self, code: str) -> list[ScanLine]:
        """Act on a code that is not UNDO. Raises: Refused."""

    @abstractmethod
    def _done(self, loan: LoanRow) -> str:
        """What was done with a board."""

    @abstractmethod
    def _take_back(self, change: Change, loan: LoanRow) -> LoanRow:
        """Undo one board. Raises: Refused."""

    def _act(self, found: list[BoardRow], lend_or_take_back: OnBoard) -> list[ScanLine]:
        """Lend or take back the boards of one scan."""
        loans, lines = [], []
        for board in found:
            try:
                if any(loan.mac == board.mac for scan in self._scans for loan in scan):
                    raise Refused(_("{board} was scanned already").format(board=board.label))
                with self._inventory.change() as change:
                    loan = lend_or_take_back(change, board)
            except Refused as error:
                lines.append(_refusal(error))
            else:
                loans.append(loan)
                lines.append(ScanLine(True, self._done(loan)))
        if loans:
            self._scans.append(loans)
        return lines

    def _undo(self) -> list[ScanLine]:
        """Take back the last scan that did something."""
        if not self._scans:
            raise Refused(_("there is no scan to undo"))
        lines = []
        for loan in self._scans.pop():
            try:
                with self._inventory.change() as change:
                    undone = self._take_back(change, loan)
            except Refused as error:
                lines.append(_refusal(error))
            else:
                text = _("undone: {board}, {trainee}")
                line = text.format(board=undone.board.label, trainee=undone.trainee)
                lines.append(ScanLine(True, line))
        return lines

    def _found(self, code: str) -> tuple[list[BoardRow], str]:
        """The board of a code, or the boards of a kit and its name. Raises: UnknownCode."""
        with self._inventory.read() as session:
            if kit := stock.find_kit(session, code):
                return list(kit.boards), kit.name
            return [boards.find(session, code)], ""


class LendingDesk(Desk):
    """Scan a trainee, then boards; or start with the trainee given. After a code that is nobody's
    and no board's, scan the trainee again."""

    def __init__(
        self,
        inventory: Inventory,
        roster: Roster,
        due: date | None = None,
        trainee: Trainee | None = None,
    ) -> None:
        super().__init__(inventory)
        self._roster, self._due, self._trainee = roster, due, trainee

    def _scan(self, code: str) -> list[ScanLine]:
        trainee = self._roster.find(code)
        try:
            found, kit = self._found(code)
        except UnknownCode as error:
            if trainee is None and codes.mac_of(code):
                raise
            # It may be the card of somebody who is not in the list: the next board is theirs.
            self._trainee = trainee
            if trainee is None:
                raise self._unknown(code) from error
            return [ScanLine(True, self._has(trainee))]
        if trainee:
            cause = _("{code} is a trainee and a board or kit").format(code=code)
            raise Refused(cause, _("scan the label with the MAC, or use --to"))
        borrower = self._trainee
        if borrower is None:
            raise Refused(
                _("no card was scanned for this board"), _("scan a trainee's card first")
            )
        course, due = self._roster.course, self._due
        return self._act(
            found,
            lambda change, board: lending.lend(change, board.mac, course, borrower, due, kit),
        )

    def _unknown(self, code: str) -> Refused:
        """The error for a code that is neither a board nor a trainee."""
        if near := self._roster.nearest(code):
            cure = _("did you mean {name}? Else scan the card or the label again").format(
                name=near
            )
        elif code.isascii():
            cure = _(
                "scan the card or the label again. A new trainee: {command}; a new board:"
                " warsha boards add MAC"
            ).format(command=course_command("roster FILE", self._roster.course))
        else:
            cure = boards.keyboard_cure()
        cause = _("{code!r} is neither a board nor in the class list of {course}")
        return Refused(cause.format(code=code, course=self._roster.course), cure)

    def _has(self, trainee: Trainee) -> str:
        """The trainee, and which boards they have."""
        with self._inventory.read() as session:
            query = select(LoanRow).where(
                OPEN_LOAN, LoanRow.trainee == trainee.id, LoanRow.course == self._roster.course
            )
            has = ", ".join(loan.board.label for loan in session.scalars(query)) or "-"
        text = _("trainee: {trainee} {name}, has: {boards}")
        return text.format(trainee=trainee.id, name=trainee.name, boards=has)

    def _done(self, loan: LoanRow) -> str:
        text = _("{board} lent to {trainee}, due: {due}")
        return text.format(board=loan.board.label, trainee=loan.trainee, due=loan.due or "-")

    def _take_back(self, change: Change, loan: LoanRow) -> LoanRow:
        return lending.undo_lend(change, loan.id)


class ReturnDesk(Desk):
    """Scan boards; whoever has them."""

    def _scan(self, code: str) -> list[ScanLine]:
        found, kit = self._found(code)
        only_from = None
        if kit:  # a board of it may be lent to somebody else
            with self._inventory.read() as session:
                only_from = lending.borrowers(session, kit)
        return self._act(
            found, lambda change, board: lending.take_back(change, board.mac, only_from)
        )

    def _done(self, loan: LoanRow) -> str:
        text = _("{board} is back from {trainee}, now: {state}")
        state = boards.state_name(loan.board.state)
        return text.format(board=loan.board.label, trainee=loan.trainee, state=state)

    def _take_back(self, change: Change, loan: LoanRow) -> LoanRow:
        return lending.undo_return(change, loan.id)


def serve(desk: Desk, lines: Iterable[bytes], show: Callable[[ScanLine], None]) -> None:
    """Scan every line of the input. Bytes that are no UTF-8 make an unknown code."""
    for line in lines:
        if code := line.decode("utf-8", "replace").strip():
            for shown in desk.scan(code):
                show(shown)


def _refusal(error: Refused) -> ScanLine:
    return ScanLine(False, ": ".join(filter(None, [str(error), error.cure])))
