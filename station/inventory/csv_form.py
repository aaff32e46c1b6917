"""Boards as CSV: our own columns, and those that Snipe-IT and InvenTree import.

Snipe-IT's names are those that its import page recognises: `app/Livewire/Importer.php`, with the
texts of `resources/lang/en-US/general.php`. InvenTree's are the fields of `StockItemSerializer` in
`stock/serializers.py`, which `importer/models.py` matches with columns; the numbers of its states
are in `stock/status_codes.py`.

Snipe-IT makes models, categories, states and persons that it does not know. InvenTree takes the
part and its place as numbers of its own, which a person gives in its import page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.spreadsheet import csv_text, guarded
from station.inventory import codes
from station.inventory.tables import BoardRow, State

FIELDS = (
    *("mac", "asset_tag", "type", "chip", "flash_bytes", "state", "kit", "note"),
    *("course", "trainee", "name", "due", "fault"),
)
"""What a row says about a board: its facts, its open loan, its open faults."""


@dataclass(frozen=True)
class CsvForm:
    """One kind of CSV file."""

    columns: Mapping[str, str]
    """The name of each column, and the field in it."""
    states: Mapping[State, str] = field(default_factory=dict)
    """The other program's words for states; empty: our own."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Columns that have the same text in every row."""
    borrower: tuple[str, str] | None = None
    """A column that has this text when somebody has the board."""

    def text(self, boards: Iterable[BoardRow]) -> str:
        """The whole file. What a person typed is made safe for spreadsheets."""
        more = [self.borrower[0]] if self.borrower else []
        head = [*self.columns, *self.constants, *more]
        return csv_text(head, (list(map(guarded, self._row(board))) for board in boards))

    def _row(self, board: BoardRow) -> list[str]:
        facts = _facts(board)
        facts["state"] = self.states.get(board.state, board.state)
        cells = [facts[name] for name in self.columns.values()]
        more = [self.borrower[1] if board.loan else ""] if self.borrower else []
        return [*cells, *self.constants.values(), *more]


def _facts(board: BoardRow) -> dict[str, str]:
    loan = board.loan
    return {
        "mac": board.mac,
        "asset_tag": board.asset_tag or "",
        "label": board.asset_tag or codes.label_code(board.mac),
        "type": board.type,
        "model": board.type or board.chip or "board",
        "chip": board.chip,
        "flash_bytes": str(board.flash_bytes or ""),
        "kit": board.kit or "",
        "note": board.note,
        "tag_and_note": " ".join(filter(None, [board.asset_tag, board.note])),
        "course": loan.course if loan else "",
        "trainee": loan.trainee if loan else "",
        "name": loan.name if loan else "",
        "due": str(loan.due or "") if loan else "",
        "fault": "; ".join(fault.what for fault in board.faults),
    }


FORMS = {
    "warsha": CsvForm({name: name for name in FIELDS}),
    "snipe-it": CsvForm(
        {
            "Asset Tag": "label",
            "Serial Number": "mac",
            "Model Name": "model",
            "Status": "state",
            "Checked Out to: Username": "trainee",
            "Checked Out to: Full Name": "name",
            "Expected Checkin Date": "due",
            "Asset Notes": "note",
        },
        states={
            "new": "Pending",
            "ready": "Ready to Deploy",
            "lent": "Ready to Deploy",
            "faulty": "Out for Repair",
            "half-written": "Out for Diagnostics",
            "retired": "Archived",
        },
        constants={"Category": "Development board"},
        borrower=("Checkout Type", "User"),
    ),
    "inventree": CsvForm(
        {
            "part": "model",
            "serial": "mac",
            "batch": "kit",
            "status": "state",
            "notes": "tag_and_note",
        },
        states={
            "new": "50",
            "ready": "10",
            "lent": "10",
            "faulty": "55",
            "half-written": "75",
            "retired": "65",
        },
        constants={"quantity": "1"},
    ),
}
"""The forms by the names that a person types."""
