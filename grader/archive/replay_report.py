"""What an instructor sees of a replay at a terminal."""

import shutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.archive.replay import (
    ReplayCase,
    deciding_seed,
    find_case,
    marks_of,
    replay,
    require_item,
)
from grader.archive.replay_page import ReplayPage
from grader.archive.store import Store
from grader.errors import GraderError
from grader.score.card import number
from grader.score.results import LabScore
from grader.terminal import one_line
from hardware.i18n import _, reason


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
    """Replay a submission (the one graded last, if `order` is none) and say what came of it; `vcd`
    is where the trace that decided the item goes. `assignment`: as `find_case` takes it.

    Returns: the page with everything, and whether the marks are the same.
    Raises: GraderError.
    """
    case = find_case(store, lab, student, order, assignment)
    require_item(case.lab, item)
    place = store.replays(case.record)
    page = ReplayPage(case, place, item)
    with out.status(one_line(f"{student} · {lab} · {case.record.number}")):
        marks = replay(case, page.show)
    file = page.finish(marks)
    same = _print_marks(out, case, marks)
    if vcd:
        seed, decided = deciding_seed(marks, item)
        _copy(page.vcd(seed, decided.episode), vcd)
        told = _("{file}: item {item}, seed {number}, episode {episode}")
        line = told.format(file=vcd, item=decided.id, number=seed, episode=decided.episode)
        out.print(one_line(line), soft_wrap=True)
    out.print(one_line(_("the page: {file}").format(file=file)), soft_wrap=True)
    return file, same


def _print_marks(out: Console, case: ReplayCase, marks: LabScore) -> bool:
    """A mark then and now, item by item, and what is another than then; whether it is the same."""
    record = case.record
    table = Table(title=f"{one_line(record.student)} · {record.lab} · {record.number}")
    for name in (_("item"), _("then"), _("now"), _("measured"), _("expected"), _("why")):
        table.add_column(name)
    for id, item in marks.items.items():
        then = number(case.given[id][0]) if id in case.given else "–"
        told = (then, number(item.points), item.measured, item.expected, item.key)
        table.add_row(id, *map(one_line, told))
    out.print(table)
    for seed in marks.seeds:
        out.print(one_line(_("seed {number}").format(number=seed.seed)), soft_wrap=True)
    same = case.given == marks_of(marks)
    told_all = _("the marks are the same") if same else _("the marks are not the same")
    for line in (told_all, *case.remarks(), *case.changed()):
        out.print(one_line(line), soft_wrap=True)
    return same


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        cure = _("give a path that can be written to")
        raise GraderError(f"{target}: {reason(error)}", cure) from error
