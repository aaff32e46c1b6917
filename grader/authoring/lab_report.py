"""Prints the check of a lab for its author: progress, remarks, programs with other marks than
expected, and what cheats earn."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from grader.authoring.lab_attack import SEEDS, CheatGain, attack, tasks
from grader.authoring.lab_check import Difference, check_runs, count_runs, read_again
from grader.authoring.lab_review import review, type_errors
from grader.authoring.one_program import program_items
from grader.authoring.spread import MOST_SPREAD, spreads
from grader.authoring.watch import saves
from grader.errors import GraderError
from grader.lab.lab import Lab
from hardware.errors import HardwareError
from hardware.i18n import _


def check_and_print(out: Console, lab: Lab, pairs: int, first: int = 0) -> bool:
    """Check a lab with that number of pairs from pair `first` and print the results. A check that
    is interrupted prints what it found and how to go on. Returns whether all is well.

    Raises: LabError, NotGraded.
    """
    wrong, ended, differences = 0, 0, list[Difference]()
    try:
        with _progress(out) as progress:
            bar = progress.add_task(f"{lab.slug}: {_('texts, circuits, release')}", total=None)
            for remark in chain(review(lab), type_errors(lab)):
                wrong += 1
                out.print(Text(f"{lab.slug}: {remark}"))
            work = f"{lab.slug}: {_('reference and mutants')}"
            progress.update(bar, description=work, total=count_runs(lab, pairs))
            for found in check_runs(lab.folder, pairs, first):
                differences += found
                ended += 1
                progress.advance(bar)
    finally:  # the runs may have taken hours
        for line in lines_of(differences):
            out.print(Text(f"{lab.slug}: {line}"))
        done = ended // count_runs(lab, 1)
        if 0 < done < pairs:
            text = _("{lab}: {done} pairs are done; go on with: {command}")
            command = f"warsha lab check {lab.slug} --first {first + done} --pairs {pairs - done}"
            out.print(Text(text.format(lab=lab.slug, done=done, command=command)))
    widths = spreads(differences, pairs)
    for spread in widths:
        if spread.points > MOST_SPREAD:
            wrong += 1
            out.print(Text(f"{lab.slug}: {spread}"))
    widest = _("{lab}: a program's points differ by at most {points} over {pairs} seeds")
    points = f"{max((spread.points for spread in widths), default=0):g}"
    out.print(widest.format(lab=lab.slug, points=points, pairs=pairs))
    try:
        with _progress(out) as progress:
            bar = progress.add_task("", total=None)
            for gain in _attack(progress, bar, lab, list(lab.boards), min(pairs, SEEDS)):
                if gain.is_too_much:
                    wrong += 1
                    out.print(Text(f"{lab.slug}: {gain}"))
    finally:  # the runs may have taken hours, and a cheat may fail on a busy machine
        count = _("{lab}: {runs} runs, {differences} not as expected; {remarks} remarks")
        runs, missed = count_runs(lab, pairs), len(differences)
        out.print(count.format(lab=lab.slug, runs=runs, differences=missed, remarks=wrong))
    return not wrong and not differences


def program_and_print(
    out: Console, lab: Lab, program: str, item: str, pairs: int, first: int = 0
) -> bool:
    """Print what one program gets, with the measured values beside the expected ones. Returns
    whether expected.toml has the same.

    Raises: LabError, NotGraded.
    """
    table = Table(title=f"{lab.slug}: {program}", show_lines=True)
    heads = _("board"), _("item"), _("points"), _("in expected.toml")
    for head in (*heads, _("measured"), _("expected"), _("seed")):
        table.add_column(head, overflow="fold")
    rows = program_items(lab, program, item, pairs, first)
    for row in rows:
        got, (points, key) = row.got, row.expected
        cells = (
            row.board,
            got.id,
            f"{got.points:g} {got.key or '-'}",
            f"{points:g} {key or '-'}",
            got.measured,
            got.expected,
            str(row.seed),
        )
        table.add_row(*map(Text, cells), style="" if row.is_as_expected else "bold red")
    out.print(table)
    return all(row.is_as_expected for row in rows)


def attack_and_print(out: Console, lab: Lab, boards: list[str], seeds: int) -> bool:
    """Run all cheats against a lab and print a table of what they earn. Returns whether none earns
    more than expected.toml declares.

    Raises: LabError, NotGraded.
    """
    with _progress(out) as progress:
        bar = progress.add_task(lab.slug, total=None)
        gains = list(_attack(progress, bar, lab, boards, seeds))
    table = Table(title=lab.slug)
    for head in (_("cheat"), _("board"), _("points"), _("at most"), _("items")):
        table.add_column(head)
    for gain in sorted(gains, key=lambda gain: (-gain.points, gain.task.name, gain.task.board)):
        task = gain.task
        cells = (task.name, task.board, f"{gain.points:g}", f"{task.most:g}")
        style = "bold red" if gain.is_too_much else ""
        table.add_row(*map(Text, cells), Text(" ".join(gain.items)), style=style)
    out.print(table)
    return not any(gain.is_too_much for gain in gains)


def watch_and_print(out: Console, folders: list[Path], look: Callable[[str], object]) -> None:
    """Look at each lab, and again whenever one of its files is saved, until Ctrl-C. An error in
    one of the files is printed, and the author corrects it."""
    try:
        for folder in saves(folders):
            read_again()
            try:
                look(folder.name)
            except (GraderError, HardwareError) as error:
                out.print(Text("\n".join(filter(None, (str(error), error.cure)))))
            out.print(_("save a file of the lab to see it again; Ctrl-C ends this"))
    except KeyboardInterrupt:
        return


def _attack(
    progress: Progress, bar: TaskID, lab: Lab, boards: list[str], seeds: int
) -> Iterator[CheatGain]:
    """Run all cheats, with their progress in the bar."""
    work = f"{lab.slug}: {_('cheats')}"
    progress.update(bar, description=work, total=None, completed=0)
    found = [task for board in boards for task in tasks(lab, board, seeds)]
    progress.update(bar, total=len(found))
    for gain in attack(found):
        progress.advance(bar)
        yield gain


def _progress(out: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns, TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal
    )


def lines_of(differences: Iterable[Difference]) -> Iterator[str]:
    """A line for each program, board, item and result, with the number of seeds that gave it."""
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for difference in differences:
        alike[str(difference)].append(difference.seed)
    for line, seeds in sorted(alike.items()):
        yield _("{line} ({count} times, for example with seed {seed})").format(
            line=line, count=len(seeds), seed=seeds[0]
        )
