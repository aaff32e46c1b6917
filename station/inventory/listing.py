"""Boards for people: a table, the facts of one board, and the same as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.terminal import one_line
from hardware.i18n import _
from station.inventory import codes, history
from station.inventory.boards import state_name
from station.inventory.tables import (
    BoardRow,
    CertificateRow,
    FlashRow,
    ImageRow,
    KitRow,
    PartRow,
)


def print_boards(out: Console, found: Iterable[BoardRow], today: date) -> None:
    """A row for each board; a board that should be back by now is red. A column in which no board
    has anything is left out, so that the others fit into a terminal."""
    titles = (_("tag"), _("MAC"), _("type"), _("state"), _("lent to"), _("due"), _("kit"))
    rows, styles = [], []
    for board in found:
        loan = board.loan
        cells = [board.asset_tag or "", board.mac, board.type or board.chip]
        cells += [state_name(board.state), loan.trainee if loan else ""]
        cells += [str(loan.due or "-") if loan else "", board.kit or ""]
        rows.append([one_line(cell) for cell in cells])
        styles.append("red" if loan and loan.is_overdue(today) else None)
    used = [at for at in range(len(titles)) if any(row[at] for row in rows)]
    table = Table(box=None, pad_edge=False)
    for title in (titles[at] for at in used):
        # A MAC that is cut names no board.
        table.add_column(title, no_wrap=title == _("MAC"), overflow="fold")
    for row, style in zip(rows, styles, strict=True):
        table.add_row(*(row[at] for at in used), style=style)
    out.print(table)


def print_kits(out: Console, kits: Iterable[KitRow]) -> None:
    """A row for each kit: its boards, those that are not here, and its parts."""
    table = Table(box=None, pad_edge=False)
    for title in (_("kit"), _("boards"), _("not usable now"), _("parts")):
        table.add_column(title)
    for kit in kits:
        away = [one for one in kit.boards if one.state not in ("new", "ready")]
        cells = [kit.name, " ".join(one.label for one in kit.boards)]
        cells.append(", ".join(f"{one.label} {state_name(one.state)}" for one in away))
        cells.append(", ".join(f"{one.count} × {one.part}" for one in kit.parts))
        table.add_row(*map(one_line, cells))
    out.print(table)


def print_parts(out: Console, parts: Iterable[PartRow]) -> None:
    """A row for each kind of part; what is below its minimum is red."""
    table = Table(box=None, pad_edge=False)
    for title in (_("part"), _("on the shelf"), _("minimum")):
        table.add_column(title)
    for part in parts:
        cells = [part.name, str(part.count), str(part.minimum)]
        low = part.count < part.minimum
        table.add_row(*map(one_line, cells), style="red" if low else None)
    out.print(table)


def print_board(out: Console, session: Session, board: BoardRow, today: date) -> None:
    """All that is known of a board, a line each."""
    table = Table.grid(padding=(0, 2))
    loan = board.loan
    facts = [
        (_("tag"), board.asset_tag or ""),
        (_("MAC"), board.mac),
        (_("label"), codes.label_code(board.mac)),
        (_("type"), board.type),
        (_("chip"), board.chip),
        (_("flash"), f"{board.flash_bytes >> 10} KB" if board.flash_bytes else ""),
        (_("state"), state_name(board.state)),
        (_("slot"), board.slot.usb_path if board.slot else ""),
        (_("kit"), board.kit or ""),
        (_("note"), board.note),
    ]
    if loan:
        facts.append((_("lent to"), f"{loan.trainee} {loan.name} ({loan.course})"))
        late = _("overdue") if loan.is_overdue(today) else ""
        facts.append((_("due"), f"{loan.due or '-'} {late}".strip()))
    facts += [(_("fault"), fault.what) for fault in board.faults]
    facts += [(_("image"), text) for text in filter(None, [_image(session, board)])]
    query = select(CertificateRow).where(CertificateRow.mac == board.mac)
    if last := session.scalars(query.order_by(CertificateRow.id.desc())).first():
        facts.append((_("certificate"), f"{last.at:%Y-%m-%d} {last.result} {last.key_id}"))
    for name, text in facts:
        if text:
            table.add_row(name, one_line(text))
    out.print(table)


def _image(session: Session, board: BoardRow) -> str:
    """What was flashed last, and how it ended."""
    query = select(FlashRow, ImageRow).join(ImageRow, FlashRow.image == ImageRow.sha256)
    last = query.where(FlashRow.mac == board.mac).order_by(FlashRow.id.desc())
    if row := session.execute(last).first():
        flash, image = row.tuple()
        return f"{image.name} {image.version} {flash.at:%Y-%m-%d} {flash.result}"
    return ""


def print_history(out: Console, session: Session, board: BoardRow) -> None:
    """What happened to a board, a line each: when (by the clock of the place), who, what."""
    for event in history.events(session, board):
        when = f"{event.at.astimezone():%Y-%m-%d %H:%M}"
        line = f"{when}  {event.by}  {history.sentence(event)}"
        out.print(one_line(line), soft_wrap=True, highlight=False)


def board_json(board: BoardRow) -> dict[str, Any]:
    """A board as JSON: its columns, its state, its open loan and its open faults."""
    names = (
        "mac",
        "asset_tag",
        "type",
        "chip",
        "flash_bytes",
        "state",
        "kit",
        "note",
    )
    loan = board.loan
    return {
        **{name: getattr(board, name) for name in names},
        "slot": board.slot.usb_path if board.slot else None,
        "loan": loan
        and {
            "course": loan.course,
            "trainee": loan.trainee,
            "name": loan.name,
            "since": loan.since.isoformat(),
            "due": loan.due and loan.due.isoformat(),
        },
        "faults": [fault.what for fault in board.faults],
    }


def history_json(session: Session, board: BoardRow) -> list[dict[str, str]]:
    """The events of a board; `what` is in the reader's language."""
    return [
        {
            "at": event.at.isoformat(),
            "by": event.by,
            "kind": event.kind,
            "what": history.sentence(event),
        }
        for event in history.events(session, board)
    ]
