"""Prints a grading run at the terminal: progress, the marks as a table, and which submissions were
not graded and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.table import Table
from rich.text import Text

from grader.classrun.cluster import DaskCluster
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome, State
from grader.lab.lab import find
from grader.score.card import number
from grader.terminal import one_line
from hardware.i18n import _

MAX_NOTES = 10
"""Notes that are printed for one submission; a trainee can cause any number of them."""
MAX_CHANGES = 20
"""Changed totals that are printed; the others are counted."""
NAME_WIDTH, LAB_WIDTH = 16, 7
"""Columns of the terminal for a trainee's name, and for the marks of a lab."""
_AS_BEFORE: tuple[set[State], ...] = ({"unchanged"}, {"unchanged", "missing"})


class _Rate(ProgressColumn):
    """Submissions for each second, and the remaining time."""

    def render(self, task: Task) -> Text:
        """Empty until the speed is known."""
        if not task.speed or task.time_remaining is None:
            return Text("")
        text = _("{rate:.1f} a second, {left} s left")
        return Text(text.format(rate=task.speed, left=round(task.time_remaining)))


def grade_all(
    out: Console,
    work: Sequence[tuple[Grading, Mapping[str, Path]]],
    *,
    dry_run: bool = False,
    cluster: DaskCluster | None = None,
) -> list[Outcome]:
    """Grade these submissions, lab by lab, with one progress bar."""
    outcomes: list[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    try:
        with Progress(*columns, console=out, transient=True) as progress:
            bar = progress.add_task("", total=sum(len(folders) for _grading, folders in work))
            for grading, folders in work:
                progress.update(bar, description=grading.lab.slug)
                for outcome in grading.run(folders, dry_run=dry_run, cluster=cluster):
                    outcomes.append(outcome)
                    progress.advance(bar)
    except KeyboardInterrupt:
        if not dry_run:
            out.print(_("stopped: what was graded is saved; run it again to resume"))
        raise
    return sorted(outcomes, key=lambda outcome: (outcome.lab, outcome.student))


def print_run(
    out: Console, outcomes: Sequence[Outcome], notes: Iterable[str], seconds: float
) -> None:
    """Print everything about a run; `notes` are those about the class as a whole."""
    _print_marks(out, outcomes)
    _print_changes(out, outcomes)
    print_problems(out, outcomes)
    _print_lines(out, notes)
    print_count(out, outcomes, seconds)


def _print_marks(out: Console, outcomes: Sequence[Outcome]) -> None:
    """Print a table for each lab: a row for each submission that was graded in this run, a column
    for each item."""
    graded = [outcome for outcome in outcomes if outcome.marks]
    for lab in dict.fromkeys(outcome.lab for outcome in graded):
        out.print(_table([outcome for outcome in graded if outcome.lab == lab]))


def _table(graded: Sequence[Outcome]) -> Table:
    table = Table(title=graded[0].lab)
    table.add_column(_("trainee"), overflow="fold")
    for mark in graded[0].marks:
        # Two lines: so the names keep room in a terminal of 80 columns.
        table.add_column(f"{mark.item}\n/{number(mark.maximum)}", justify="right", no_wrap=True)
    table.add_column(_("total"), justify="right", no_wrap=True)
    for outcome in graded:
        points = [number(mark.points) for mark in outcome.marks]
        table.add_row(one_line(outcome.student), *points, number(outcome.total))
    return table


def _print_changes(out: Console, outcomes: Iterable[Outcome]) -> None:
    """Print for each lab which totals have changed, from what to what."""
    changed: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.state not in ("graded", "missing") or outcome.earlier is None:
            continue
        before, now = number(outcome.earlier), number(outcome.total)
        if before != now:
            line = f"{outcome.student}: {before} → {now}"
            changed.setdefault(outcome.lab, []).append(line)
    for lab, lines in changed.items():
        head = _("totals that changed in {lab}: {count}").format(lab=lab, count=len(lines))
        shown = lines[:MAX_CHANGES]
        if len(lines) > MAX_CHANGES:
            shown.append(_("and {count} more").format(count=len(lines) - MAX_CHANGES))
        _print_lines(out, [head, *(f"  {line}" for line in shown)])


def print_problems(out: Console, outcomes: Iterable[Outcome]) -> None:
    """Print notes, and which submissions were not graded and why. Their earlier marks stay."""
    not_graded = _("not graded: {place}: {reason}")
    for outcome in outcomes:
        place = f"{outcome.lab} {outcome.student}"
        notes = list(outcome.notes[:MAX_NOTES])
        if (more := len(outcome.notes) - MAX_NOTES) > 0:
            notes.append(_("{count} more notes").format(count=more))
        lines = [_("note: {place}: {note}").format(place=place, note=n) for n in notes]
        if outcome.state in ("unreadable", "refused"):
            lines.append(not_graded.format(place=place, reason=outcome.reason))
        elif outcome.state == "error":
            reason = _("our fault, earlier marks stay: {reason}").format(reason=outcome.reason)
            lines.append(not_graded.format(place=place, reason=reason))
        _print_lines(out, lines)


def _print_lines(out: Console, lines: Iterable[str]) -> None:
    """Print each text as one line, whatever characters are in it."""
    for line in lines:
        out.print(one_line(line), soft_wrap=True)


def print_class(out: Console, outcomes: Iterable[Outcome], labs: Sequence[str]) -> None:
    """Print a row for each trainee and a column for each lab, with its short name: in several
    tables when the terminal is too narrow for all labs."""
    scores: dict[str, dict[str, str]] = {}
    for outcome in outcomes:
        known = number(outcome.total) if outcome.marks else _("as before")
        text = known if outcome.is_graded else _("not graded")
        scores.setdefault(outcome.student, {})[outcome.lab] = text
    most = max(1, (out.width - NAME_WIDTH) // LAB_WIDTH)
    for begin in range(0, len(labs), most):
        shown = labs[begin : begin + most]
        table = Table()
        table.add_column(_("trainee"), overflow="fold")
        for lab in shown:
            table.add_column(find(lab).id, justify="right", overflow="fold")
        for student, row in sorted(scores.items()):
            table.add_row(one_line(student), *(row.get(lab, "–") for lab in shown))
        out.print(table)


def print_count(out: Console, outcomes: Sequence[Outcome], seconds: float) -> None:
    """Print the last line: the number of submissions, the time, and how many were not graded, with
    the errors of Warsha among them: all others are told above, with their reasons."""
    parts: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        parts.setdefault((outcome.assignment or outcome.lab, outcome.student), []).append(outcome)
    graded = sum(all(part.is_graded for part in mine) for mine in parts.values())
    unchanged = sum({p.state for p in mine} in _AS_BEFORE for mine in parts.values())
    if unchanged:
        out.print(_("{count} were graded before and have not changed").format(count=unchanged))
    left = len(parts) - graded
    told = _("graded {graded}/{count} submissions in {seconds:.1f} s")
    if left:
        told = _(
            "graded {graded}/{count} submissions in {seconds:.1f} s; "
            "{left} not graded, {errors} of them by an error of Warsha"
        )
    errors = sum(any(part.state == "error" for part in mine) for mine in parts.values())
    line = told.format(graded=graded, count=len(parts), seconds=seconds, left=left, errors=errors)
    out.print(line, highlight=False, soft_wrap=True)
