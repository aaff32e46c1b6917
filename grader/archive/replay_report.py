"""Prints a replay in a terminal, for the instructor."""

import shutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.archive.record import Record
from grader.archive.replay import (
    ReplayCase,
    deciding_seed,
    find_case,
    find_record,
    marks_of,
    replay,
    require_item,
)
from grader.archive.replay_page import ReplayPage
from grader.archive.store import Store, StoreError
from grader.disk import report_disk_full
from grader.errors import GraderError
from grader.score.card import number
from grader.score.results import LabScore
from grader.terminal import one_line
from hardware.i18n import _, language, reason


def print_replay(
    out: Console,
    store: Store,
    lab: str,
    student: str,
    order: int | None = None,
    *,
    assignment: str = "",
    item: str = "",
    vcd: Path | None = None,
) -> tuple[Path, bool]:
    """Replay a submission and print its marks then and now.

    Args:
        order: the number of the submission; None: the one that counts.
        assignment: as in `find_record`.
        item: the page shows only this one; "": all.
        vcd: where to copy the trace that decided the item; None: nowhere.

    Returns: the page with all details, and whether the marks are the same.
    Raises: GraderError. When the lab of then cannot be run, the marks of then are printed first,
    with the reasons that the trainee read.
    """
    record = find_record(store, lab, student, order, assignment)
    try:
        case = find_case(store, record)
    except StoreError:
        _print_given(out, record)
        raise
    require_item(case.lab, item)
    if vcd:
        _require_folder(vcd)
    place = store.replays(record)
    with report_disk_full(place):
        page = ReplayPage(case, place, item)
        with out.status(one_line(f"{student} · {lab} · {record.number}")):
            marks = replay(case, page)
        file = page.finish(marks)
    same = _print_marks(out, case, marks)
    if vcd:
        seed, decided = deciding_seed(marks, item)
        _copy(page.vcd(seed, decided.episode), vcd)
        text = _("{file}: item {item}, seed {number}, episode {episode}")
        line = text.format(file=vcd, item=decided.id, number=seed, episode=decided.episode)
        out.print(one_line(line), soft_wrap=True)
    out.print(one_line(_("the page: {file}").format(file=file)), soft_wrap=True)
    return file, same


def _print_marks(out: Console, case: ReplayCase, marks: LabScore) -> bool:
    """Print the marks then and now, item by item, and the remarks. Returns: whether the marks are
    the same."""
    names = (_("item"), _("then"), _("now"), _("measured"), _("expected"), _("why"))
    table = _table(case.record, names)
    for id, item in marks.items.items():
        points = case.then(item), number(item.points)
        cells = (*points, item.measured, item.expected, case.why(item))
        table.add_row(id, *map(one_line, cells))
    out.print(table)
    for order, seed in enumerate(marks.seeds, 1):  # as on the page
        line = f"{_('seed {number}').format(number=order)} · {seed.seed}"
        out.print(one_line(line), soft_wrap=True)
    same = case.given == marks_of(marks)
    result = _("the marks are the same") if same else _("the marks are not the same")
    for line in (result, *case.remarks(), *case.changed()):
        out.print(one_line(line), soft_wrap=True)
    return same


def _print_given(out: Console, record: Record) -> None:
    """Print the marks of then, item by item, as they are stored."""
    table = _table(record, (_("item"), _("then"), _("measured"), _("expected"), _("why")))
    for card in record.cards:
        why = card.message.get(language(), card.key)
        cells = (card.item, number(card.points), card.measured, card.expected, why)
        table.add_row(*map(one_line, cells))
    out.print(table)


def _table(record: Record, names: tuple[str, ...]) -> Table:
    title = f"{one_line(record.student)} · {record.lab} · {record.number}"
    return Table(*names, title=title)


def _require_folder(target: Path) -> None:
    """Raises: GraderError when a file cannot be in that place: before anything runs."""
    if not target.parent.is_dir():
        cause = _("{folder} is no folder").format(folder=target.parent)
        raise GraderError(cause, _("give a path that can be written to"))


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        cure = _("give a path that can be written to")
        raise GraderError(f"{target}: {reason(error)}", cure) from error
